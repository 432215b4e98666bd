"""How turns and late answers lie in the SQLite file: a row a turn, its number is its place; a row an answer owed.

`is_open` is a turn in progress that others wait for and that may owe its answer. A turn that is neither open nor
answered was overtaken by a later one: it may be brought anew. Every function works within a transaction, or a
read, that its caller has begun.
"""

import sqlite3

from app.sessions.turns import Closing, Entry, Late, Ticket

SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
  number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, turn TEXT NOT NULL UNIQUE, holder TEXT NOT NULL,
  is_open INTEGER NOT NULL, answer TEXT, expires_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_by_key ON turns (key, number);
CREATE INDEX IF NOT EXISTS turns_by_expiry ON turns (expires_at);
CREATE TABLE IF NOT EXISTS late (
  key TEXT PRIMARY KEY, number INTEGER NOT NULL, words TEXT, expires_at REAL NOT NULL
) WITHOUT ROWID;
"""

SWEPT_AT_ONCE = 500  # rows, in some 10 ms
SWEEPING = (
    "DELETE FROM turns WHERE number IN (SELECT number FROM turns WHERE expires_at <= :now LIMIT :most)",
    "DELETE FROM late WHERE key IN (SELECT key FROM late WHERE expires_at <= :now LIMIT :most)",
)


def look(connection: sqlite3.Connection, ticket: Ticket, now: float) -> Entry | None:
    """Return how the turn stands, without its session; None when nobody brought it yet, or who did is given up."""
    found = connection.execute(
        "SELECT number, holder, answer FROM turns WHERE turn = ? AND expires_at > ? "
        "AND (is_open OR answer IS NOT NULL)",
        (ticket.turn, now),
    ).fetchone()
    if found is None:
        return None
    number, holder, answer = found
    if holder != ticket.holder:
        return Entry(number, is_ours=False, answer=answer)
    before = connection.execute(
        "SELECT 1 FROM turns WHERE key = ? AND number < ? AND is_open AND expires_at > ?",
        (ticket.key, number, now),
    )
    return Entry(number, is_ours=True, is_next=before.fetchone() is None)


def claim(connection: sqlite3.Connection, ticket: Ticket, now: float) -> Entry:
    """Give the turn the next number, unless another request for it was faster. Raises ValueError if it is over."""
    connection.execute(
        "DELETE FROM turns WHERE turn = ? AND (expires_at <= ? OR NOT is_open AND answer IS NULL)", (ticket.turn, now)
    )
    connection.execute(
        "INSERT OR IGNORE INTO turns (key, turn, holder, is_open, expires_at) VALUES (?, ?, ?, 1, ?)",
        (ticket.key, ticket.turn, ticket.holder, ticket.until),
    )
    entry = look(connection, ticket, now)
    if entry is None:
        raise ValueError(f"the ticket was good until {ticket.until}, and it is {now}")
    return entry


def newest_number(connection: sqlite3.Connection) -> int:
    """Return the number of the turn that came last, of any session."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'turns'").fetchone()
    return int(found[0]) if found else 0


def close_turn(connection: sqlite3.Connection, key: str, closing: Closing | None) -> None:
    """Keep the answer for whoever brings the turn again, and do with the answer owed what the turn says.

    Whom this turn has overtaken nobody waits for again: the worker may be dead.
    """
    if closing is None:
        connection.execute("UPDATE turns SET is_open = 0 WHERE key = ?", (key,))
    else:
        connection.execute(
            "UPDATE turns SET is_open = 0, answer = ?, expires_at = ? WHERE number = ? AND holder = ?",
            (closing.answer, closing.answer_until, closing.number, closing.ticket.holder),
        )
        connection.execute("UPDATE turns SET is_open = 0 WHERE key = ? AND number < ?", (key, closing.number))
    if closing is not None and closing.owed == "told":
        connection.execute(
            "UPDATE history SET answered = 1, reply = late.words FROM late "
            "WHERE late.key = ?1 AND history.key = ?1 AND history.number = late.number",
            (key,),
        )
    if closing is None or closing.owed != "stays":
        connection.execute("DELETE FROM late WHERE key = ?", (key,))


def promise(connection: sqlite3.Connection, key: str, number: int, now: float, until: float) -> bool:
    """Say that the turn's answer will come, if it is still open to that."""
    found = connection.execute(
        "SELECT 1 FROM turns WHERE key = ? AND number = ? AND is_open AND expires_at > ?", (key, number, now)
    ).fetchone()
    if found is not None:
        connection.execute("INSERT OR REPLACE INTO late VALUES (?, ?, NULL, ?)", (key, number, until))
    return found is not None


def keep(connection: sqlite3.Connection, key: str, number: int, words: str, now: float) -> None:
    """Keep the answer if it is still awaited."""
    connection.execute(
        "UPDATE late SET words = ? WHERE key = ? AND number = ? AND expires_at > ?", (words, key, number, now)
    )


def find(connection: sqlite3.Connection, key: str, now: float) -> Late | None:
    """Return the answer that is owed."""
    found = connection.execute("SELECT number, words FROM late WHERE key = ? AND expires_at > ?", (key, now)).fetchone()
    return Late(*found) if found else None


def forget(connection: sqlite3.Connection, key: str) -> None:
    """Delete the session's turns, with their answers, and what is owed."""
    connection.execute("DELETE FROM turns WHERE key = ?", (key,))
    connection.execute("DELETE FROM late WHERE key = ?", (key,))
