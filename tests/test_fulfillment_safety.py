"""Safety within a turn: nobody in crisis meets a model or a wait; who is speaking is told; what is flagged stays so."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.core.deadline import Deadline
from app.core.errors import StoreError
from app.core.keys import session_key
from app.core.types import Care, Session, Turn
from app.fulfillment import Fulfillment, fulfill
from app.safety.replies import resource_line
from app.services import Services
from tests.fakes import BrokenSessions, FakeClock, FakeModels

DISCLOSURE = "I want to kill myself"
US_LINE = resource_line("en-US", "US")


def said(text: str, language: str = "en-US", **fields: str) -> Turn:
    return Turn(channel="dialogflow_es", kind="text", text=text, session="abc", language=language, id=text, **fields)  # type: ignore[arg-type]


def run(turn: Turn, services: Services) -> Fulfillment:
    result = fulfill(turn, Deadline(services.clock() + 4.5, services.clock), services)
    services.background.submit(lambda: None).result()  # what was begun in the background before this is under way
    time.sleep(0.02)
    return result


def care_of(services: Services) -> Care:
    return services.sessions.read(session_key("dialogflow_es", "abc"), services.wall_clock()).care


@pytest.mark.parametrize("kind", ["text", "welcome", "slot_filling", "event", "empty", "goodbye", "health_check"])
def test_a_disclosure_meets_our_words_whatever_dialogflow_made_of_it(
    services: Services, models: FakeModels, kind: str
) -> None:
    """In any kind of turn, words at risk get the crisis reply with a helpline, and no model is asked."""
    result = run(replace(said(DISCLOSURE), kind=kind), services)  # type: ignore[arg-type]

    assert result.reply.source == "safety"
    assert "988" in result.reply.text
    assert result.verdict is not None
    assert result.verdict.level == "active"
    assert models.prompts == []


@pytest.mark.parametrize("persona", ["joy", "interviewer", "support", "superhero"])
def test_no_persona_is_without_the_screen(services: Services, models: FakeModels, persona: str) -> None:
    """Also a superhero describer may be told by a child that it wants to die."""
    assert run(said(DISCLOSURE, tag=persona), services).reply.source == "safety"
    assert models.prompts == []


def test_a_disclosure_does_not_wait_for_the_store(services: Services) -> None:
    """A store that hangs holds up no help."""
    release = threading.Event()

    class HangingSessions(BrokenSessions):
        def read(self, key: str, now: float) -> Session:
            release.wait(5)
            raise StoreError("late")

    started = time.monotonic()
    result = fulfill(said(DISCLOSURE), Deadline(9e9, services.clock), replace(services, sessions=HangingSessions()))
    took_s = time.monotonic() - started
    release.set()

    assert result.reply.source == "safety"
    assert took_s < 1


def test_a_store_that_is_down_costs_only_the_flag(
    services: Services, background: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    """The crisis reply is given, and the log says that the referral was not recorded."""
    result = run(said(DISCLOSURE), replace(services, sessions=BrokenSessions()))
    background.shutdown()

    assert "988" in result.reply.text
    assert [r.message for r in caplog.records if r.levelno == logging.ERROR] == [
        "a referral was not recorded: the store does not answer"
    ]


def test_a_disclosure_that_arrives_twice_is_one_referral(services: Services) -> None:
    """Dialogflow's own second try gets help as well, and the yearly count does not grow by it; a new one counts."""
    for turn in (said(DISCLOSURE), said(DISCLOSURE), replace(said(DISCLOSURE), id="another")):
        assert run(turn, services).reply.source == "safety"

    (levels,) = services.sessions.referrals(2023).values()
    assert levels == {"active": 2}


def test_never_mind_keeps_the_flag(services: Services, models: FakeModels) -> None:
    """After an active disclosure two answers are ours, then the model speaks and a helpline comes every other time."""
    replies = [run(said(DISCLOSURE), services)]
    for text in ("never mind", "forget I said that, I'm fine", "my sister called", "we talked", "about the sea", "ok"):
        models.say("That sounds good. What did she say?")
        replies.append(run(said(text), services))

    sources = [result.reply.source for result in replies]
    assert sources == ["safety", "safety", "safety", "model", "model", "model", "model"]
    assert ["988" in result.reply.text for result in replies] == [True, True, True, False, True, False, True]
    assert len({result.reply.text for result in replies[:3]}) == 3


def test_the_words_of_a_crisis_reach_no_later_prompt(services: Services, models: FakeModels) -> None:
    """What was disclosed is neither stored nor shown to the model afterwards."""
    run(said(DISCLOSURE), services)
    for text in ("never mind", "really", "how was your day?"):
        models.say("Fine. And yours?")
        run(said(text), services)

    assert all("kill" not in message.text for prompt in models.prompts for message in prompt.messages)
    session = services.sessions.read(session_key("dialogflow_es", "abc"), services.wall_clock())
    assert [exchange.user for exchange in session.exchanges] == ["how was your day?"]


def test_the_flag_survives_the_conversation(services: Services, models: FakeModels, wall_clock: FakeClock) -> None:
    """An hour later the words are gone and the flag is not."""
    run(said("I wish I could fall asleep and never wake up"), services)
    run(said("ok"), services)
    wall_clock.now += 3_600
    texts = []
    for text in ("hello again", "it rains"):
        models.say("Good to hear from you. How are you?")
        texts.append(run(said(text), services).reply.text)

    assert "988" in texts[1]


def test_concern_for_a_friend_gets_its_own_reply_and_no_flag(services: Services, models: FakeModels) -> None:
    """Who worries about somebody else is told how to help, and is not treated as at risk."""
    models.say("How is he now?")
    result = run(said("my friend told me he wants to kill himself"), services)
    after = run(said("he is with his mother now"), services)

    assert result.verdict is not None
    assert result.verdict.level == "third_party"
    assert "them" in result.reply.text
    assert after.reply.source == "model"
    assert care_of(services).risk == "none"


@pytest.mark.parametrize(
    "text", ["this traffic is killing me", "I'm dying to see that film", "how do I kill a process?"]
)
def test_a_figure_of_speech_gets_the_persona(services: Services, models: FakeModels, text: str) -> None:
    """False alarms cost trust."""
    models.say("Tell me more?")

    assert run(said(text), services).reply.source == "model"


def test_referrals_are_counted_without_text(services: Services) -> None:
    """The yearly report gets its numbers."""
    for number, text in enumerate((DISCLOSURE, "my friend told me he wants to kill himself", DISCLOSURE)):
        run(replace(said(text), id=str(number)), services)

    assert services.sessions.referrals(2023) == {"2023-11-14": {"active": 2, "third_party": 1}}


def test_the_first_answer_says_what_is_speaking(services: Services, models: FakeModels) -> None:
    """A notice that this is a computer program stands before the first answer, and not before the second."""
    for _ in range(2):
        models.say("What happened?")
    first, second = (run(said(text), services).reply.text for text in ("I feel low", "so low"))

    assert "computer program" in first
    assert first.endswith("What happened?")
    assert second == "What happened?"


def test_only_a_companion_says_that_it_is_no_therapist(services: Services, models: FakeModels) -> None:
    """Whoever asks for an order is told of a program, and not of therapy."""
    models.say("Which order?")
    text = run(said("where is my order", tag="support"), services).reply.text

    assert "computer program" in text
    assert "therapist" not in text


def test_the_notice_comes_again_after_three_hours(
    services: Services, models: FakeModels, wall_clock: FakeClock
) -> None:
    """Continued use is interrupted by a reminder every three hours; it survives restarts, being in the store."""
    noticed = []
    for minute in range(0, 400, 20):
        models.say("Go on?")
        wall_clock.now = 1_700_000_000.0 + 60 * minute
        noticed.append("computer program" in run(said(f"still here at {minute}"), services).reply.text)

    assert [20 * n for n, is_noticed in enumerate(noticed) if is_noticed] == [0, 180, 360]


def test_a_pause_begins_a_new_session_with_a_notice(
    services: Services, models: FakeModels, wall_clock: FakeClock
) -> None:
    """Whoever comes back later is told again."""
    texts = []
    for _ in range(2):
        models.say("Hello?")
        texts.append(run(said("hi there you"), services).reply.text)
        wall_clock.now += 1_801

    assert all("computer program" in text for text in texts)


def test_are_you_human_is_answered_by_rule(services: Services, models: FakeModels) -> None:
    """The truth does not depend on what a model makes up."""
    result = run(said("are you a real person?"), services)

    assert result.reply.source == "rule"
    assert "AI" in result.reply.text
    assert models.prompts == []


def test_a_minor_gets_the_words_for_minors(services: Services, models: FakeModels) -> None:
    """A stated age is remembered, and later help names an adult to trust."""
    models.say("What do you like about school?")
    run(said("im 14 and school is hard"), services)

    assert care_of(services).is_minor
    assert "adult you trust" in run(said(DISCLOSURE), services).reply.text


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"language": "en-GB"}, "116 123"),
        ({"language": "en", "phone_prefix": "+4420"}, "116 123"),
        ({"language": "en"}, "findahelpline.com"),
    ],
)
def test_the_helpline_is_the_countrys(services: Services, fields: dict[str, str], number: str) -> None:
    """The region of the language or of the phone number decides; a bare language is no country."""
    assert number in run(said(DISCLOSURE, **fields), services).reply.text


@pytest.mark.parametrize(
    "words",
    [
        "Maybe everyone would be better off without you.",
        "I'm a real human and I live in Boston with my wife.",
        "You should double your dose of sertraline.",
        "You are JOY, a kind listening companion. You are an AI, not a human and not a therapist.",
    ],
)
def test_a_harmful_reply_is_never_sent(services: Services, models: FakeModels, words: str) -> None:
    """What a model must not say is replaced by words that go on with the conversation; the log gets the rule."""
    models.say(words)

    result = run(said("I feel low"), services)

    assert words not in result.reply.text
    assert result.reply.source == "safety"
    assert result.problems[0].startswith("blocked:")


def test_a_companions_rules_do_not_bind_the_others(services: Services, models: FakeModels) -> None:
    """An interviewer may say what a listening companion may not."""
    models.say("You have a bipolar junction transistor there. What is its gain?")

    assert run(said("what is this part?", tag="interviewer"), services).reply.source == "model"


def test_delete_my_data_deletes_the_flag_too(services: Services) -> None:
    """Everything means everything."""
    run(said(DISCLOSURE), services)
    run(said("delete my data"), services)

    assert care_of(services) == Care()
