"""Running setup_agent in tests, against a cloud of our own, and looking at what that left."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from google.cloud import dialogflow_v2 as es
from google.cloud import dialogflowcx_v3 as cx

from scripts.setup_agent import main
from tests.google_cloud.cloud import Cloud
from tests.google_cloud.seeds import PROJECT

URL = "https://joy.example.com/webhook"
PASSWORD = "correct horse battery staple"
BASIC = {"WEBHOOK_USERNAME": "dialogflow", "WEBHOOK_PASSWORD": PASSWORD}
ID_TOKEN = {"WEBHOOK_ID_TOKEN_EMAIL": "service-1@gcp-sa-dialogflow.iam.gserviceaccount.com", "WEBHOOK_URL": URL}
ES = ("es", "--project", PROJECT, "--webhook-url", URL)
CX = ("cx", "--project", PROJECT, "--webhook-url", URL, "--agent", "Listener")


def run(cloud: Cloud | None, *words: str | Path, stdin: str | None = None, **settings: str) -> Result:
    """Run the command, by default with a password set; with `settings`, with those and nothing else."""
    environment = {"DIALOGFLOW_EMULATOR_HOST": cloud.address if cloud else "", **(settings or BASIC)}
    return CliRunner(env=environment).invoke(main, list(map(str, words)), stdin)


def planned(cloud: Cloud, *words: str | Path, **settings: str) -> Any:
    """Return what a dry run would do, as JSON says it."""
    result = run(cloud, *words, "--dry-run", "--json", **settings)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def changes(cloud: Cloud, *words: str | Path, **settings: str) -> list[tuple[str, ...]]:
    """Return the rows of a dry run."""
    return [tuple(row.values()) for row in planned(cloud, *words, **settings)["changes"]]


def backup() -> Path:
    """Return the first backup that was made."""
    return min(Path(".data/agents").glob("*.agent"))


def es_state(cloud: Cloud) -> dict[str, bytes]:
    """Return all that the ES side holds, byte for byte."""
    intents = {
        f"{name} {language}": es.Intent.serialize(intent)
        for name, by in cloud.es.intents.items()
        for language, intent in by.items()
    }
    return intents | {"fulfillment": es.Fulfillment.serialize(cloud.es.fulfillment)}


def cx_state(cloud: Cloud) -> dict[str, bytes]:
    """Return all that the CX side holds, byte for byte."""
    flows = {language: cx.Flow.serialize(flow) for language, flow in cloud.cx.flows.items()}
    return flows | {name: cx.Webhook.serialize(webhook) for name, webhook in cloud.cx.webhooks.items()}
