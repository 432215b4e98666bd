"""Which marks a prompt/completion file uses: what ends its prompts (separator) and its completions (end mark).

They are learnt from the first examples, so that the rest of a file of any size can be held against them line by line.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST = 12  # characters of a mark; longer endings are words, or instructions that every prompt repeats
_SHARE = 0.8  # of the examples must end so, for the others to be mistakes
_FEWEST = 3  # examples: two may end alike by chance
_SIGNS = re.compile(r"\W+(?:[A-Z]{2,}\W*|[A-Z]\w*\s?(?::|->)\s*)?")  # "\n", "->", " END", "\n\nAgent:"
_PUNCTUATION = ".,!?…。！？'\"”’)]"  # ends of sentences belong to the words before a mark


@dataclass(frozen=True, slots=True)
class Marks:
    """The separator and the end mark of a file, empty when it has none.

    `is_open` says that all prompts are empty; `is_classification` that few different completions answer many prompts:
    neither needs a separator (open) or an end mark (both). The old `fine_tunes.prepare_data` drew the same lines.
    """

    separator: str = ""
    end: str = ""
    is_open: bool = False
    is_classification: bool = False


NO_MARKS = Marks()


def learn_marks(values: Iterable[Mapping[str, Any]]) -> Marks:
    """Return the marks of the given lines; lines without prompt or completion teach nothing."""
    pairs = [(value.get("prompt"), value.get("completion")) for value in values]
    prompts = [prompt for prompt, _ in pairs if isinstance(prompt, str) and prompt]
    completions = [completion for _, completion in pairs if isinstance(completion, str) and completion]
    return Marks(
        separator=shared_ending(prompts),
        end=shared_ending(completions),
        is_open=not prompts,
        is_classification=len(set(completions)) < len(completions) / 3,
    )


def shared_ending(texts: Sequence[str]) -> str:
    """Return the longest mark that nearly all texts end with, "" when there is none.

    Ends of sentences and of words are no marks ("." or "ing"); neither is the whole of a text (a label repeated).
    """
    different = sorted(set(texts))
    if len(different) < _FEWEST:
        return ""
    endings = Counter(ending for text in different for ending in _endings(text))
    shared = [ending for ending, count in endings.items() if count >= len(different) * _SHARE]
    return max(shared, key=len, default="")


def _endings(text: str) -> Iterable[str]:
    candidates = (text[-length:] for length in range(1, min(_LONGEST, len(text) - 1) + 1))
    return [ending for ending in candidates if _is_mark(ending)]


def _is_mark(ending: str) -> bool:
    is_space = not ending.strip()
    if is_space or ending[0] in _PUNCTUATION or not ending.strip().strip(_PUNCTUATION):
        return is_space and "\n" in ending
    return _SIGNS.fullmatch(ending) is not None
