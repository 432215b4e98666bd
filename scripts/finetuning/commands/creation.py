"""estimate and create: check the files, say the price, ask, upload, begin one job."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import click

from scripts.agreement import Refused, agree
from scripts.dataset.checks.page import render
from scripts.endpoint import CallFailed, read_address
from scripts.finetuning.closing import is_closed, notice, ways_on
from scripts.finetuning.commands.wiring import (
    Desk,
    at_desk,
    json_option,
    say,
    settings,
    show,
    told_errors,
    yes_option,
)
from scripts.finetuning.commands.wish_options import wish_of, wish_options
from scripts.finetuning.creating import AGAIN, SETTLE_S, Creation, Order
from scripts.finetuning.ledger import Ledger
from scripts.finetuning.local_file import PART_BYTES, Manner, look_at
from scripts.finetuning.quote import BadFiles, Quote, check, hold_limit, quote
from scripts.finetuning.records import Job
from scripts.finetuning.uploading import Uploads
from scripts.finetuning.wish import Wish
from scripts.generation.stopping import INTERRUPTED
from scripts.local_engine.weights import MODEL_ID

_MB = 1_000_000
_MEGABYTES = click.FloatRange(0)
_PART = click.FloatRange(0, PART_BYTES / _MB, min_open=True)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ESTIMATE_EXAMPLE = """\b
example:
  python -m scripts.finetune estimate --train train.jsonl --epochs 3"""
_CREATE_EXAMPLE = """\b
It may be killed at any moment and run again: what was uploaded is used, and a job that began is found, not paid twice.

\b
example:
  python -m scripts.finetune create --train train.jsonl --validation valid.jsonl --suffix joy --max-cost 5"""


@click.command(epilog=_ESTIMATE_EXAMPLE)
@wish_options
@json_option
def estimate(as_json: bool, **wished: Any) -> None:
    """Say what a training would cost: tokens x epochs, money, time. Sends nothing."""
    with told_errors():
        _, said = _quoted(wish_of(**wished), settings())
    show(said.record(), "\n".join(said.lines()), as_json=as_json)


@click.command(epilog=_CREATE_EXAMPLE)
@wish_options
@click.option("--max-cost", type=click.FloatRange(0), metavar="DOLLARS", help="Refuse when it costs more.")
@click.option("--again", is_flag=True, help="Train and pay once more where the very same was trained already.")
@click.option(
    "--parts-over", type=_MEGABYTES, default=512, show_default=True, metavar="MB", help="Files larger go up in parts."
)
@click.option("--part-size", type=_PART, default=64, show_default=True, metavar="MB", help="Of these parts.")
@click.option(
    "--settle",
    type=click.FloatRange(0),
    default=SETTLE_S,
    show_default=True,
    metavar="SECONDS",
    help="How long a job is looked for whose reply was lost.",
)
@yes_option
@json_option
def create(
    max_cost: float | None,
    again: bool,
    parts_over: float,
    part_size: float,
    settle: float,
    yes: bool,
    as_json: bool,
    **wished: Any,
) -> None:
    """Begin a training, after a look at the files and a yes to the price. Prints the job's id."""
    manner = Manner(whole_bytes=int(parts_over * _MB), part_bytes=max(1, int(part_size * _MB)))
    with at_desk() as desk:
        wish, said = _quoted(wish_of(**wished), desk.environment)
        hold_limit(said, max_cost)
        order = _order(wish, said, desk)
        creation = Creation(order, desk.endpoint, desk.ledger, say, settle)
        with creation.alone():
            creation.tell_lost()
            job = creation.existing(again=again)
            is_new = job is None
            if job is None:
                _confirm(said, desk, yes=yes)
                job = _begin(order, creation, desk, manner)
    _report(job, said, is_new=is_new, as_json=as_json)


def _quoted(wish: Wish, environment: Mapping[str, str]) -> tuple[Wish, Quote]:
    """Check the files and return the wish with its model, and what it will cost. Ends the command on bad files."""
    address = read_address(environment)
    if not wish.model and address is not None and not address.is_openai:
        if urlsplit(address.base_url).hostname not in _LOOPBACK:
            raise click.UsageError(f"give --model: which models {address.base_url} trains is not known here")
        wish = replace(wish, model=MODEL_ID)
    try:
        report = check(wish)
    except BadFiles as bad:
        if bad.report.errors:
            say(render(bad.report))
        say(f"Error: {bad}")
        sys.exit(2 if bad.report.not_there else 1)
    wish = replace(wish, model=report.files[0].model)
    speed = Ledger().tokens_per_s(address.base_url, wish.model) if address else None
    return wish, quote(wish, report, speed)


def _order(wish: Wish, said: Quote, desk: Desk) -> Order:
    files = {"train": look_at(wish.train)}
    if wish.validation is not None:
        files["validation"] = look_at(wish.validation)
    return Order(wish, files, desk.endpoint.address.base_url, said.billed.tokens)


def _confirm(said: Quote, desk: Desk, *, yes: bool) -> None:
    say(f"To train at {desk.endpoint.address.base_url}:")
    for line in said.lines():
        say(f"  {line}")
    if said.warnings:
        say(f"  {said.warnings:,} warnings about the files: see python -m scripts.check_dataset")
    if desk.endpoint.address.is_openai:
        say(f"  {notice(datetime.now(UTC).date())}")
    agree("Begin the training?", yes=yes)


def _begin(order: Order, creation: Creation, desk: Desk, manner: Manner) -> Job:
    """Upload and create; Ctrl-C on the way says how to go on, as nobody knows whether the job began."""
    try:
        return _create(order, creation, desk, manner)
    except KeyboardInterrupt:
        say(f"Stopped. {AGAIN}")
        sys.exit(INTERRUPTED)


def _create(order: Order, creation: Creation, desk: Desk, manner: Manner) -> Job:
    uploads = Uploads(desk.endpoint, desk.ledger, say, manner)
    ids = {name: uploads.provide(file).id for name, file in order.files.items()}
    try:
        return creation.create(ids)
    except CallFailed as failed:
        if is_closed(failed):
            raise Refused("\n".join((f"the endpoint refuses the job: {failed}", "", *ways_on(order.wish)))) from failed
        raise


def _report(job: Job, said: Quote, *, is_new: bool, as_json: bool) -> None:
    show({"job": job.record, "is_new": is_new, "quote": said.record()}, job.id, as_json=as_json)
    if not is_new:
        say(f"This very job is there already ({job.status}), and was not paid again; --again trains once more.")
    say(f"Follow it: python -m scripts.finetune follow {job.id}")
