"""One turn, top to bottom: is the person safe, who answers, by rule or by model, and always in words.

Whatever fails here costs as little as it can: a store the memory of this turn, a model its own words. Somebody at risk
meets neither a limit, a model nor a wait; all others are let in first, and wait for the turns of their session that
came before.
"""

from dataclasses import dataclass, replace
from zlib import crc32

from app.admission import Refusal, admission
from app.answers import Answered, answer_by_model, answer_by_rule, fallback, line
from app.core.deadline import Deadline
from app.core.late import told
from app.core.persona import Persona
from app.core.prompt import MAX_USER_CHARACTERS
from app.core.requests import asks_to_forget, forgotten_words
from app.core.types import Care, Completion, Exchange, Reply, Session, Turn, Verdict
from app.late import collect, cut_short, let_it_come, open_with, opening
from app.memory import forget, recall_at_once, remember, remember_crisis, remember_late_finding
from app.order import RESERVE_S, Place, closing, take_place
from app.safety.care import after_answer, is_follow_up_due, is_resource_due, raise_risk, risk_now
from app.safety.helplines import country_from
from app.safety.honesty import (
    asks_if_human,
    break_reminder,
    disclosure,
    is_disclosure_due,
    states_minor,
    truthful_answer,
)
from app.safety.replies import crisis_reply, follow_up, resource_line, screening_failed
from app.safety.screen import screen_user
from app.services import Services
from app.sessions.turns import Outcome


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """What became of a turn. `problems` are labels for the log, such as "ModelTimeout"; never what was said."""

    reply: Reply
    persona: str
    completion: Completion | None = None
    verdict: Verdict | None = None
    problems: tuple[str, ...] = ()


def fulfill(turn: Turn, deadline: Deadline, services: Services) -> Fulfillment:
    """Return the answer to a turn, before the deadline, never empty. Nothing comes before the screen.

    What it raises is a defect of ours; the caller then answers with last_resort.
    """
    # Who answered before is in the store, for which the screen does not wait: not known is taken for a companion.
    is_companion = choose_persona(turn, Session(), services).safety == "strict"
    verdict = screen_user(turn.text, is_companion)
    if verdict.level != "none":
        return _meet_crisis(turn, verdict, services)
    if turn.kind == "text" and asks_to_forget(turn.text):
        reply = Reply(forgotten_words(turn.language, forget(turn, services)), "rule")
        return Fulfillment(reply, services.default_persona, verdict=verdict)
    with admission(turn, deadline, services) as refusal:
        if refusal is not None:
            return _turn_away(turn, refusal, services, verdict)
        return _answer_calmly(turn, deadline, services, verdict)


def last_resort(turn: Turn, services: Services, problem: str) -> Fulfillment:
    """Return the answer for when fulfill itself failed, in the screen or after it, perhaps in the middle of a crisis.

    Not knowing whether somebody is in danger we act as if: fixed words that name help, and nothing else is asked.
    """
    words = screening_failed(turn.language, _country(turn))
    return Fulfillment(Reply(words, "safety"), services.default_persona, problems=(problem,))


def choose_persona(turn: Turn, session: Session, services: Services) -> Persona:
    """Return who answers: named by tag, by parameter, by intent, the one of the session so far, else the default."""
    by_intent = {intent: persona.id for persona in services.personas.values() for intent in persona.intents}
    named = (turn.tag.lower(), turn.persona.lower(), by_intent.get(turn.intent, ""))
    wanted = (*named, session.persona, services.default_persona)
    return next(services.personas[name] for name in wanted if name in services.personas)


def _unknown_persona(turn: Turn, services: Services) -> tuple[str, ...]:
    """Return a label for the log when a name was given that no persona has; a tag may be any name of the agent's."""
    return ("unknown_persona",) if turn.persona and turn.persona.lower() not in services.personas else ()


def _meet_crisis(turn: Turn, verdict: Verdict, services: Services) -> Fulfillment:
    """Answer somebody at risk with our own words, without a model and without waiting for the store."""
    now = services.wall_clock()
    session = recall_at_once(turn, services)
    persona = choose_persona(turn, session, services)
    care = _notice_minor(session.care, turn)
    variant = session.turns + crc32(turn.id.encode())
    words = crisis_reply(verdict.level, turn.language, _country(turn), variant, care.is_minor)
    care = replace(after_answer(raise_risk(care, verdict.level, now), names_resource=True), seen_at=now)
    remember_crisis(turn, persona, care, verdict.level, services)
    return Fulfillment(Reply(words, "safety"), persona.id, verdict=verdict)


def _turn_away(turn: Turn, refusal: Refusal, services: Services, verdict: Verdict) -> Fulfillment:
    """Answer with a kind line at once, without the store: it may be what everybody waits for."""
    persona = choose_persona(turn, Session(), services)
    words = persona.slow_down if refusal == "limited" else persona.busy
    reply = line(words, turn, persona, crc32(turn.id.encode()))
    return Fulfillment(reply, persona.id, verdict=verdict, problems=(refusal,))


def _answer_calmly(turn: Turn, deadline: Deadline, services: Services, verdict: Verdict) -> Fulfillment:
    place = take_place(turn, deadline, services)
    if place.is_repeat:
        return _say_again(turn, place, services, verdict)
    persona = choose_persona(turn, place.session, services)
    if place.session.persona != persona.id:
        place = replace(place, session=Session(care=place.session.care), late=None)
    care = _notice_minor(place.session.care, turn)
    late_words = opening(turn, place.late, persona)
    answered = _answer(turn, place, persona, care, deadline.earlier(RESERVE_S), services)
    if answered.late_finding is not None and answered.late_finding.done() and answered.late_finding.result() != "none":
        cut_short(answered)
        return _meet_crisis(turn, Verdict(answered.late_finding.result(), "moderation"), services)
    exchange = _exchange(turn, persona, answered)
    if late_words:
        answered = open_with(late_words, turn, answered)
    else:
        answered = let_it_come(turn, answered, place, persona, _seed(turn, place), services)
    # What is due is said but not kept: a later prompt must not teach the model to say it.
    reply, care = _add_what_is_due(turn, persona, answered, care, services)
    closed = closing(turn, place, reply, persona.id, answered.owed, services.wall_clock())
    problems = (*place.problems, *_unknown_persona(turn, services), *answered.problems)
    problems += remember(turn, Outcome(persona.id, care, place.began_at, exchange, closed), services)
    if answered.late_finding is not None:
        remember_late_finding(turn, persona, answered.late_finding, services)
    return Fulfillment(reply, persona.id, answered.completion, verdict, problems)


def _say_again(turn: Turn, place: Place, services: Services, verdict: Verdict) -> Fulfillment:
    """Return what the turn was answered the first time, a fallback line if it still is not."""
    asked = choose_persona(turn, Session(), services)
    reply, persona = place.answer or (fallback(turn, asked, crc32(turn.id.encode())), asked.id)
    return Fulfillment(reply, persona, verdict=verdict, problems=place.problems)


def _answer(turn: Turn, place: Place, persona: Persona, care: Care, deadline: Deadline, services: Services) -> Answered:
    """Return the answer by whoever is first to have one; the model comes last."""
    seed = _seed(turn, place)
    session = told(place.session, place.late.words if place.late else None)
    return (
        _answer_for_safety(turn, persona, care, seed, services)
        or collect(turn, place, persona, seed, deadline, services)
        or answer_by_rule(turn, persona)
        or answer_by_model(turn, persona, session, seed, deadline, services)
    )


def _seed(turn: Turn, place: Place) -> int:
    """Return a number that differs from turn to turn, so that the same line does not come twice in a row."""
    return crc32((turn.id if place.ticket is None else turn.session).encode()) + place.session.turns


def _exchange(turn: Turn, persona: Persona, answered: Answered) -> Exchange | None:
    """Return what is kept of the words, None where none may be."""
    if not (answered.is_kept and persona.memory and turn.kind == "text"):
        return None
    is_answered = answered.reply.source != "fallback"
    return Exchange(turn.text[:MAX_USER_CHARACTERS], answered.reply.text, is_answered)


def _answer_for_safety(turn: Turn, persona: Persona, care: Care, seed: int, services: Services) -> Answered | None:
    """Return the truth to who asks what is answering, fixed words after a disclosure, None for all others."""
    if turn.kind not in {"text", "follow_up"}:
        return None
    if turn.kind == "text" and asks_if_human(turn.text):
        return Answered(Reply(truthful_answer(turn.text, persona.name, turn.language, seed), "rule"))
    now = services.wall_clock()
    if not is_follow_up_due(care, now):
        return None
    words = follow_up(risk_now(care, now), turn.language, _country(turn), seed, care.is_minor)
    return Answered(Reply(words, "safety"), is_kept=False, is_follow_up=True)


def _add_what_is_due(
    turn: Turn, persona: Persona, answered: Answered, care: Care, services: Services
) -> tuple[Reply, Care]:
    """Return the reply with the notice of an AI before it and a helpline after it where they are due, and the new care.

    A conversation that paused for longer than it is remembered begins anew, with a notice. Nobody sees what stands
    beside a follow-up event, so nothing is added there.
    """
    if answered.reply.follow_up:
        return answered.reply, care
    now = services.wall_clock()
    text = answered.reply.text
    is_new = now - care.seen_at > services.session_ttl_s
    if turn.kind not in {"health_check", "slot_filling"} and is_disclosure_due(
        None if is_new else care.disclosed_at, now
    ):
        say = disclosure(persona.name, turn.language, is_companion=persona.safety == "strict")
        if not is_new:
            say = break_reminder(persona.name, turn.language, care.is_minor)
        text = f"{say} {text}"
        care = replace(care, disclosed_at=now)
    is_due = is_resource_due(care, now) and not answered.is_follow_up
    if is_due:
        text = f"{text} {resource_line(turn.language, _country(turn), care.is_minor)}"
    care = after_answer(care, is_due or answered.is_follow_up, answered.is_follow_up)
    return replace(answered.reply, text=text), replace(care, seen_at=now)


def _notice_minor(care: Care, turn: Turn) -> Care:
    return replace(care, is_minor=True) if turn.kind == "text" and states_minor(turn.text) else care


def _country(turn: Turn) -> str:
    parameter = turn.parameters.get("country")
    return country_from(turn.language, turn.phone_prefix, parameter if isinstance(parameter, str) else "")
