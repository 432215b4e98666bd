"""Conversations on file: what a script says, and every mistake with its line."""

from pathlib import Path

import pytest

from scripts.dialogflow.script_files import BadScript, Expectation, read_script
from scripts.dialogflow.types import Query

CONVERSATIONS = Path(__file__).parents[2] / "scripts" / "data" / "conversations"


def write(folder: Path, text: str) -> Path:
    path = folder / "talk.yml"
    path.write_text(text)
    return path


def test_a_script_is_read(tmp_path: Path) -> None:
    """One text stands for a list of one; each turn becomes a query."""
    path = write(
        tmp_path,
        """
channel: cx
origin: telephony
turns:
  - event: WELCOME
    tag: joy.welcome
  - say: Hello
    language: de
    parameters: {persona: joy}
    expect: {contains: Hallo, within_s: 2}
  - press: 12#
""",
    )

    script = read_script(path)

    assert (script.channel, script.origin, script.language) == ("cx", "telephony", None)
    assert [turn.query for turn in script.turns] == [
        Query("event", "WELCOME", tag="joy.welcome"),
        Query("text", "Hello", {"persona": "joy"}, language="de"),
        Query("keys", "12#"),
    ]
    assert script.turns[1].expect == Expectation(contains=("Hallo",), within_s=2)


@pytest.mark.parametrize("path", sorted(CONVERSATIONS.glob("*.yml")), ids=lambda path: path.stem)
def test_our_own_scripts_expect_something_of_each_turn(path: Path) -> None:
    """The samples can be read, and no turn of them passes whatever is answered."""
    assert [turn for turn in read_script(path).turns if turn.expect == Expectation()] == []


MISTAKES = {
    "unknown key": ("turns:\n  - say: Hi\n    expct: {}\n", ":3: turns.0.expct: this key is not known"),
    "two things": ("turns:\n  - say: Hi\n    event: BYE\n", ":2: turns.0: a turn has exactly one of say, event"),
    "nothing": ("turns:\n  - expect: {contains: a}\n", ":2: turns.0: a turn has exactly one of"),
    "no turns": ("channel: es\n", ":1: turns: Field required"),
    "empty": ("", ":1: expected `turns:`"),
    "channel": ("channel: ex\nturns:\n  - say: Hi\n", ":1: channel: Input should be 'es' or 'cx'"),
    "pattern": ("turns:\n  - say: Hi\n    expect:\n      matches: '('\n", ":4: turns.0.expect.matches: no regular"),
    "not yaml": ("turns:\n  - say: 'Hi\n", ": not YAML"),
}


@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    """file:line, the key, and what is wrong with it."""
    path = write(tmp_path, text)

    with pytest.raises(BadScript) as caught:
        read_script(path)

    assert str(caught.value).startswith(f"{path}:")
    assert said in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    """One run, one list."""
    path = write(tmp_path, "langage: en\nturns:\n  - say: 3\n")

    with pytest.raises(BadScript) as caught:
        read_script(path)

    assert [line.removeprefix(f"{path}:").partition(":")[0] for line in str(caught.value).splitlines()] == ["3", "1"]
