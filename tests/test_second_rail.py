"""The moderation model beside ours: in time it counts, late it flags the next turn, and nothing waits for it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.core.deadline import Deadline
from app.core.errors import ModelBroken
from app.core.prompt import Prompt
from app.core.types import RiskLevel
from app.fulfillment import fulfill
from app.services import Services
from tests.fakes import FakeAsking, FakeModels
from tests.test_fulfillment_safety import DISCLOSURE, care_of, run, said


class Moderation:
    """A second rail that says what it is told, when it is told."""

    def __init__(self, level: RiskLevel, delay: threading.Event | None = None) -> None:
        self.level = level
        self.delay = delay

    def __call__(self, text: str, deadline: Deadline) -> RiskLevel:
        if self.delay is not None:
            self.delay.wait(5)
        return self.level


@pytest.fixture
def pausing_models(models: FakeModels, monkeypatch: pytest.MonkeyPatch) -> FakeModels:
    """A model that takes long enough for the second rail to be done."""
    ask = models.ask

    def slowly(prompt: Prompt, model: str, until: Deadline) -> FakeAsking:
        time.sleep(0.1)
        return ask(prompt, model, until)

    monkeypatch.setattr(models, "ask", slowly)
    return models


def test_the_second_rail_can_stop_a_models_answer(services: Services, pausing_models: FakeModels) -> None:
    """What our screen missed and the moderation model saw in time gets the crisis reply."""
    pausing_models.say("Nice. What else?")

    result = run(said("a subtle thing"), replace(services, moderate=Moderation("active")))

    assert result.reply.source == "safety"
    assert result.verdict is not None
    assert (result.verdict.level, result.verdict.rule) == ("active", "moderation")
    assert care_of(services).risk == "active"


def test_the_second_rail_never_delays_a_turn_but_flags_the_next(
    services: Services, models: FakeModels, background: ThreadPoolExecutor
) -> None:
    """A moderation model that is slow is not waited for; when it speaks, the session is flagged."""
    release = threading.Event()
    models.say("Nice. What else?")
    started = time.monotonic()

    result = fulfill(
        said("a subtle thing"), Deadline(9e9, services.clock), replace(services, moderate=Moderation("active", release))
    )
    took_s = time.monotonic() - started
    release.set()
    background.shutdown()

    assert result.reply.source == "model"
    assert took_s < 1
    assert care_of(services).risk == "active"


def test_the_second_rail_never_lowers_our_verdict(services: Services) -> None:
    """A disclosure stays one, whatever a moderation model would say."""
    assert run(said(DISCLOSURE), replace(services, moderate=Moderation("none"))).reply.source == "safety"


def test_the_second_rail_works_while_the_model_is_down(services: Services, pausing_models: FakeModels) -> None:
    """A fallback line is not given to somebody whom the second rail saw at risk."""
    pausing_models.queue.append(ModelBroken("HTTP 500"))

    assert run(said("a subtle thing"), replace(services, moderate=Moderation("active"))).reply.source == "safety"


def test_a_moderation_model_that_hangs_does_not_hold_up_the_flag(services: Services, models: FakeModels) -> None:
    """However many turns wait for it, what our own screen found is kept at once, for every worker."""
    release = threading.Event()
    with ThreadPoolExecutor(1) as moderating:
        services = replace(services, moderate=Moderation("none", release), moderating=moderating)
        for number in range(8):
            models.say("Nice. What else?")
            fulfill(replace(said(str(number)), session="other"), Deadline(9e9, services.clock), services)

        fulfill(said(DISCLOSURE), Deadline(9e9, services.clock), services)
        give_up_at = time.monotonic() + 3
        while care_of(services).risk == "none" and time.monotonic() < give_up_at:
            time.sleep(0.01)
        kept = care_of(services).risk
        release.set()

    assert kept == "active"
