"""What a conversation must be to be learned from: user and assistant by turns, ending with an answer that can be given.

What can be mended is mended and reported; what cannot is dropped with the reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.core.prompt import MAX_USER_CHARACTERS
from app.core.types import Message
from scripts.dataset.tokens import count_text
from scripts.dataset.types import Conversation, Finding, Report
from scripts.dataset.words import fold


@dataclass(frozen=True, slots=True)
class Limits:
    """How long words may be: what the server takes of a user, and what the persona lets its model say.

    `model` is the one whose tokens are counted. `answer_tokens` is None where answers of any length will do.
    """

    model: str
    answer_tokens: int | None
    user_characters: int = MAX_USER_CHARACTERS


def shape(conversation: Conversation, limits: Limits, report: Report) -> Conversation | None:
    """Return (user, assistant, ..., user, assistant), or None when the conversation is dropped, which is reported."""
    messages = _mend(conversation, report)
    problem = _problem(messages, limits)
    if problem is not None:
        check, message, fix = problem
        report(Finding("error", check, conversation.where, message, fix))
        return None
    return conversation if messages == conversation.messages else replace(conversation, messages=messages)


_Messages = tuple[Message, ...]


def _mend(conversation: Conversation, report: Report) -> _Messages:
    messages = conversation.messages
    for check, (mend, words) in _MENDS.items():
        mended = mend(messages)
        if mended != messages:
            messages = mended
            report(Finding("info", check, conversation.where, words))
    return messages


def _without_system(messages: _Messages) -> _Messages:
    return messages[1:] if messages and messages[0].role == "system" else messages


def _without_greeting(messages: _Messages) -> _Messages:
    return messages[1:] if len(messages) > 1 and messages[0].role == "assistant" else messages


def _without_last_user(messages: _Messages) -> _Messages:
    return messages[:-1] if len(messages) > 1 and messages[-1].role == "user" else messages


def _join_user(messages: _Messages) -> _Messages:
    """Join the user's messages in a row with a new line, as app.core.prompt does with those left unanswered."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1].role == message.role == "user":
            joined[-1] = Message("user", f"{joined[-1].text}\n{message.text}".strip())
        else:
            joined.append(message)
    return tuple(joined)


_MENDS: dict[str, tuple[Callable[[_Messages], _Messages], str]] = {
    "system_replaced": (_without_system, "the persona's instructions stand in the place of the system message"),
    "greeting_left_out": (
        _without_greeting,
        "what is answered before the first question left out",
    ),
    "user_joined": (_join_user, "messages of the user in a row joined, as the server does"),
    "last_user_left_out": (_without_last_user, "the last message, which nobody answers, left out"),
}


_Problem = tuple[str, str, str]


def _problem(messages: Sequence[Message], limits: Limits) -> _Problem | None:
    """Return the first reason to drop: (check, message, fix)."""
    roles = [message.role for message in messages]
    if "user" not in roles:
        return "no_user", "nobody asks anything", "check which column or key holds the user's words"
    if "assistant" not in roles:
        return "no_answer", "nobody answers", "check which column or key holds the answers"
    if roles != ["user", "assistant"] * (len(roles) // 2):
        return "wrong_order", "user and assistant do not take turns", "join the parts of one answer in the source"
    for number in range(0, len(messages), 2):
        problem = _exchange_problem(number + 1, messages[number].text, messages[number + 1].text, limits)
        if problem is not None:
            return problem
    return None


def _exchange_problem(number: int, user: str, answer: str, limits: Limits) -> _Problem | None:
    if not user:
        return "empty_question", f"message {number} is empty", "fill it in or leave the conversation out"
    if not answer:
        return "empty_answer", f"message {number + 1} is empty", "fill it in or leave the conversation out"
    if len(user) == len(answer) and fold(user) == fold(answer):
        return "answer_repeats", f"message {number + 1} repeats the question", "check which column holds the answers"
    if len(user) > limits.user_characters:
        said = f"message {number} has {len(user):,} characters; the server reads {limits.user_characters:,}"
        return "question_too_long", said, "shorten it"
    return _answer_problem(number + 1, answer, limits)


def _answer_problem(number: int, answer: str, limits: Limits) -> _Problem | None:
    """An answer longer than the persona may give would be cut while serving, so the model must not learn it."""
    most = limits.answer_tokens
    if most is None or len(answer.encode()) <= most:  # no token is shorter than a byte
        return None
    tokens = count_text(answer, limits.model).tokens
    if tokens <= most:
        return None
    fix = "shorten it, raise max_tokens of the persona, or build with --max-answer-tokens"
    return "answer_too_long", f"message {number} has {tokens:,} tokens; the persona says at most {most:,}", fix
