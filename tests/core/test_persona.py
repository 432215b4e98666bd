"""A persona file that is right is read as it stands; one that is wrong is refused with the place and the remedy."""

from typing import Any

import pytest

from app.core.errors import ContentError
from app.core.persona import MAX_SUGGESTION_CHARACTERS, MAX_SUGGESTIONS, Labels, Persona, Sampling, parse_persona

SMALLEST: dict[str, Any] = {
    "name": "Ann",
    "instructions": "Listen.",
    "greeting": "Hello.",
    "fallback": ["One moment.", "Again?"],
    "reprompt": {"en": "Yes?", "zh-CN": ["你说。"]},
    "farewell": "Goodbye.",
}


def persona(**keys: Any) -> Persona:
    return parse_persona("ann.toml", {**SMALLEST, **keys})


def refusal(table: dict[str, Any]) -> str:
    with pytest.raises(ContentError) as caught:
        parse_persona("ann.toml", table)
    return str(caught.value)


def test_parse_fills_in_what_a_small_file_leaves_out() -> None:
    """Six keys make a persona; everything else has a default, and words come out as lines by language."""
    parsed = persona()

    assert parsed == Persona.model_construct(
        id="ann",
        name="Ann",
        instructions="Listen.",
        greeting={"*": ("Hello.",)},
        fallback={"*": ("One moment.", "Again?")},
        reprompt={"en": ("Yes?",), "zh-CN": ("你说。",)},
        farewell={"*": ("Goodbye.",)},
        suggestions=None,
        default_language="en",
        model=None,
        format="chat",
        separator=" ->",
        end=" END",
        labels=Labels(user="User", assistant="Assistant"),
        sampling=Sampling(temperature=0.7, max_tokens=120, top_p=1.0, stop=()),
        examples=(),
        memory=True,
        intents=(),
    )


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"temprature": 0.5}, 'key "temprature" is not known; did you mean "temperature" under [sampling]?'),
        ({"temperature": 0.5}, 'key "temperature" is not known; it belongs under [sampling]'),
        ({"instruction": "x"}, 'key "instruction" is not known; did you mean "instructions"?'),
        ({"sampling": {"max_token": 9}}, 'key "sampling.max_token" is not known; did you mean "max_tokens"?'),
        ({"sampling": {"memory": False}}, 'key "sampling.memory" is not known; it belongs above the first [table]'),
        (
            {"labels": {"intent": "x"}},
            'key "labels.intent" is not known; did you mean "intents" above the first [table]?',
        ),
        ({"labels": {"zzz": "x"}}, 'key "labels.zzz" is not known; known keys are assistant, user'),
        (
            {"examples": [{"user": "a", "assistant": "b", "asistant": "c"}]},
            'key "examples.0.asistant" is not known; did you mean "assistant"?',
        ),
    ],
)
def test_parse_names_the_nearest_key_when_one_is_unknown(keys: dict[str, Any], problem: str) -> None:
    """A slip of the pen, and a key in the wrong table, are answered with the spelling and the place that are right."""
    assert refusal({**SMALLEST, **keys}) == f"persona ann.toml: {problem}"


@pytest.mark.parametrize("stray", ["memory", "model", "suggestions"])
@pytest.mark.parametrize("value", [False, "text", ["line"]])
def test_parse_refuses_a_key_of_the_persona_under_a_table_of_words(stray: str, value: object) -> None:
    """In TOML a key after [greeting] belongs to it: taken for a language, the setting would be lost in silence."""
    told = refusal({**SMALLEST, "greeting": {"en": "Hello.", stray: value}})

    assert told == (
        f'persona ann.toml: greeting: "{stray}" is no language code; '
        "keys of the persona itself stand above the first [table]"
    )


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"id": "bob"}, 'key "id" is not allowed; the file\'s name is the id'),
        ({"name": ""}, "name: is empty; say at least one line"),
        ({"name": 7}, "name: expected a text, or a list of texts"),
        ({"greeting": 7}, "greeting.*: expected a text, or a list of texts"),
        ({"greeting": {}}, "greeting: is empty; say at least one line"),
        ({"greeting": []}, "greeting.*: is empty; say at least one line"),
        ({"format": "chatty"}, "format: Input should be 'chat' or 'text'"),
        (
            {"format": "text", "separator": " \n"},
            'format = "text" needs a separator and an end mark that are more than spaces',
        ),
        (
            {"format": "text", "end": ""},
            "end: is empty; say at least one line",
        ),
        ({"sampling": {"temperature": 2.1}}, "sampling.temperature: Input should be less than or equal to 2"),
        ({"sampling": {"max_tokens": 0}}, "sampling.max_tokens: Input should be greater than or equal to 1"),
        ({"sampling": {"top_p": 0}}, "sampling.top_p: Input should be greater than 0"),
        (
            {"sampling": {"stop": ["a", "b", "c", "d", "e"]}},
            "sampling.stop: Tuple should have at most 4 items after validation, not 5",
        ),
        (
            {"suggestions": ["x"] * (MAX_SUGGESTIONS + 1)},
            f"{MAX_SUGGESTIONS + 1} suggestions; channels show at most {MAX_SUGGESTIONS}",
        ),
        (
            {"suggestions": {"de": ["123456789 123456789 1"]}},
            f'suggestion "123456789 123456789 1" is longer than {MAX_SUGGESTION_CHARACTERS} characters',
        ),
        ({"examples": [{"user": "Hi."}]}, 'key "examples.0.assistant" is missing'),
    ],
)
def test_parse_says_what_is_wrong_with_a_value(keys: dict[str, Any], problem: str) -> None:
    """A value outside its limits stops the start with the file, the key and the limit."""
    assert refusal({**SMALLEST, **keys}) == f"persona ann.toml: {problem}"


def test_parse_lists_every_problem_at_once() -> None:
    """Whoever edits a file need not start the server once for each mistake."""
    told = refusal({"nmae": "Ann", "sampling": {"temperature": 9}})

    missing = ("name", "instructions", "greeting", "fallback", "reprompt", "farewell")
    assert told == "persona ann.toml: " + "; ".join(
        [
            *(f'key "{key}" is missing' for key in missing),
            "sampling.temperature: Input should be less than or equal to 2",
            'key "nmae" is not known; did you mean "name"?',
        ]
    )


def test_parse_accepts_values_at_their_limits() -> None:
    """The limits themselves are allowed."""
    parsed = persona(
        suggestions=["z" * MAX_SUGGESTION_CHARACTERS] * MAX_SUGGESTIONS,
        sampling={"temperature": 2, "max_tokens": 4096, "stop": ["a", "b", "c", "d"]},
    )

    assert parsed.sampling == Sampling(temperature=2, max_tokens=4096, stop=("a", "b", "c", "d"))
    assert parsed.suggestions == {"*": ("z" * MAX_SUGGESTION_CHARACTERS,) * MAX_SUGGESTIONS}


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ({"en": "Hi.", "zh-CN": "你好。"}, "zh-CN", ("你好。",)),
        ({"en": "Hi.", "zh-CN": "你好。"}, "zh-tw", ("你好。",)),
        ({"en": "Hi.", "zh-CN": "你好。"}, "en-US", ("Hi.",)),
        ({"en": "Hi.", "zh-CN": "你好。"}, "fr", ("Hi.",)),
        ({"en": "Hi.", "zh-CN": "你好。"}, "", ("Hi.",)),
        ({"en": "Hi.", "*": "Hm."}, "en", ("Hi.",)),
        ({"fr": "Salut.", "*": "Hm."}, "ja", ("Hm.",)),
        ({"fr": "Salut.", "de": "Hallo."}, "ja", ("Salut.",)),
        ({"de": ["Hallo.", "Tag."]}, "de-AT", ("Hallo.", "Tag.")),
    ],
)
def test_lines_are_those_of_the_language_that_fits_best(
    words: dict[str, object], language: str, expected: tuple[str, ...]
) -> None:
    """The language of the turn, its relatives, the persona's own, the words for all, and else whatever there is."""
    parsed = persona(greeting=words)

    assert parsed.lines(parsed.greeting, language) == expected


def test_lines_are_none_when_the_persona_has_no_such_words() -> None:
    """A persona without suggestions offers none, in any language."""
    parsed = persona()

    assert parsed.lines(parsed.suggestions, "en") == ()


@pytest.mark.parametrize(
    ("languages", "language", "expected"),
    [
        (["en", "de", "*"], "de-AT", ["de", "*"]),
        (["en", "de", "*"], "fr", ["en", "*"]),
        (["de", "*"], "fr", ["*"]),
        (["de", "it"], "fr", ["de", "it"]),
        ([], "en", []),
    ],
)
def test_shown_examples_are_in_the_language_of_the_turn(
    languages: list[str], language: str, expected: list[str]
) -> None:
    """Examples teach the language too: those of the turn's are shown, else the default's, else what there is."""
    parsed = persona(examples=[{"user": "a", "assistant": "b", "language": code} for code in languages])

    assert [example.language for example in parsed.shown_examples(language)] == expected
