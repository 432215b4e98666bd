"""The fixed words beside crisis replies, and the files that they stand in."""

import re
from pathlib import Path

import pytest

from app.core.errors import ContentError
from app.core.types import RiskLevel
from app.safety.fold import fold
from app.safety.replies import (
    CRISIS_LEVELS,
    VARIANTS,
    follow_up,
    load_phrasebook,
    resource_line,
    safe_instead,
    screening_failed,
)
from app.safety.tables import FOLDER
from tests.safety.wordings import (
    IS_AN_AI,
    LANGUAGES,
    PROFESSIONAL,
    TRUSTED,
)


@pytest.mark.parametrize(
    ("language", "country", "line"),
    [
        ("en", "US", "You can call or text 988 (988 Suicide & Crisis Lifeline) at any time, day or night."),
        ("en", "", "At findahelpline.com you can find a free helpline where you are, by phone or chat."),
        ("fr", "FR", "Tu peux appeler 3114 au 3114 à toute heure, jour et nuit."),
        ("zh-CN", "CN", "你可以拨打心理援助热线 12356，其他热线见 findahelpline.com。"),
    ],
)
def test_resource_line_is_one_sentence(language: str, country: str, line: str) -> None:
    """The line for flagged sessions names the resource and claims only the hours that it has."""
    assert resource_line(language, country) == line


@pytest.mark.parametrize("level", CRISIS_LEVELS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_follow_up_believes_and_repeats_the_resource(level: RiskLevel, language: str) -> None:
    """The turn after a disclosure still carries the line, and asks something."""
    for variant in range(VARIANTS):
        text = follow_up(level, language, "GB", variant)

        assert "116 123" in text
        assert "?" in fold(text)
        assert ("999" in text) == (level in ("active", "imminent"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_screening_failed_is_safe_for_whoever_reads_it(language: str) -> None:
    """When we cannot tell who is at risk, everybody gets the numbers, the people and the truth."""
    text = fold(screening_failed(language, "GB"))

    assert "999" in text
    assert "116 123" in text
    assert all(re.search(words[language], text) for words in (PROFESSIONAL, TRUSTED, IS_AN_AI))


@pytest.mark.parametrize("language", LANGUAGES)
def test_safe_instead_ends_with_a_question_and_no_excuse(language: str) -> None:
    """The replacement of a blocked reply sounds like listening, not like a filter."""
    texts = {safe_instead(language, variant) for variant in range(8)}

    assert len(texts) >= VARIANTS
    assert all(fold(text).endswith("?") for text in texts)
    assert not any(
        re.search(r"allowed|policy|filter|blocked|rules|permit|erlaubt|autoris", fold(text)) for text in texts
    )


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[words]", "[wrds]", "words.emergency"),
        ("[follow_up]", "[folow_up]", "follow_up.text"),
        ("[active]", "[a]", "active"),
    ],
)
def test_broken_file_is_refused_by_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    """A missing key stops the start with the file and the key in the message."""
    path = tmp_path / "en.toml"
    path.write_text((FOLDER / "replies" / "en.toml").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(ContentError, match=rf"replies/en\.toml.*{named}"):
        load_phrasebook(path)


def test_too_few_variants_are_refused(tmp_path: Path) -> None:
    """A level with one text only would paste the same block every turn, so the file is refused."""
    path = tmp_path / "en.toml"
    source = (FOLDER / "replies" / "en.toml").read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"\[passive\]\nopen = \[.*?\n\]", '[passive]\nopen = ["Hi?"]', source, flags=re.DOTALL), encoding="utf-8"
    )

    with pytest.raises(ContentError, match=r"passive\.open"):
        load_phrasebook(path)
