"""The yearly report of crisis referrals: how often somebody was shown a helpline, by day and class of risk.

California SB 243 asks operators of companions for this count once a year, without identifiers (read 2026-11). The
server keeps nothing else of these turns that could go into it.
"""

import json
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from app.core.errors import StoreError
from app.safety.pattern_compiler import LEVELS
from app.sessions.redis import RedisSessions
from app.sessions.sqlite import SqliteSessions

_CLASSES = LEVELS[1:]

Referrals = Mapping[str, Mapping[str, int]]


@click.command(epilog="\b\nexample:\n  python -m scripts.report_referrals --year 2026")
@click.option(
    "--year", type=click.IntRange(2020, 2999), default=lambda: datetime.now(UTC).year, show_default="this one"
)
@click.option(
    "--sessions",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SESSIONS_PATH",
    default=Path(".data/sessions.sqlite3"),
    show_default=True,
    help="The server's session file.",
)
@click.option(
    "--redis",
    "redis_url",
    envvar="REDIS_URL",
    metavar="URL",
    help="The server's Redis, where it has one; it comes first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def main(year: int, sessions: Path, redis_url: str | None, as_json: bool) -> None:
    """Print how often a helpline was shown, by month and class of risk. Days are UTC."""
    try:
        with closing(_store(sessions, redis_url)) as store:
            referrals = store.referrals(year)
    except StoreError as error:
        raise click.ClickException(f"{'Redis' if redis_url else sessions}: {error}") from error
    if as_json:
        click.echo(json.dumps({"year": year, "days": referrals}, indent=2))
    else:
        Console().print(by_month(year, referrals))


def _store(sessions: Path, redis_url: str | None) -> RedisSessions | SqliteSessions:
    if redis_url is not None:
        try:
            return RedisSessions(redis_url, ttl_s=0)
        except ValueError as error:
            raise click.UsageError("--redis is no address: expected redis://:password@host:6379/0") from error
    if not sessions.exists():
        raise click.UsageError(f"{sessions} is not there; name the server's SESSIONS_PATH with --sessions")
    return SqliteSessions(sessions, ttl_s=0)


def by_month(year: int, referrals: Referrals) -> Table:
    """Return the table: a row for each month that has a referral, and the sums."""
    months = sorted({day[:7] for day in referrals})
    rows = {month: [_count(referrals, month, level) for level in _CLASSES] for month in months}
    table = Table("month", *(level.replace("_", " ") for level in _CLASSES), "all", title=f"Crisis referrals {year}")
    for month, counts in rows.items():
        table.add_row(month, *map(str, counts), str(sum(counts)))
    sums = [_count(referrals, "", level) for level in _CLASSES]
    table.add_section()
    table.add_row("all", *map(str, sums), str(sum(sums)))
    return table


def _count(referrals: Referrals, month: str, level: str) -> int:
    return sum(counts.get(level, 0) for day, counts in referrals.items() if day.startswith(month))


if __name__ == "__main__":
    main()
