"""What is strange in a .env file, line by line; values are never quoted."""

import pytest

from scripts.checkup.dotenv_file import check_env_file
from tests.checkup.cases import case_of, said

LINES: dict[str, tuple[str, str, str, str]] = {
    "typographic quotes": (
        "MODEL=“gpt-5”",
        *("failed", ".env:1: MODEL: the typographic quotes are taken for a part of the value"),
        'write plain quotes (") or none',
    ),
    "a name alone": (
        "MODEL",
        *("warning", ".env:1: MODEL has no =, so it is not set", "write MODEL=value"),
    ),
    "a colon in place of =": (
        "MODEL: gpt-5",
        *("failed", ".env:1: the line cannot be read and is ignored"),
        "write NAME=value; close the quote, or leave quotes out",
    ),
    "a quote that swallows the rest": (
        '# mine\n\nOPENAI_API_KEY="sk-1\nMODEL=m\nLOG_LEVEL="INFO"',
        *("failed", ".env:3: the line cannot be read, and the 2 lines after it are lost with it"),
        "write NAME=value; close the quote, or leave quotes out",
    ),
    "a password with a comment": (
        "WEBHOOK_PASSWORD=abc #def",
        *("warning", ".env:1: WEBHOOK_PASSWORD: what follows # is taken for a comment"),
        "put the value in single quotes if # belongs to it",
    ),
    "a password that is expanded": (
        "WEBHOOK_PASSWORD=abc${x}def",
        *("warning", ".env:1: WEBHOOK_PASSWORD: ${...} is replaced by the variable of that name, or by nothing"),
        "put the value in single quotes if it is meant as it stands",
    ),
    "an older name": (
        "export OPENAI_MODEL=m",
        *("warning", ".env:1: OPENAI_MODEL is a name that nothing here reads", "did you mean MODEL?"),
    ),
}


@pytest.mark.parametrize(("text", "status", "message", "fix"), LINES.values(), ids=LINES)
def test_each_strange_line_is_named_once(text: str, status: str, message: str, fix: str) -> None:
    """By its number and name."""
    assert said(check_env_file, case_of({}, text.encode())) == [(status, "env file", message, fix)]


@pytest.mark.parametrize(
    "text",
    [
        "MODEL=m # the small one",
        "WEBHOOK_PASSWORD='abc #def${x}'",
        'WEBHOOK_PASSWORD="abc #def"',
        "WEBHOOK_PASSWORD=abc#def",
        "export MODEL = m  ",
        "MY_OWN=1\nHOSTNAME=x\nRAILWAY_TOKEN=y\nOPENAI_ORG_ID=z",
        "MODEL=\n# OPENAI_MODEL=m",
        "",
    ],
)
def test_what_is_as_it_should_be_is_left_alone(text: str) -> None:
    """Comments, quotes, export, other programs' variables."""
    assert [line[0] for line in said(check_env_file, case_of({}, text.encode()))] == ["ok"]


@pytest.mark.parametrize("content", ["MODEL=m".encode("utf-16"), "MODEL=mün".encode("latin-1")])
def test_another_encoding_is_named(content: bytes) -> None:
    """Once: the settings refuse it as well, and leave it to this line."""
    case = case_of({}, content)

    assert said(check_env_file, case) == [
        ("failed", "env file", ".env is not UTF-8, so nothing of it can be read", "save it again as UTF-8")
    ]
