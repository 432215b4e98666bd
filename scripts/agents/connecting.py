"""From a plan to a connected agent: show, ask, back up, write. And back again, from a backup."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from scripts.agents.backup import Backup, keep, read_backup
from scripts.agents.carrying_out import carry_out
from scripts.agents.clients import AgentError
from scripts.agents.outline import differences
from scripts.agents.plan import Row
from scripts.agents.shown import noted, rows_table
from scripts.agents.sides import Side
from scripts.agents.wish import Wish
from scripts.agreement import agree
from scripts.progress import progress

_REPLACES = "Restoring replaces the whole agent, also what no row shows: phrases, answers, entities, in every language."

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a command goes about it: only show, or write, asking first or not."""

    label: str
    dry_run: bool
    yes: bool
    as_json: bool

    def tell(self, words: str) -> None:
        """Print for people; beside JSON, which stands alone on stdout, on stderr."""
        click.echo(words, err=self.as_json)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to, for JSON: the rows planned, whether they were written, where the backup is."""

    agent: str
    rows: Sequence[Row]
    notes: Sequence[str]
    is_done: bool
    backup: Path | None = None

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "agent": self.agent,
            "changes": [row.record() for row in self.rows],
            "notes": list(self.notes),
            "done": self.is_done,
            "backup": str(self.backup) if self.backup else None,
        }


def connect(side: Side[Found], wish: Wish, manner: Manner) -> Outcome:
    """Make the agent what is wished. Raises Refused when nobody agrees, AgentError when it cannot be done."""
    found = side.read()
    agent = side.name_of(found)
    plan = side.plan(found, wish)
    if not plan.steps:
        manner.tell(f"{agent} is set up for {wish.url}. There is nothing to do.")
        return Outcome(agent, (), plan.notes, is_done=True)
    manner.tell("\n\n".join(filter(None, (agent, rows_table(plan.rows), noted(plan.notes)))) + "\n")
    if manner.dry_run:
        return Outcome(agent, plan.rows, plan.notes, is_done=False)
    agree(f"Make these {len(plan.rows)} changes?", yes=manner.yes)
    backup = _back_up(side, found, manner)
    with progress("changes made", len(plan.steps)) as made:
        carry_out(lambda: side.plan(side.read(), wish), lambda step: side.write(agent, step), made)
    manner.tell(f"Done: {len(plan.rows)} changes. Back again: --restore {backup}")
    return Outcome(agent, plan.rows, plan.notes, is_done=True, backup=backup)


def go_back(side: Side[Found], path: Path, manner: Manner) -> Outcome:
    """Make the agent what it was when it was backed up, as a whole. Raises like connect; backs up what is there now."""
    found = side.read()
    agent = side.name_of(found)
    backup = read_backup(path, agent)
    rows = differences(side.outline(found), backup.outline)
    shown = rows_table(rows) if rows else "In outline it is as it was then."
    manner.tell(f"{agent}, back to {backup.made_at}\n\n{shown}\n\n{_REPLACES}\n")
    if manner.dry_run:
        return Outcome(agent, rows, (), is_done=False)
    agree("Replace the agent?", yes=manner.yes)
    kept = _back_up(side, found, manner)
    side.restore(agent, backup.content)
    if left := differences(side.outline(side.read()), backup.outline):
        raise AgentError(f"restored, but {left[0].target} is {left[0].before} where {left[0].after} was expected")
    manner.tell(f"Done. Back again: --restore {kept}")
    return Outcome(agent, rows, (), is_done=True, backup=kept)


def _back_up(side: Side[Found], found: Found, manner: Manner) -> Path:
    agent = side.name_of(found)
    now = datetime.now(UTC)
    made_at = now.isoformat(timespec="seconds")
    path = keep(Backup(agent, made_at, side.outline(found), side.export(agent)), manner.label, now)
    click.echo(f"Backed up to {path}", err=True)
    return path
