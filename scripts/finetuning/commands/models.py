"""models and delete: what can be asked, until when, and how to be rid of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from scripts.agreement import Refused, agree
from scripts.endpoint import CallFailed, TryLater
from scripts.finetuning.commands.wiring import Desk, at_desk, json_option, say, show, yes_option
from scripts.finetuning.in_use import users_of
from scripts.finetuning.tables import ending_soon, models_table


@click.command(epilog="\b\nexample:\n  python -m scripts.finetune models --tuned")
@click.option("--tuned", is_flag=True, help="Only fine-tuned ones.")
@json_option
def models(tuned: bool, as_json: bool) -> None:
    """List models with the day each ends; warn of those that end within 90 days."""
    with at_desk() as desk:
        found = desk.look(desk.endpoint.models)
    today = datetime.now(UTC).date()
    shown = [model for model in found if model.is_tuned or not tuned]
    table = models_table(found, today, only_tuned=tuned) if shown else "no models"
    show([model.record for model in shown], table, as_json=as_json)
    for model, end in ending_soon(found, today):
        if model in shown:
            days = (end - today).days
            say(f"warning: {model.id} " + (f"ends on {end}, in {days} days" if days > 0 else f"ended on {end}"))


@click.command(epilog="\b\nexample:\n  python -m scripts.finetune delete ft:smollm2-135m:local:joy:abc123")
@click.argument("model")
@yes_option
@json_option
def delete(model: str, yes: bool, as_json: bool) -> None:
    """Delete a tuned model for good. Refuses while a persona or a setting (MODEL, FALLBACK_MODEL...) uses it."""
    with at_desk() as desk:
        users = list(users_of(model, desk.environment))
        if users:
            raise Refused(f"{model} is used by {' and '.join(users)}; set another model there first")
        agree(f"Delete {model} at {desk.endpoint.address.base_url} for good?", yes=yes)
        record = _delete(desk, model)
    show(record, f"deleted {model}", as_json=as_json)


def _delete(desk: Desk, model: str) -> Mapping[str, Any]:
    """Delete, and take a model that is gone after a lost reply for deleted."""
    try:
        return desk.endpoint.delete_model(model)
    except TryLater as lost:
        say(f"{lost}; trying again")
    try:
        return desk.look(lambda: desk.endpoint.delete_model(model))
    except CallFailed as failed:
        if failed.status == 404:
            return {"id": model, "object": "model", "deleted": True}
        raise
