"""What helplines.py promises: right numbers, checked lately, and no guess about where somebody is."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.errors import ContentError
from app.safety.helplines import (
    ALL_HOURS,
    Helpline,
    country_from,
    directory,
    emergency_number,
    helpline_for,
    helplines_for,
    load_directory,
)

OLDEST_CHECK_DAYS = 180


@pytest.mark.parametrize("line", directory().lines, ids=lambda line: f"{line.country} {line.number}")
def test_every_row_was_checked_within_half_a_year(line: Helpline) -> None:
    """No number is given to anybody on the strength of a check older than 180 days."""
    age = (datetime.now(tz=UTC).date() - line.checked).days

    assert age <= OLDEST_CHECK_DAYS, (
        f"helplines.toml: {line.country} {line.name} {line.number} was last checked {age} days ago. "
        f"Open {line.url} and {line.source}, confirm number, channel and hours, and set checked to today."
    )


@pytest.mark.parametrize("line", directory().lines, ids=lambda line: f"{line.country} {line.number}")
def test_every_row_can_be_dialled_and_traced(line: Helpline) -> None:
    """A row has a country code, a number of digits, and pages to check it on."""
    assert re.fullmatch(r"[A-Z]{2}", line.country)
    assert re.fullmatch(r"[*\d][\d -]+", line.number)
    assert line.url.startswith("https://")
    assert line.source.startswith(("https://", "http://"))


@pytest.mark.parametrize("line", directory().lines, ids=lambda line: f"{line.country} {line.number}")
def test_every_row_has_an_emergency_number_beside_it(line: Helpline) -> None:
    """Wherever we know a helpline, we also know whom to call when life is in danger."""
    assert emergency_number(line.country)


def test_youth_lines_answer_day_and_night() -> None:
    """No child is sent to a line that is closed at night."""
    assert [line.name for line in directory().lines if line.youth and line.hours != ALL_HOURS] == []


@pytest.mark.parametrize(
    ("country", "number", "emergency"),
    [
        ("US", "988", "911"),
        ("CA", "988", "911"),
        ("GB", "116 123", "999"),
        ("IE", "116 123", "112"),
        ("AU", "13 11 14", "000"),
        ("NZ", "1737", "111"),
        ("FR", "3114", "112"),
        ("BR", "188", "192 / 190"),
        ("CN", "12356", "120 / 110"),
        ("IN", "14416", "112"),
        ("DE", "0800 1110111", "112"),
    ],
)
def test_well_known_numbers_when_asked_by_country(country: str, number: str, emergency: str) -> None:
    """The numbers that everybody checks first are the right ones."""
    assert helplines_for(country)[0].number == number
    assert emergency_number(country) == emergency


def test_canada_has_no_number_of_before_988() -> None:
    """The ten-digit Canadian crisis numbers, still in packages, stand nowhere."""
    numbers = {line.number for line in helplines_for("CA")}

    assert numbers == {"988", "686868"}


@pytest.mark.parametrize("country", ["", "XX", "AQ"])
def test_unknown_country_has_no_line_and_no_number(country: str) -> None:
    """For a country that we do not know nothing is made up."""
    assert helplines_for(country) == ()
    assert helpline_for(country, "en") is None
    assert emergency_number(country) == ""


def test_country_is_compared_without_case() -> None:
    """A lower-case code finds the same rows."""
    assert helplines_for("gb") == helplines_for("GB")
    assert emergency_number("gb") == "999"


@pytest.mark.parametrize(
    ("language", "number"), [("nl", "1813"), ("nl-BE", "1813"), ("fr-BE", "0800 32 123"), ("de", "0800 32 123")]
)
def test_belgium_answers_in_the_language_of_the_person(language: str, number: str) -> None:
    """Where a line speaks one language, it is named to those who speak it."""
    line = helpline_for("BE", language)

    assert line is not None
    assert line.number == number


def test_minor_gets_a_youth_line_where_there_is_one() -> None:
    """A minor in Australia is given the line for young people, an adult is not."""
    young, adult = helpline_for("AU", "en", is_minor=True), helpline_for("AU", "en")

    assert young is not None
    assert young.name == "Kids Helpline"
    assert adult is not None
    assert adult.name == "Lifeline"


def test_minor_gets_the_general_line_where_there_is_no_youth_line() -> None:
    """A minor in Germany is given the line for everybody rather than none."""
    line = helpline_for("DE", "de", is_minor=True)

    assert line is not None
    assert line.name == "TelefonSeelsorge"


@pytest.mark.parametrize(
    ("language", "phone", "parameter", "country"),
    [
        ("en-GB", "+1 415 555 0100", "NZ", "NZ"),
        ("en-GB", "+1 415 555 0100", "", "US"),
        ("en-GB", "", "", "GB"),
        ("en_gb", "", "", "GB"),
        ("zh-Hans-CN", "", "", "CN"),
        ("en", "", "united kingdom", "GB"),
        ("en", "", " uk ", "GB"),
        ("en", "", "España", "ES"),
        ("en", "+44 20 7946 0000", "", "GB"),
        ("en", "+353 1 234", "", "IE"),
        ("en", "+1 876 555 0100", "", "JM"),
        ("en", "+852 2389 2222", "", "HK"),
    ],
)
def test_country_when_something_says_where(language: str, phone: str, parameter: str, country: str) -> None:
    """The parameter wins over the phone's prefix, and that over the locale's region."""
    assert country_from(language, phone, parameter) == country


@pytest.mark.parametrize(
    ("language", "phone", "parameter"),
    [
        ("en", "", ""),
        ("fr", "", ""),
        ("es-419", "", ""),
        ("zh-Hans", "", ""),
        ("", "", ""),
        ("en", "020 7946 0000", ""),
        ("en", "+", ""),
        ("en", "+999 1", ""),
        ("en", "", "somewhere over the rainbow"),
        ("en", "", "1"),
    ],
)
def test_country_is_unknown_when_nothing_says_where(language: str, phone: str, parameter: str) -> None:
    """A language alone, a local number or nonsense never becomes a country."""
    assert country_from(language, phone, parameter) == ""


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[emergency]\n", "helpline"),
        ("not toml", "TOML"),
        ('[[helpline]]\ncountry = "US"\n', "checked"),
        ('[[helpline]]\ncountry = "US"\nchecked = 2026-11-21\n', "name"),
    ],
)
def test_broken_file_is_refused_by_name(tmp_path: Path, content: str, named: str) -> None:
    """A wrong directory stops the start with the file and the key in the message."""
    path = tmp_path / "helplines.toml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ContentError, match=rf"helplines\.toml.*{named}"):
        load_directory(path)


def test_unknown_channel_is_refused(tmp_path: Path) -> None:
    """A channel that is not call, text or chat is a mistake in the file."""
    path = tmp_path / "helplines.toml"
    path.write_text(
        '[[helpline]]\ncountry = "US"\nname = "x"\nnumber = "1"\nhours = "24/7"\nurl = "u"\nsource = "s"\n'
        'checked = 2026-11-21\nchannel = ["fax"]\n',
        encoding="utf-8",
    )

    with pytest.raises(ContentError, match="channel"):
        load_directory(path)
