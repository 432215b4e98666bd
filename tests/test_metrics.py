"""What Prometheus reads: right sums over all workers, no words, and only for who may."""

import base64
import errno
import http.client
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from app.core.errors import ModelTimeout
from app.core.types import Completion
from app.metrics import Metrics
from app.server import create_app
from app.services import Services
from app.settings import Settings
from tests.conftest import cx_request, es_request
from tests.echo_model import echo_model
from tests.fakes import FakeModels
from tests.gunicorns import ROOT, post, web_server
from tests.test_replicas import a_worker_of


def sample(page: str, name: str) -> float:
    """Return the value of a line, 0 when it is not there."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def read(port: int) -> str:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()


def test_turns_are_counted_by_what_they_were(client: FlaskClient, models: FakeModels) -> None:
    """Channel, source, problems, tokens, time: each where it belongs."""
    models.say("Yes.")
    models.queue.append(Completion("No.", "spare", "stop", 0.3, 5, is_second=True))
    models.queue.append(ModelTimeout("the deadline came first"))
    client.post("/webhook", json=es_request("I feel low"))
    client.post("/webhook", json=cx_request("I feel low"))
    client.post("/webhook", json=cx_request("I feel lower"))

    page = client.get("/metrics").text

    assert {
        name: sample(page, name)
        for name in (
            'webhook_turns_total{channel="dialogflow_es",source="model"}',
            'webhook_turns_total{channel="dialogflow_cx",source="model"}',
            'webhook_turns_total{channel="dialogflow_cx",source="fallback"}',
            'webhook_problems_total{problem="ModelTimeout"}',
            'webhook_model_seconds_count{endpoint="first"}',
            'webhook_model_seconds_sum{endpoint="second"}',
            "webhook_model_tokens_total",
            'webhook_deadline_share_count{channel="dialogflow_es"}',
            "webhook_turns_in_progress",
            'webhook_endpoint_down{endpoint="first"}',
        )
    } == {
        'webhook_turns_total{channel="dialogflow_es",source="model"}': 1,
        'webhook_turns_total{channel="dialogflow_cx",source="model"}': 1,
        'webhook_turns_total{channel="dialogflow_cx",source="fallback"}': 1,
        'webhook_problems_total{problem="ModelTimeout"}': 1,
        'webhook_model_seconds_count{endpoint="first"}': 1,
        'webhook_model_seconds_sum{endpoint="second"}': 0.3,
        "webhook_model_tokens_total": 17,
        'webhook_deadline_share_count{channel="dialogflow_es"}': 1,
        "webhook_turns_in_progress": 0,
        'webhook_endpoint_down{endpoint="first"}': 0,
    }


def test_nobodys_words_or_ids_are_shown(client: FlaskClient, models: FakeModels) -> None:
    """Whatever a caller sends, no part of it becomes a label."""
    models.say("Words of the model.")
    secret = uuid4().hex
    client.post("/webhook", json=es_request(f"I am {secret}", session=secret, intent={"displayName": secret}))
    client.post("/webhook", json=cx_request(f"I am {secret}", tag=secret, session=secret))

    page = client.get("/metrics").text

    assert secret not in page
    assert "Words of the model" not in page


def test_only_who_may_reads_them(settings: Settings, services: Services) -> None:
    """The webhook's credentials open them; a token of their own opens them alone, and nothing else."""
    own: dict[str, object] = {"webhook_username": "dialogflow", "webhook_password": SecretStr("secret")}
    basic = {"Authorization": "Basic " + base64.b64encode(b"dialogflow:secret").decode()}
    bearer = {"Authorization": "Bearer scrape"}
    shared = create_app(settings.model_copy(update=own), services).test_client()
    own["metrics_token"] = SecretStr("scrape")
    apart = create_app(settings.model_copy(update=own), services).test_client()

    assert [shared.get("/metrics", headers=headers).status_code for headers in ({}, basic, bearer)] == [401, 200, 401]
    assert [apart.get("/metrics", headers=headers).status_code for headers in ({}, basic, bearer)] == [401, 401, 200]
    assert apart.post("/webhook", json=es_request("Hi"), headers=bearer).status_code == 401


def test_what_a_model_that_is_down_looks_like(settings: Settings, services: Services, models: FakeModels) -> None:
    """An endpoint that is left alone shows."""
    models.is_up = False
    page = create_app(settings, replace(services)).test_client().get("/metrics").text

    assert sample(page, 'webhook_endpoint_down{endpoint="first"}') == 1


def test_a_full_disk_costs_the_numbers_only(
    app: Flask, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The thread that notes how things stand, and shares the counts that limits are held against, goes on."""
    metrics: Metrics = app.extensions["metrics"]

    def is_full(value: float) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(metrics._waiting, "set", is_full)

    metrics.look(services)

    assert [record.message for record in caplog.records] == ["how things stand was not noted"]


def test_the_dashboard_shows_what_there_is(client: FlaskClient, models: FakeModels) -> None:
    """Every measure that a panel asks for is one that the page has, and each of ours has its panel."""
    models.say("Yes.")
    client.post("/webhook", json=es_request("I feel low"))
    dashboard = (ROOT / "scripts" / "data" / "grafana" / "dashboard.json").read_text()
    asked = set(re.findall(r"\bwebhook_\w+", "\n".join(_expressions(json.loads(dashboard)))))

    there = set(re.findall(r"^# TYPE (webhook_\w+)", client.get("/metrics").text, re.MULTILINE))

    assert {name.removesuffix("_bucket") for name in asked} == {name for name in there if not name.endswith("_created")}


def _expressions(dashboard: dict[str, Any]) -> Iterator[str]:
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_workers_are_added_up_and_the_dead_left_out(python: str, tmp_path: Path) -> None:
    """Forty turns over three workers are forty, before and after one is killed; nothing stays in progress."""
    turns = 'webhook_turns_total{channel="dialogflow_es",source="model"}'
    with (
        echo_model() as model,
        web_server(python, tmp_path, model.base_url, WEB_CONCURRENCY="3") as (port, process),
    ):
        for number in range(40):
            post(port, es_request(f"say {number}", session=str(number)))
        before = read(port)
        os.kill(a_worker_of(process.pid), signal.SIGKILL)
        time.sleep(1.5)
        after = read(port)

    assert (sample(before, turns), sample(after, turns)) == (40, 40)
    assert sample(after, "webhook_turns_in_progress") == 0
