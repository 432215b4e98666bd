"""The marks that the old `openai tools fine_tunes.prepare_data` put at the ends of prompts and completions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# openai-python 0.28.1, validators.py; "\n" and "." are left to people: they end ordinary sentences too
SEPARATORS = ("### =>", "===>", "--->", "###", "===", "---", "->")
ENDS = (" [END]", " END", "***", "+++", "&&&", "$$$", "@@@", "%%%")


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands at the end of the prompts and of the completions; empty when nothing does."""

    separator: str
    end: str


def find_marks(prompts: Sequence[str], completions: Sequence[str], separator: str, end: str) -> Marks:
    """Return the marks asked for, or else those that all prompts, or all completions, end with."""
    return Marks(separator.strip() or _shared(prompts, SEPARATORS), end.rstrip() or _shared(completions, ENDS))


def _shared(texts: Sequence[str], marks: Sequence[str]) -> str:
    filled = [text.rstrip() for text in texts if text.strip()]
    return next((mark for mark in marks if filled and all(text.endswith(mark) for text in filled)), "")


def take_off(text: str, mark: str, taken: Counter[str]) -> str:
    """Return the text without the mark and without spaces around it, and count that in `taken`."""
    bare = text.strip()
    if mark and (bare.endswith(mark) or bare == mark.strip()):
        taken[mark] += 1
        bare = bare[: -len(mark.strip())].rstrip()
    return bare
