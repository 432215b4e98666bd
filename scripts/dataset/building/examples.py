"""From a conversation to training lines, through app.core.prompt: what is trained on is what the server will send.

Chat, one line an example; every answer without a weight is learned:
    {"messages": [{"role": "system", "content": "..."}, {"role": "user", "content": "Hi"},
                  {"role": "assistant", "content": "Hello"}, ...]}
Prompt/completion, one line an answer:
    {"prompt": "You are JOY ...\\n\\nUser: Hi ->", "completion": " Hello END"}
Preference (DPO), one line a pair of answers:
    {"input": {"messages": [...]}, "preferred_output": [{...}], "non_preferred_output": [{...}]}
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from app.core.persona import Persona
from app.core.prompt import DEFAULT_HISTORY_TOKENS, build_prompt, render_completion, render_text
from app.core.types import Exchange, Message
from scripts.dataset.types import Conversation


@dataclass(frozen=True)
class Style:
    """How the server will ask: the persona as it is trained, the language Dialogflow names, the room for history."""

    persona: Persona
    language: str
    history_tokens: int = DEFAULT_HISTORY_TOKENS

    def prompt(self, exchanges: Sequence[Exchange], number: int) -> tuple[Message, ...]:
        """Return the messages that the server sends at the number-th turn, counted from 0."""
        user = exchanges[number].user
        return build_prompt(self._chat, exchanges[:number], user, self.language, self.history_tokens).messages

    @cached_property
    def head(self) -> int:
        """How many messages stand before the conversation: instructions and shown examples."""
        return 1 + 2 * len(self.persona.shown_examples(self.language))

    @cached_property
    def _chat(self) -> Persona:
        return self.persona.model_copy(update={"format": "chat"})  # the text is rendered below, once for each answer


@dataclass(frozen=True, slots=True)
class Example:
    """Messages (system, user, assistant, ..., assistant), of which the answers from `learned_from` on are learned."""

    messages: tuple[Message, ...]
    learned_from: int

    @property
    def answers(self) -> range:
        """The places of the answers that are learned."""
        return range(self.learned_from, len(self.messages), 2)


def make_examples(conversation: Conversation, style: Style) -> Iterator[Example]:
    """Yield the examples of a conversation: one, unless the server would forget its beginning before its end.

    Each answer is learned once, after exactly the messages that the server sends at its turn. Turns at which the
    server remembers from the same point on share an example; what only leads there has weight 0.
    """
    exchanges = exchanges_of(conversation)
    last = len(exchanges) - 1
    prompt = style.prompt(exchanges, last)
    if _begin(prompt, last, style) == 0:  # then nothing is forgotten at any turn before it either
        yield _example(prompt, exchanges[last].reply, style.head + 1)
        return
    prompts = [style.prompt(exchanges, number) for number in range(len(exchanges))]
    for begin, turns in groupby(range(len(prompts)), lambda number: _begin(prompts[number], number, style)):
        numbers = tuple(turns)
        learned_from = style.head + 2 * (numbers[0] - begin) + 1
        yield _example(prompts[numbers[-1]], exchanges[numbers[-1]].reply, learned_from)


def exchanges_of(conversation: Conversation) -> tuple[Exchange, ...]:
    """Return a conversation (user, assistant, ..., assistant) as the server remembers it."""
    texts = [message.text for message in conversation.messages]
    return tuple(Exchange(user, reply) for user, reply in zip(texts[::2], texts[1::2], strict=True))


def chat_line(example: Example) -> dict[str, Any]:
    """Return the chat form; answers that are only shown have weight 0."""
    learned = example.answers
    return {
        "messages": [
            {"role": message.role, "content": message.text}
            | ({"weight": 0} if message.role == "assistant" and place not in learned else {})
            for place, message in enumerate(example.messages)
        ]
    }


def text_lines(example: Example, style: Style) -> Iterator[dict[str, Any]]:
    """Yield the prompt/completion form, a line for each learned answer."""
    for place in example.answers:
        yield {
            "prompt": render_text(style.persona, example.messages[:place]),
            "completion": render_completion(style.persona, example.messages[place].text),
        }


def preference_line(better: Conversation, worse: Conversation, style: Style) -> dict[str, Any] | None:
    """Return the pair of answers where two conversations part, None when they do not part at an answer."""
    messages = zip(better.messages, worse.messages, strict=False)
    place = next((place for place, (one, other) in enumerate(messages) if one != other), 0)
    if place % 2 == 0:
        return None
    prompt = style.prompt(exchanges_of(better), place // 2)
    return {
        "input": {"messages": [_chat(message) for message in prompt]},
        "preferred_output": [_chat(better.messages[place])],
        "non_preferred_output": [_chat(worse.messages[place])],
    }


def _begin(prompt: Sequence[Message], number: int, style: Style) -> int:
    """Return the turn from which on the server remembers, when it answers the number-th."""
    return number - (len(prompt) - style.head - 1) // 2


def _example(prompt: tuple[Message, ...], answer: str, learned_from: int) -> Example:
    return Example((*prompt, Message("assistant", answer)), learned_from)


def _chat(message: Message) -> dict[str, str]:
    return {"role": message.role, "content": message.text}
