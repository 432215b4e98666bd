"""The four ways to use the simulator, each from begin to end: chat, speak, replay, load. They print as they go.

Each returns whether all was as it should be.
"""

import asyncio
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Literal

import click

from scripts.dialogflow import es
from scripts.dialogflow.conversing import HELP, NOTHING_EXPECTED, WELCOME, converse, new_talk, take_turn, typed_turns
from scripts.dialogflow.load import SENTENCES, Figures, figure_lines, figures_json, put_under_load
from scripts.dialogflow.origins import session_prefix
from scripts.dialogflow.script_files import Expectation, Script
from scripts.dialogflow.transcript import Played, answer_lines, as_json, asked_line, verdict_line, wire_lines
from scripts.dialogflow.types import Query, Setting, Talk
from scripts.dialogflow.wire import Webhook, open_wire
from scripts.progress import progress


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a conversation is played: the edition, who talks from where, the webhook, and how it is told."""

    channel: Literal["es", "cx"]
    setting: Setting
    webhook: Webhook
    with_wire: bool = False
    as_json: bool = False

    def new_talk(self) -> Talk:
        """Return a conversation in a session of its own."""
        session = f"{session_prefix(self.setting.origin)}{uuid.uuid4()}"
        return new_talk(self.channel, replace(self.setting, session=session))


def chat(stage: Stage, welcome: bool) -> bool:
    """Talk with a person at a prompt until they end it."""
    click.echo(HELP, err=True)
    typed = typed_turns(input, lambda line: click.echo(line, err=True), has_keys=stage.channel == "cx")
    talk, good = stage.new_talk(), True
    for query in chain([WELCOME] if welcome else [], typed):
        if query is None:
            talk = stage.new_talk()
            continue
        played, talk = take_turn(talk, query, stage.webhook)
        _tell(stage, played)
        good = good and played.is_good
        if played.outcome.is_end:
            talk = stage.new_talk()
    return good


def speak(stage: Stage, texts: Sequence[str], welcome: bool) -> bool:
    """Say some texts in one session."""
    queries = [*([WELCOME] if welcome else []), *(Query("text", text) for text in texts)]
    turns = _play(stage, [(query, NOTHING_EXPECTED) for query in queries])
    if stage.as_json:
        click.echo(json.dumps({"turns": [as_json(played) for played in turns]}, ensure_ascii=False, indent=2))
    return _is_good(turns, len(queries))


def replay(stage: Stage, scripts: Iterable[tuple[Path, Script]]) -> bool:
    """Play conversations from files, each in a session of its own."""
    results = []
    for path, script in scripts:
        turns = _play(_stage_of(stage, script), [(turn.query, turn.expect) for turn in script.turns])
        results.append((path, turns, _is_good(turns, len(script.turns))))
        if not stage.as_json:
            click.echo(f"{verdict_line(str(path), turns, len(script.turns))}\n")
    if stage.as_json:
        listed = [
            {"script": str(path), "passed": good, "turns": [as_json(played) for played in turns]}
            for path, turns, good in results
        ]
        click.echo(json.dumps({"scripts": listed}, ensure_ascii=False, indent=2))
    return all(good for _, _, good in results)


def load(stage: Stage, texts: Sequence[str], sessions: int, turns: int) -> bool:
    """Put the webhook under load and print figures, never words."""
    figures = asyncio.run(_load(stage, [Query("text", text) for text in texts or SENTENCES], sessions, turns))
    if stage.as_json:
        click.echo(json.dumps(figures_json(figures), indent=2))
    else:
        click.echo("\n".join(figure_lines(figures)))
    return figures.failed == 0


async def _load(stage: Stage, queries: Sequence[Query], sessions: int, turns: int) -> Figures:
    with progress("turns", sessions * turns) as step:
        async with open_wire(stage.webhook, connections=sessions) as wire:
            return await put_under_load([stage.new_talk() for _ in range(sessions)], queries, turns, wire, step)


def _play(stage: Stage, turns: Sequence[tuple[Query, Expectation]]) -> list[Played]:
    """Play turns in a new session; each is told when it is over, unless JSON is wanted at the end."""
    played = []
    for turn in converse(stage.new_talk(), turns, stage.webhook):
        if not stage.as_json:
            click.echo(asked_line(turn.outcome.query))
            _tell(stage, turn)
        played.append(turn)
    return played


def _tell(stage: Stage, played: Played) -> None:
    lines = [*answer_lines(played, stage.webhook.limit_s), ""]
    if stage.with_wire:
        lines = [*chain.from_iterable(wire_lines(call) for call in played.outcome.calls), *lines]
    click.echo("\n".join(lines))


def _is_good(turns: Sequence[Played], planned: int) -> bool:
    """Return whether all turns that were planned took place and went well; a session may end too early."""
    return len(turns) == planned and all(played.is_good for played in turns)


def _stage_of(stage: Stage, script: Script) -> Stage:
    """Return the stage as the script wants it; what it does not say stays."""
    channel = script.channel or stage.channel
    webhook = replace(stage.webhook, limit_s=es.LIMIT_S) if channel == "es" else stage.webhook
    given = stage.setting
    setting = Setting(
        session="",
        language=given.language if script.language is None else script.language,
        origin=given.origin if script.origin is None else script.origin,
        tag=given.tag if script.tag is None else script.tag,
        intent=given.intent if script.intent is None else script.intent,
        caller=given.caller if script.caller is None else script.caller,
        parameters={**given.parameters, **script.parameters},
    )
    return replace(stage, channel=channel, setting=setting, webhook=webhook)
