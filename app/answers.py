"""Where an answer's words come from: the persona's own lines, or its model, screened before anybody reads it."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from zlib import crc32

from app.core.deadline import Deadline
from app.core.errors import ModelError, ModelSpent, ModelTimeout
from app.core.late import LATE_S
from app.core.persona import Persona, Words
from app.core.prompt import build_prompt
from app.core.reply import tidy
from app.core.types import Completion, Reply, ReplySource, RiskLevel, Session, Turn
from app.safety.output import screen_reply
from app.safety.replies import safe_instead
from app.services import Asking, Services
from app.sessions.turns import Owed

_CANARY_CHARACTERS = 40  # a line of the instructions this long does not turn up in a reply by chance


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer before what safety adds to it.

    `is_kept` is false when neither the words of the person nor ours may come into a prompt later. `late_finding` is
    the second rail's, perhaps still on its way. `asking` is there when the model has not said one whole sentence yet
    and goes on. `owed` is what the answer means for one that an earlier turn owes.
    """

    reply: Reply
    completion: Completion | None = None
    problems: tuple[str, ...] = ()
    is_kept: bool = True
    is_follow_up: bool = False
    late_finding: "Future[RiskLevel] | None" = None
    asking: Asking | None = None
    owed: Owed = "dropped"


def answer_by_rule(turn: Turn, persona: Persona) -> Answered | None:
    """Return the answer to everything that is not a person's words, None for those."""

    def pick(lines: Sequence[str]) -> str:
        return lines[crc32(turn.id.encode()) % len(lines)]

    suggestions = persona.lines(persona.suggestions, turn.language)
    match turn.kind:
        case "text":
            return None
        case "welcome" | "health_check":
            reply = Reply(pick(persona.lines(persona.greeting, turn.language)), "greeting", suggestions)
        case "goodbye":
            reply = Reply(pick(persona.lines(persona.farewell, turn.language)), "rule", end_session=True)
        case "slot_filling" if turn.prompt:
            reply = Reply(turn.prompt, "rule")
        case _:
            reply = Reply(pick(persona.lines(persona.reprompt, turn.language)), "rule", suggestions)
    return Answered(reply, owed="stays" if turn.kind in {"slot_filling", "health_check"} else "dropped")


def answer_by_model(
    turn: Turn, persona: Persona, session: Session, seed: int, deadline: Deadline, services: Services
) -> Answered:
    """Return the model's words, screened; a fallback line when there are none. The second rail is asked meanwhile."""
    finding = services.moderating.submit(services.moderate, turn.text, deadline) if services.moderate else None
    prompt = build_prompt(persona, session.exchanges, turn.text, turn.language, services.history_tokens)
    asking = None
    try:
        asking = services.models.ask(prompt, services.model_of[persona.id], deadline.later(LATE_S))
        completion = asking.by(deadline)
    except ModelError as error:
        going_on = asking if isinstance(error, ModelTimeout) else None
        problems: tuple[str, ...] = (type(error).__name__,)
        reply = _for_want_of_words(error, turn, persona, seed)
        return Answered(reply, None, problems, late_finding=finding, asking=going_on)
    reply, problems = reply_of(completion, turn, persona, seed)
    if completion.finish_reason == "deadline" and reply.source == "fallback":
        return Answered(reply, completion, problems, late_finding=finding, asking=asking)
    asking.cut()
    return Answered(reply, completion, problems, late_finding=finding)


def _for_want_of_words(error: ModelError, turn: Turn, persona: Persona, seed: int) -> Reply:
    """Return what is said without the model: that it rests for today, when its calls are spent, else a fallback."""
    return line(persona.resting if isinstance(error, ModelSpent) else persona.fallback, turn, persona, seed)


def fallback(turn: Turn, persona: Persona, seed: int) -> Reply:
    """Return a fallback line; seeds that follow each other give different ones."""
    return line(persona.fallback, turn, persona, seed)


def line(words: Words | None, turn: Turn, persona: Persona, seed: int) -> Reply:
    """Return one of these lines, of the fallback lines where the persona has none."""
    lines = persona.lines(words or persona.fallback, turn.language)
    return Reply(lines[seed % len(lines)], "fallback")


def reply_of(completion: Completion, turn: Turn, persona: Persona, seed: int) -> tuple[Reply, tuple[str, ...]]:
    """Return the model's words, tidied and screened, or what is said in their place, and why."""
    text = tidy(persona, completion)
    if not text:
        return fallback(turn, persona, seed), (f"no_words_{completion.finish_reason}",)
    finding = screen_reply(text, _canaries(persona), is_companion=persona.safety == "strict")
    if finding is not None:
        return Reply(safe_instead(turn.language, seed), "safety"), (f"blocked:{finding.rule}",)
    source: ReplySource = "model" if completion.finish_reason in {"stop", "length"} else "partial"
    return Reply(text, source), ()


def _canaries(persona: Persona) -> tuple[str, ...]:
    """Return the lines of the instructions that a reply must not repeat."""
    return tuple(line for line in persona.instructions.splitlines() if len(line) >= _CANARY_CHARACTERS)
