"""From a persona, the conversation so far and the user's words to the prompt.

Serving and training both come through here, so that a model is tuned on the very prompt it will be asked with.
The words of a person are only ever a message of role `user`, and in the single text of a prompt/completion model
they can neither open another speaker's line nor end the prompt.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.core.languages import language_name
from app.core.persona import Persona, Sampling
from app.core.text import clean
from app.core.tokens import estimate_tokens
from app.core.types import Exchange, Message

DEFAULT_HISTORY_TOKENS = 1_000
MAX_USER_CHARACTERS = 4_000  # of one message; Dialogflow itself takes 256 (ES) or 500 (CX)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked. `messages`: (system, user, assistant, ..., user).

    `text` is the same as one string for prompt/completion models and None for chat models. No model id: the same
    prompt goes to any model and into training.
    """

    messages: tuple[Message, ...]
    sampling: Sampling
    text: str | None = None


def build_prompt(
    persona: Persona,
    history: Sequence[Exchange],
    text: str,
    language: str = "",
    history_tokens: int = DEFAULT_HISTORY_TOKENS,
) -> Prompt:
    """Return the prompt for a turn. Oldest exchanges are dropped first; instructions and examples never are."""
    unanswered, answered = _split_unanswered(_newest(history if persona.memory else (), history_tokens))
    words = "\n".join([*unanswered, clean(text, MAX_USER_CHARACTERS)])
    shown = [(example.user, example.assistant) for example in persona.shown_examples(language)]
    messages = (
        Message("system", _instructions(persona, language)),
        *_as_messages(shown),
        *_as_messages(answered),
        Message("user", words),
    )
    if persona.format == "chat":
        return Prompt(messages, persona.sampling)
    stop = tuple(dict.fromkeys((persona.end, *persona.sampling.stop)))[:4]
    return Prompt(messages, persona.sampling.model_copy(update={"stop": stop}), render_text(persona, messages))


def render_text(persona: Persona, messages: Sequence[Message]) -> str:
    """Return messages (system, user, assistant, ..., user) as the one string a prompt/completion model continues.

    Shape: instructions, blank line, then a line a message, `User: words`, earlier answers closed by the end mark,
    the last words followed by the separator. Empty labels give bare words, empty instructions no first block.
    """
    head, *rest = messages
    lines = [_line(persona, message) for message in rest]
    block = "\n".join(lines) + persona.separator
    return f"{head.text}\n\n{block}" if head.text else block


def render_completion(persona: Persona, words: str) -> str:
    """Return an answer as a prompt/completion model is trained to give it: a space, the words in one line, the end.

    The end mark stops a model wherever it stands, also at the begin of a longer word (" END" in " ENDIVE"): such a word
    is written small. A mark of small letters alone cannot be told from words in this way, so it is a poor choice.
    """
    answer = f" {_harmless(persona, words)}"
    return answer.replace(persona.end, persona.end.lower()) + persona.end


def _line(persona: Persona, message: Message) -> str:
    label = persona.labels.user if message.role == "user" else persona.labels.assistant
    words = _harmless(persona, message.text)
    return (f"{label}: " if label else "") + (words + persona.end if message.role == "assistant" else words)


def _harmless(persona: Persona, words: str) -> str:
    """Return words on one line and without the marks that have a meaning in the prompt text."""
    words = " ".join(words.split())
    for mark in filter(None, (persona.separator.strip(), persona.end.strip())):  # "\n" is gone with the line ends
        words = re.sub(_whole(mark), " ", words)
    for label in filter(None, (persona.labels.user, persona.labels.assistant)):
        words = re.sub(rf"(?i)(?<!\w){re.escape(label)}\s*(?::|\uff1a|->)", f"{label},", words)
    return " ".join(words.split())


def _whole(mark: str) -> str:
    """Return a pattern for the mark: inside a longer word (END in BENDER) a mark of letters is no mark."""
    before = r"(?<!\w)" if mark[0].isalnum() else ""
    after = r"(?!\w)" if mark[-1].isalnum() else ""
    return before + re.escape(mark) + after


def _instructions(persona: Persona, language: str) -> str:
    name = language_name(language)
    return "\n".join(
        filter(None, (persona.instructions.strip(), f"The user writes in {name}. Answer in {name}." if name else ""))
    )


def _newest(history: Sequence[Exchange], max_tokens: int) -> Sequence[Exchange]:
    """Return the newest exchanges whose estimated tokens fit."""
    left = max_tokens
    for number, exchange in enumerate(reversed(history)):
        left -= estimate_tokens(exchange.user) + estimate_tokens(exchange.reply)
        if left < 0:
            return history[len(history) - number :]
    return history


def _split_unanswered(history: Sequence[Exchange]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return (words that still wait for an answer, answered pairs).

    A fallback line is no answer: the model must not read it as its own words, and the user's words before it are
    carried into the next message instead of being lost.
    """
    waiting: list[str] = []
    answered: list[tuple[str, str]] = []
    for exchange in history:
        waiting.append(exchange.user)
        if exchange.answered:
            answered.append(("\n".join(waiting), exchange.reply))
            waiting = []
    return waiting, answered


def _as_messages(pairs: Iterable[tuple[str, str]]) -> Iterable[Message]:
    for user, assistant in pairs:
        yield Message("user", user)
        yield Message("assistant", assistant)
