"""The pattern files: a small notation, read once, and refused with the place of the mistake."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.errors import ContentError
from app.safety.notation import parse, to_regex, width
from app.safety.pattern_compiler import compiled
from app.safety.pattern_files import FOLDER, load_patterns

CLASSES = {"die": parse("die|be dead", {})}


def matches(pattern: str, words: str) -> bool:
    return re.search("(?<![^ ])" + to_regex(parse(pattern, CLASSES), ["he"]), f". {words} . ") is not None


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("want to {die}", "i want to be dead"),
        ("want (so much)? to {die}", "want to die"),
        ("want (so much)? to {die}", "want so much to die"),
        ("suicid~", "suicidal thoughts"),
        ("colou?r", "color"),
        ("want .. die", "want to finally just die"),
        ("^ die", "die now"),
        ("die $", "please die"),
        ("kill _ today", "kill me today"),
        ("自杀", "我 想 自 杀"),
    ],
)
def test_the_notation_matches(pattern: str, words: str) -> None:
    """Each sign of the notation means what notation.py says."""
    assert matches(pattern, words)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("die", "diet"),
        ("die", "soldier"),
        ("want .. die", "want a b c d die"),
        ("want .. die", "want . die"),
        ("want .. die", "want he to die"),
        ("^ die", "to die"),
        ("die $", "die now"),
        ("kill _ today", "kill today"),
        ("want to {die}", "want to live"),
    ],
)
def test_the_notation_does_not_match_more(pattern: str, words: str) -> None:
    """Words are whole, gaps are short, and end at sentences and at words that change the subject."""
    assert not matches(pattern, words)


def test_the_width_counts_the_longest_way_through() -> None:
    """The screen's windows are as wide as the widest pattern."""
    assert width(parse("want (so much)? to {die} ..", CLASSES)) == 9


@pytest.mark.parametrize("pattern", ["{nothing}", "(die", "die)", "die||kill", "? die", "wh[ae]t", ".. ?", ""])
def test_bad_notation_is_refused(pattern: str) -> None:
    """A mistake is an error, not a pattern that never matches."""
    with pytest.raises(ValueError, match=r'"|alternative'):
        parse(pattern, CLASSES)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('[[pattern]]\nid = "a"\nlevel = "rage"\npattern = "die"', "xx.toml: a"),
        ('[[pattern]]\nid = "a"\nlevel = "active"', "xx.toml: a"),
        ('[[pattern]]\nid = "a"\nlevel = "active"\npattern = "{no}"', "xx.toml: a"),
        ('[[pattern]]\nid = "a"\nlevel = "active"\npattern = "(die)?"', "xx.toml: a"),
        ('[[pattern]]\nid = "a"\nlevel = "active"\npattern = "di~"', "xx.toml: a"),
        ('[[pattern]]\nid = "a"\nlevel = "active"\npattern = "die"\nunles = "lol"', "xx.toml: a"),
        ('[[pattern]]\nlevel = "active"\npattern = "die"', "xx.toml: a pattern without id"),
        ('[[pattern]]\nid = "a"\nlevel = "active"\npattern = "die"\n' * 2, "xx.toml: a"),
        ('[words]\ndie = "(die"', "xx.toml: class die"),
        ("patern = 1", "xx.toml"),
        ("not toml", "xx.toml"),
    ],
)
def test_bad_files_are_refused_by_name(tmp_path: Path, content: str, named: str) -> None:
    """The message says which file and which pattern to mend."""
    (tmp_path / "xx.toml").write_text(content, encoding="utf-8")

    with pytest.raises(ContentError, match=re.escape(named)):
        load_patterns(tmp_path)


def test_every_language_has_every_level() -> None:
    """No language is left without a reply of its own for some kind of risk."""
    patterns = {p for found in load_patterns().by_word.values() for p in found}
    levels = {(p.rule.split(":")[0], p.level) for p in patterns}

    for language in ("de", "en", "es", "fr", "hi", "pt", "zh"):
        assert (FOLDER / f"{language}.toml").is_file()
        for level in ("none", "third_party", "passive", "self_harm", "active", "imminent"):
            assert (language, level) in levels


def test_every_expression_compiles() -> None:
    """Expressions are compiled late, so a test is the place to find one that cannot be."""
    for found in load_patterns().by_word.values():
        for pattern in found:
            assert all(compiled(expression) for expression in (pattern.search, *pattern.unless))


def test_patterns_are_read_once() -> None:
    """Only the first turn pays for reading and compiling."""
    assert load_patterns() is load_patterns()


def test_threads_that_start_together_read_once(tmp_path: Path) -> None:
    """Eight first turns at once wait for one reading instead of doing eight."""
    (tmp_path / "xx.toml").write_text('[[pattern]]\nid = "a"\nlevel = "active"\npattern = "die"', encoding="utf-8")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load_patterns(tmp_path), range(8)))

    assert {id(patterns) for patterns in found} == {id(found[0])}
