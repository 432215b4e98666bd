"""Conversations one turn at a time: from a script, from the command line, or typed at a prompt."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from scripts.dialogflow.cx import CxTalk
from scripts.dialogflow.es import EsTalk
from scripts.dialogflow.expectations import unmet
from scripts.dialogflow.playing import play
from scripts.dialogflow.script_files import Expectation
from scripts.dialogflow.transcript import Played
from scripts.dialogflow.types import Outcome, Query, Setting, Talk
from scripts.dialogflow.wire import Webhook, open_wire

PROMPT = "you    "
HELP = "Say something. /event NAME causes an event, /keys 12# presses keys (CX), /new begins anew, Ctrl-D ends."
WELCOME = Query("event", "WELCOME")
NOTHING_EXPECTED = Expectation()


def new_talk(channel: Literal["es", "cx"], setting: Setting) -> Talk:
    """Return a conversation that has just begun."""
    return EsTalk(setting) if channel == "es" else CxTalk(setting)


def converse(talk: Talk, turns: Iterable[tuple[Query, Expectation]], webhook: Webhook) -> Iterator[Played]:
    """Play one turn after the other, each when it is asked for, until the turns or the session end."""
    for query, expected in turns:
        played, talk = take_turn(talk, query, webhook, expected)
        yield played
        if played.outcome.is_end:
            return


def take_turn(
    talk: Talk, query: Query, webhook: Webhook, expected: Expectation = NOTHING_EXPECTED
) -> tuple[Played, Talk]:
    """Play one turn, on a connection of its own. Returns it and the talk after it."""

    async def call() -> tuple[Outcome, Talk]:
        async with open_wire(webhook) as wire:
            return await play(talk, query, wire)

    outcome, after = asyncio.run(call())
    return Played(outcome, unmet(expected, outcome)), after


def typed_turns(ask: Callable[[str], str], say: Callable[[str], None], has_keys: bool) -> Iterator[Query | None]:
    """Yield what a person types, None where the conversation is to begin anew, until end of input."""
    while True:
        try:
            typed = ask(PROMPT).strip()
        except (EOFError, KeyboardInterrupt):
            return
        command, _, rest = typed.partition(" ")
        if typed == "/new":
            yield None
        elif command == "/event" and rest:
            yield Query("event", rest.strip())
        elif command == "/keys" and rest and has_keys:
            yield Query("keys", rest.strip())
        elif typed.startswith("/"):
            say(HELP)
        elif typed:
            yield Query("text", typed)
