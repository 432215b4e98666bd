"""Weak credentials are named, by what is weak about them; good ones are left alone."""

import pytest

from scripts.checkup.callers import check_callers
from tests.checkup.cases import case_of, said
from tests.checkup.setups import GOOD

AGENT = "service-1234@gcp-sa-dialogflow.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("secret", "WEBHOOK_PASSWORD is a word that is tried first"),
        ("Change-Me", "WEBHOOK_PASSWORD is a word that is tried first"),
        ("password123!", "WEBHOOK_PASSWORD is a word that is tried first"),
        ("your-password-here", "WEBHOOK_PASSWORD is a word that is tried first"),
        ("12345678901234", "WEBHOOK_PASSWORD is a word that is tried first"),
        ("k8Qz", "WEBHOOK_PASSWORD is easily guessed: short, or of few different characters"),
        ("aaaaaaaaaaaaaaaaab", "WEBHOOK_PASSWORD is easily guessed: short, or of few different characters"),
        (GOOD["OPENAI_API_KEY"], "WEBHOOK_PASSWORD is the same as OPENAI_API_KEY"),
    ],
)
def test_a_weak_password_is_named(password: str, message: str) -> None:
    """By its weakness; the password itself is not shown."""
    lines = said(check_callers, case_of(GOOD | {"WEBHOOK_PASSWORD": password}))

    assert [line[:3] for line in lines] == [("warning", "callers", message)]
    assert lines[0][3].startswith("take the output of: python -c")


@pytest.mark.parametrize("password", ["vP3-w9Kq-tests", "correct horse battery", "joyful-otters-9"])
def test_a_good_password_is_left_alone(password: str) -> None:
    """Also one of words, when there are some."""
    assert [line[0] for line in said(check_callers, case_of(GOOD | {"WEBHOOK_PASSWORD": password}))] == ["ok"]


def test_a_service_agent_has_its_form() -> None:
    """Anybody's e-mail would be accepted by the settings, and lock Dialogflow out."""
    variables = {"OPENAI_API_KEY": "k", "WEBHOOK_ID_TOKEN_AUDIENCE": "https://example.org/webhook"}
    right, wrong = ({**variables, "WEBHOOK_ID_TOKEN_EMAIL": email} for email in (AGENT, "me@example.org"))

    assert [line[0] for line in said(check_callers, case_of(right))] == ["ok"]
    assert [line[0] for line in said(check_callers, case_of(wrong))] == ["warning"]
