"""The grid file: what a good one asks for, and what is said of a wrong one."""

from pathlib import Path

import pytest

from scripts.generation.calls import Call, calls_of
from scripts.generation.grid import BadGrid, read_grid

GOOD = """
prompt = "Describe a hero of {age} who {power}."
sub_prompt = "{age}, {power}"
system = "You write about {power}."
n = 2
temperature = 0.5
max_tokens = 50
seed = 7
[grid]
age = [12, "thirty"]
power = ["flies", "counts {sand}"]
"""


def calls(tmp_path: Path, text: str, model: str = "m") -> list[Call]:
    path = tmp_path / "grid.toml"
    path.write_text(text, encoding="utf-8")
    return list(calls_of(read_grid(path), model))


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "grid.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadGrid) as error:
        read_grid(path)
    return [line.removeprefix(f"{path}: ") for line in str(error.value).splitlines()]


def test_calls_stand_in_the_order_of_the_grid(tmp_path: Path) -> None:
    """The last list turns fastest, the n answers of a prompt follow each other; values may hold braces."""
    made = calls(tmp_path, GOOD)

    assert [(call.row, call.values) for call in made] == [
        (0, ("12", "flies")),
        (1, ("12", "flies")),
        (2, ("12", "counts {sand}")),
        (3, ("12", "counts {sand}")),
        (4, ("thirty", "flies")),
        (5, ("thirty", "flies")),
        (6, ("thirty", "counts {sand}")),
        (7, ("thirty", "counts {sand}")),
    ]
    assert (made[3].prompt, made[3].sub_prompt) == ("Describe a hero of 12 who counts {sand}.", "12, counts {sand}")


def test_a_call_is_the_request_that_is_sent(tmp_path: Path) -> None:
    """Only what the file sets is sent; the seed moves with the number of the answer."""
    assert calls(tmp_path, GOOD)[1].body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "You write about flies."},
            {"role": "user", "content": "Describe a hero of 12 who flies."},
        ],
        "temperature": 0.5,
        "max_tokens": 50,
        "seed": 8,
    }


def test_the_key_changes_with_whatever_is_asked(tmp_path: Path) -> None:
    """Model, parameters, words and the number of the answer are in the key; nothing else is."""
    keys = [call.key for call in calls(tmp_path, GOOD)]

    assert len(set(keys)) == len(keys)
    assert [call.key for call in calls(tmp_path, GOOD.replace('"{age}, {power}"', '"{power}"'))] == keys
    for change in [("0.5", "0.6"), ("You write", "You sing"), ("max_tokens = 50", "max_tokens = 51")]:
        assert not set(keys) & {call.key for call in calls(tmp_path, GOOD.replace(*change))}
    assert not set(keys) & {call.key for call in calls(tmp_path, GOOD, model="other")}


def test_a_grown_grid_keeps_its_keys(tmp_path: Path) -> None:
    """More answers or more values never make the former ones new."""
    keys = {call.key for call in calls(tmp_path, GOOD)}

    assert keys < {call.key for call in calls(tmp_path, GOOD.replace("n = 2", "n = 3"))}
    assert keys < {call.key for call in calls(tmp_path, GOOD.replace('"thirty"', '"thirty", 99'))}


def test_the_short_prompt_defaults_to_the_values(tmp_path: Path) -> None:
    """Without sub_prompt it is the values, separated by commas."""
    made = calls(tmp_path, GOOD.replace('sub_prompt = "{age}, {power}"', ""))

    assert made[0].sub_prompt == "12, flies"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("temperature", "temprature", 'key "temprature" is not known; did you mean "temperature"?'),
        ("temperature = 0.5", "temperature = 3", "temperature: Input should be less than or equal to 2"),
        ("{power}.", "{powr}.", 'prompt: {powr} is no list of [grid]; did you mean "power"?'),
        ("{age} who", "{} who", "prompt: {} is no list of [grid]; known are age, power"),
        ("{age} who", "{age:>9} who", "prompt: {age} takes no : or ! behind its name"),
        ("{age} who", "{age who", "prompt: "),
        (
            "hero of {age}",
            "hero",
            "grid.age: prompt has no {age}, so the same prompt would be paid again for each value",
        ),
        ('"thirty"', "12", 'grid.age: "12" stands there twice; n asks for more answers to the same prompt'),
        ('12, "thirty"', "", "grid.age: Tuple should have at least 1 item after validation, not 0"),
        ("12,", "true,", "grid.age.0: Input should be a valid string"),
        ("max_tokens = 50", "", "max_tokens: give it, or max_completion_tokens for models that want that name"),
        ("[grid]", "[grid]\nn = 3", "grid.n: expected a list of texts or numbers; keys of the file itself stand above"),
        ("[grid]", "[columns]\nprompt = 'age'\n[grid]", 'two columns of the CSV would be called "age"; rename'),
        ("[grid]", "[columns]\nsub_promt = 'x'\n[grid]", 'key "columns.sub_promt" is not known; did you mean "sub_pro'),
        ("[grid]", "[lists]", 'key "grid" is missing'),
        ("n = 2", "n = ", "cannot be read as TOML: Invalid value (at line 5, column 5)"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each mistake is named with its key and the way out."""
    assert any(problem.startswith(said) for problem in problems(tmp_path, GOOD.replace(old, new, 1)))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to run it again to see the next one."""
    wrong = GOOD.replace("{power}.", "{powr}.").replace('"{age}, {power}"', '"{agee}"').replace('"thirty"', "12")

    assert len(problems(tmp_path, wrong)) == 4
