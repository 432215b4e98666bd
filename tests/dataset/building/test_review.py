"""What needs a person's eye is found by the rules of serving."""

from pathlib import Path

from scripts.dataset.building.review import Concern, find_concern, read_approved
from tests.dataset.talks import talk


def test_somebody_at_risk_is_found() -> None:
    """The most pressing message is named, also behind a calm one, by level and rule."""
    concern = find_concern(talk("Hi", "Hello.", "I want to kill myself", "I am here."), is_companion=True)

    assert concern is not None
    assert (concern.level, concern.message) == ("active", 3)
    assert concern.rule


def test_an_answer_that_serving_refuses_is_found() -> None:
    """A companion must not learn a diagnosis; an answer that may be sent is no concern."""
    assert find_concern(talk("I am tired", "You have major depression."), is_companion=True) == Concern(
        "reply", "en.diagnosis.you-have", 2
    )
    assert find_concern(talk("I am tired", "You have major depression."), is_companion=False) is None
    assert find_concern(talk("I am tired", "That sounds hard. Since when?"), is_companion=True) is None


def test_approved_ids_are_read_one_a_line(tmp_path: Path) -> None:
    """Notes and empty lines are no ids."""
    path = tmp_path / "approved.txt"
    path.write_text("\ufeffabc  # read by me\n\n# none\ndef\n")

    assert read_approved(path) == {"abc", "def"}
