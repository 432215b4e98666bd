"""The deadline, which is a promise, and the other ways in which no answer comes."""

import socket
import time

import pytest

from scripts.dialogflow.credentials import headers_of
from scripts.dialogflow.es import EsTalk
from scripts.dialogflow.wire import BadAddress, Webhook, check_address
from tests.dialogflow.webhooks import HELLO, SETTING, checks, es_answer, played, webhook
from tests.loopback import Behaviour, answer, drip, hang, reset

SLOW: dict[str, Behaviour] = {
    "silent": hang(),
    "trickling head": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + b"X-A: b\r\n" * 200, 0.05),
    "trickling body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b" " * 900, 0.05),
}


@pytest.mark.parametrize("behaviour", SLOW.values(), ids=SLOW)
def test_a_late_answer_is_cut_off_at_the_deadline(behaviour: Behaviour) -> None:
    """However a webhook is slow, the call is over when Dialogflow would give up."""
    with webhook(behaviour, limit_s=0.4) as (at, _):
        began = time.monotonic()
        (outcome,), _ = played(EsTalk(SETTING), at, HELLO)

    assert time.monotonic() - began < 3
    assert 0.4 <= outcome.seconds < 1.5
    assert checks(outcome) == [("error", "timeout")]
    assert "within 0.4 s" in outcome.findings[0].message
    assert outcome.shown.texts == ("I missed that. Could you put it another way?",)


def test_a_broken_connection_is_named() -> None:
    """A webhook whose process dies in the middle."""
    with webhook(reset) as (at, _):
        (outcome,), _ = played(EsTalk(SETTING), at, HELLO)

    assert checks(outcome) == [("error", "broken_off")]


def test_a_port_where_nothing_listens_is_named() -> None:
    """The words say where, and ask whether it runs."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        place = f"127.0.0.1:{probe.getsockname()[1]}"

    (outcome,), _ = played(EsTalk(SETTING), Webhook(f"http://{place}/webhook", {}, 5.0), HELLO)

    assert checks(outcome) == [("error", "unreachable")]
    assert outcome.findings[0].message == f"nothing listens at {place}"


def test_an_answer_without_end_is_left_early() -> None:
    """More than 64 KiB is not read to its end."""
    with webhook(answer(b" " * 5_000_000)) as (at, _):
        (outcome,), _ = played(EsTalk(SETTING), at, HELLO)

    assert checks(outcome) == [("error", "too_large")]
    assert outcome.calls[0].size == 65_537


def test_credentials_are_sent_with_every_call() -> None:
    """As Dialogflow does, in the headers."""
    with webhook(es_answer("Hi")) as (at, running):
        headers = headers_of({"WEBHOOK_USERNAME": "u", "WEBHOOK_PASSWORD": "p", "WEBHOOK_HEADER_VALUE": "s"})
        played(EsTalk(SETTING), Webhook(at.url, headers, 5.0), HELLO)

    sent = running.headers[0].lower()
    assert "authorization: basic dtpw" in sent
    assert "x-webhook-secret: s" in sent


@pytest.mark.parametrize(
    ("environment", "headers"),
    [
        ({}, {}),
        ({"WEBHOOK_HEADER_VALUE": "s", "WEBHOOK_HEADER_NAME": "X-Own"}, {"X-Own": "s"}),
        ({"SIMULATED_ID_TOKEN": "t"}, {"Authorization": "Bearer t"}),
        ({"SIMULATED_ID_TOKEN": "t", "WEBHOOK_USERNAME": "u"}, {"Authorization": "Basic dTo="}),
    ],
)
def test_credentials_follow_the_webhooks_settings(environment: dict[str, str], headers: dict[str, str]) -> None:
    """Basic authentication stands before an ID token."""
    assert headers_of(environment) == headers


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://example.org/webhook", "is no address"),
        ("example.org/webhook", "is no address"),
        ("https://[::1/webhook", "is no address"),
        ("http://127.0.0.1:99999/webhook", "is no address"),
        ("https://joe:secret@example.org/webhook", "the address holds credentials; take them out"),
        ("http://example.org/webhook", "https only"),
    ],
)
def test_addresses_that_dialogflow_cannot_call_are_refused(url: str, said: str) -> None:
    """Credentials never travel over http, but to this machine."""
    with pytest.raises(BadAddress, match=said):
        check_address(url)
