"""SIGTERM at a real gunicorn: who is being answered is answered, nobody else is let in, late answers are kept."""

import http.client
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import es_request
from tests.echo_model import echo_model
from tests.gunicorns import post, text_of, web_server
from tests.test_replicas import note

IN_FLIGHT = 64


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def test_sixty_four_in_flight_are_answered_and_others_refused(python: str, tmp_path: Path) -> None:
    """A deploy in the middle of 64 turns: 64 answers by the model; whoever comes then finds the door closed."""
    texts: list[str] = []

    def talk(number: int) -> None:
        texts.append(text_of(post(port, es_request("say slow 2", session=str(number)))[1]))

    with (
        echo_model() as model,
        web_server(python, tmp_path, model.base_url, THREADS="64") as (port, process),
    ):
        turns = [threading.Thread(target=talk, args=(number,)) for number in range(IN_FLIGHT)]
        for turn in turns:
            turn.start()
        wait_until(lambda: len(model.heard) == IN_FLIGHT)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        answered_then = len(texts)
        with pytest.raises((OSError, http.client.HTTPException)):
            post(port, es_request("say hello"))
        for turn in turns:
            turn.join()
        assert process.wait(timeout=20) == 0

    heard = sum("Heard" in text for text in texts)
    note(f"{heard} of {IN_FLIGHT} answered, {answered_then} of them before a new one was refused")
    assert heard == IN_FLIGHT


def test_a_late_answer_survives_a_deploy(python: str, tmp_path: Path) -> None:
    """The model still speaks when the server is told to stop; the next server opens with its words."""
    with echo_model() as model:
        with web_server(python, tmp_path, model.base_url, ES_DEADLINE_S="2") as (port, process):
            first = text_of(post(port, es_request("say slow 4 please", session="late"))[1])
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
        with web_server(python, tmp_path, model.base_url, ES_DEADLINE_S="2") as (port, _):
            second = text_of(post(port, es_request("say more", session="late"))[1])

    assert "Heard" not in first
    assert "Heard 1 of you, last 'say slow 4 please'." in second
    assert second.endswith("Heard 2 of you, last 'say more'.")
