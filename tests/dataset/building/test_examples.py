"""What is trained on is what the server will send, message for message, at every turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.persona import Persona
from app.core.prompt import build_prompt
from app.core.types import Exchange
from app.personas import load_personas
from scripts.dataset.building.clean import clean_text
from scripts.dataset.building.examples import Style, chat_line, make_examples, preference_line, text_lines
from scripts.dataset.types import Conversation
from tests.dataset.talks import talk
from tests.strategies import hostile_text, steady

JOY = load_personas()["joy"]
BARE = JOY.model_copy(update={"examples": (), "instructions": "Listen."})

texts = hostile_text.map(lambda text: clean_text(text)[0]).filter(bool)
talks = st.lists(st.tuples(texts, texts), min_size=1, max_size=6).map(
    lambda pairs: talk(*(t for p in pairs for t in p))
)


def exchanges(conversation: Conversation) -> list[Exchange]:
    """Return what a server would remember of the conversation."""
    words = [message.text for message in conversation.messages]
    return [Exchange(user, reply) for user, reply in zip(words[::2], words[1::2], strict=True)]


@steady
@given(talks, st.sampled_from([0, 20, 60, 1_000]), st.booleans(), st.booleans())
def test_every_answer_is_learned_once_after_the_servers_own_prompt(
    conversation: Conversation, history_tokens: int, memory: bool, with_examples: bool
) -> None:
    """For each turn k there is one learned answer, and before it stands exactly build_prompt of that turn."""
    persona = (JOY if with_examples else BARE).model_copy(update={"memory": memory})
    history = exchanges(conversation)

    learned = [
        (example.messages[:place], example.messages[place].text)
        for example in make_examples(conversation, Style(persona, "en", history_tokens))
        for place in example.answers
    ]

    assert learned == [
        (build_prompt(persona, history[:k], turn.user, "en", history_tokens).messages, turn.reply)
        for k, turn in enumerate(history)
    ]


@steady
@given(talks, st.sampled_from([0, 60, 1_000]))
def test_text_lines_are_the_servers_own_prompt_too(conversation: Conversation, history_tokens: int) -> None:
    """A prompt/completion model is trained on the very string that it will be sent, whatever the persona's format."""
    text_persona = BARE.model_copy(update={"format": "text"})
    style = Style(BARE, "en", history_tokens)

    prompts = [line["prompt"] for example in make_examples(conversation, style) for line in text_lines(example, style)]

    history = exchanges(conversation)
    assert prompts == [
        build_prompt(text_persona, history[:k], turn.user, "en", history_tokens).text for k, turn in enumerate(history)
    ]


@steady
@given(texts)
def test_a_completion_ends_with_its_only_mark(answer: str) -> None:
    """The end mark stands once, at the end, so the stop never bites into an answer; it is all on one line."""
    style = Style(BARE, "en")

    (line,) = text_lines(next(make_examples(talk("Hi", answer), style)), style)

    assert line["completion"].startswith(" ")
    assert line["completion"].endswith(" END")
    assert " END" not in line["completion"].removesuffix(" END")
    assert "\n" not in line["completion"]


def test_a_chat_line_in_full() -> None:
    """Shown examples have weight 0, the conversation's answers none."""
    shown = Persona.model_validate(
        BARE.model_dump() | {"examples": [{"user": "Hello", "assistant": "Hi there.", "language": "en"}]}
    )

    lines = [chat_line(example) for example in make_examples(talk("I am sad", "Since when?"), Style(shown, "en"))]

    assert lines == [
        {
            "messages": [
                {"role": "system", "content": "Listen.\nThe user writes in English. Answer in English."},
                {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": "Hi there.", "weight": 0},
                {"role": "user", "content": "I am sad"},
                {"role": "assistant", "content": "Since when?"},
            ]
        }
    ]


def test_a_long_conversation_is_one_example_for_each_place_from_which_it_is_remembered() -> None:
    """What the server forgets is left out of the later example; what leads to it is shown with weight 0."""
    words = [f"{'long words ' * 8}{n}" for n in range(8)]

    examples = list(make_examples(talk(*words), Style(BARE, "", history_tokens=130)))

    assert [(len(example.messages), example.learned_from) for example in examples] == [(7, 2), (7, 6)]
    assert chat_line(examples[1])["messages"][2] == {"role": "assistant", "content": words[3], "weight": 0}


def test_a_pair_parts_at_an_answer() -> None:
    """Both answers follow the prompt of their turn; what comes after does not matter."""
    better = talk("Hi", "Hello.", "I am sad", "Since when?", "Monday", "I see.")
    worse = talk("Hi", "Hello.", "I am sad", "Cheer up!")

    assert preference_line(better, worse, Style(BARE, "")) == {
        "input": {
            "messages": [
                {"role": "system", "content": "Listen."},
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "Hello."},
                {"role": "user", "content": "I am sad"},
            ]
        },
        "preferred_output": [{"role": "assistant", "content": "Since when?"}],
        "non_preferred_output": [{"role": "assistant", "content": "Cheer up!"}],
    }


@pytest.mark.parametrize("other", [talk("Hello", "Cheer up!"), talk("I am sad", "Since when?")])
def test_other_questions_make_no_pair(other: Conversation) -> None:
    """Two answers can be compared only after the same words, and one must differ from the other."""
    assert preference_line(talk("I am sad", "Since when?"), other, Style(BARE, "")) is None
