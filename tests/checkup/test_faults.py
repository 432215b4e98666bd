"""Each fault that is planted in a healthy set-up is named, once, with what to do; and no line holds a secret."""

import pytest

from tests.checkup.faults import FAULTS, Plant
from tests.checkup.setups import KEY, PASSWORD, Setup, without_numbers


@pytest.mark.parametrize(("plant", "status", "check", "message", "fix"), FAULTS.values(), ids=FAULTS)
def test_each_planted_fault_is_named_once(
    healthy: Setup, plant: Plant, status: str, check: str, message: str, fix: str
) -> None:
    """One fault in a healthy set-up makes one line: what is wrong, and what to do."""
    plant(healthy)

    seen = healthy.examine()

    assert [(line[0], line[1]) for line in seen.problems] == [(status, check)]
    assert without_numbers(seen.problems[0][2]).startswith(message)
    assert seen.problems[0][3].startswith(fix)
    assert seen.exit_code == (1 if status == "failed" else 0)
    assert KEY not in seen.output
    assert PASSWORD not in seen.output


def test_six_faults_make_six_lines(healthy: Setup) -> None:
    """Faults do not hide one another."""
    for name in ("a store that cannot be written", "a misspelt name", "no credit", "a model that ends soon"):
        FAULTS[name][0](healthy)
    healthy.dotenv |= {"WEBHOOK_PASSWORD": "secret", "ES_DEADLINE_S": "4.9"}

    seen = healthy.examine()

    assert [line[:2] for line in seen.problems] == [
        ("warning", "env file"),
        ("warning", "settings"),
        ("warning", "callers"),
        ("failed", "store"),
        ("warning", "model"),
        ("failed", "answer"),
        ("failed", "webhook"),  # the weak password is not the one there either
    ]
