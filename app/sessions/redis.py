"""Sessions in Redis, for several replicas. What belongs together is done by one script: one round trip, all or nothing.

The scripts are in lua/. A server that hangs costs 0.3 s and then, for a second, nothing: nobody asks it. What was to
be remembered meanwhile is brought to it when it answers again, by this process. Each session's keys share a hash tag,
so a cluster will do. What expires, Redis deletes by itself.
"""

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import uuid4

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

from app.core.errors import StoreError
from app.core.types import Care, Exchange, RiskLevel, Session
from app.sessions import LONGEST_TURN_S, MAX_EXCHANGES
from app.sessions.records import care_from, care_kept_s
from app.sessions.turns import Closing, Entry, Late, Outcome, Ticket

logger = logging.getLogger(__name__)

_PREFIX = "persona-webhook"
_PARTS = ("session", "history", "care", "forgotten", "number", "turns", "late")
_SCRIPTS = ("read", "enter", "append", "promise", "keep", "find")
_FOLDER = Path(__file__).parent / "lua"
_PATIENCE_S = 0.3
_LEFT_ALONE_S = 1.0
_TURNS_KEPT_S = 120.0  # longer than any ticket, and than any answer is kept for whoever brings the turn again

_MOST_MISSED = 2_000  # turns that a server did not take; what is older is lost
_CAUGHT_UP_AT_ONCE = 50

_T = TypeVar("_T")


class _Unanswered(StoreError):
    """The server said nothing; what was asked of it may be done or not."""


class RedisSessions:
    """Sessions in Redis; see sessions.Store for what each method promises."""

    def __init__(self, url: str, ttl_s: float, most_connections: int = 256) -> None:
        """Keep sessions for `ttl_s` seconds after their last turn. Nothing is connected yet. Raises ValueError."""
        self._ttl_s = ttl_s
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=_PATIENCE_S,
            socket_connect_timeout=_PATIENCE_S,
            retry=Retry(NoBackoff(), 0),  # the default retries took 7 s on a server that hangs
            max_connections=most_connections,
            protocol=2,  # 3 talks to the server on connecting, as does a driver that names itself: waits of their own
            driver_info=None,
            decode_responses=True,
        )
        begin = (_FOLDER / "begin.lua").read_text()
        self._scripts: Mapping[str, Script] = {
            name: self._redis.register_script(begin + (_FOLDER / f"{name}.lua").read_text()) for name in _SCRIPTS
        }
        self._asked_again_at = 0.0
        self._missed: deque[tuple[str, float, dict[str, object]]] = deque(maxlen=_MOST_MISSED)

    def read(self, key: str, now: float) -> Session:
        """Return the session, an empty one when it is unknown or expired."""
        return self._call(lambda: _session(self._run("read", key, now)))

    def enter(self, ticket: Ticket, now: float) -> Entry:
        """Return how the turn stands."""
        self._catch_up(now)
        fields = {"turn": ticket.turn, "holder": ticket.holder, "expires_at": repr(ticket.until)}
        return self._call(lambda: _entry(self._run("enter", ticket.key, now, **fields)))

    def append(self, key: str, outcome: Outcome, now: float) -> None:
        """Count a turn, keep its care and its exchange, if any."""
        fields = _outcome_fields(outcome, self._ttl_s, now)
        try:
            self._call(lambda: self._run("append", key, now, **fields))
        except _Unanswered:
            self._missed.append((key, now, fields))
            raise

    def promise(self, key: str, number: int, now: float, until: float) -> bool:
        """Say that the answer to a turn will come."""
        return bool(self._call(lambda: self._run("promise", key, now, number=number, expires_at=repr(until))))

    def keep(self, key: str, number: int, words: str, now: float) -> None:
        """Keep the answer that was promised."""
        self._call(lambda: self._run("keep", key, now, number=number, words=words))

    def find(self, key: str, now: float) -> Late | None:
        """Return the answer that is owed."""
        return self._call(lambda: _late(self._run("find", key, now)))

    def forget(self, key: str, now: float) -> None:
        """Delete all but the count of turns: numbers that come again could mix up old turns with new ones."""
        names = dict(zip(_PARTS, _keys(key), strict=True))
        holds_s = self._ttl_s + LONGEST_TURN_S  # other processes may still bring what the server missed
        for missed in [missed for missed in list(self._missed) if missed[0] == key]:
            self._missed.remove(missed)

        def work() -> None:
            with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.set(names["forgotten"], repr(now), px=int(holds_s * 1_000))
                pipeline.delete(*(names[part] for part in ("session", "history", "care", "turns", "late")))
                pipeline.execute()

        self._call(work)

    def count_referral(self, level: RiskLevel, day: str) -> None:
        """Count one more."""
        self._call(lambda: self._redis.hincrby(f"{_PREFIX}:referrals:{day[:4]}", f"{day} {level}", 1))

    def referrals(self, year: int) -> Mapping[str, Mapping[str, int]]:
        """Return day -> level -> count."""
        found = self._call(lambda: cast("dict[str, str]", self._redis.hgetall(f"{_PREFIX}:referrals:{year:04d}")))
        days: dict[str, dict[str, int]] = {}
        for name, count in sorted(found.items()):
            day, _, level = name.partition(" ")
            days.setdefault(day, {})[level] = int(count)
        return days

    def tally(self, counts: Mapping[str, tuple[int, float]], now: float) -> Mapping[str, int]:
        """Add to counts, all in one round trip."""

        def work() -> list[int]:
            with self._redis.pipeline(transaction=False) as pipeline:
                for name, (count, until) in counts.items():
                    pipeline.incrby(f"{_PREFIX}:tally:{name}", count)
                    pipeline.pexpire(f"{_PREFIX}:tally:{name}", max(1, int((until - now) * 1_000)))
                return pipeline.execute()[::2]

        return dict(zip(counts, self._call(work), strict=True))

    def sweep(self, now: float) -> None:
        """Redis deletes what is expired; here only what it missed is brought to it."""
        self._catch_up(now)

    def ping(self) -> None:
        """Write something, which a server that is full or a replica of another one refuses."""
        self._call(lambda: self._redis.set(f"{_PREFIX}:ping", "", px=1_000))

    def close(self) -> None:
        """Close all connections."""
        self._redis.close()

    def _catch_up(self, now: float) -> None:
        """Bring what the server missed, some at a time; what would be expired by now is dropped."""
        for _ in range(min(len(self._missed), _CAUGHT_UP_AT_ONCE)):
            try:
                key, then, fields = missed = self._missed.popleft()
            except IndexError:  # another turn brought it
                return
            if then + self._ttl_s <= now:
                continue
            try:
                self._call(partial(self._run, "append", key, then, **fields))
            except _Unanswered:
                self._missed.appendleft(missed)
                raise
            except StoreError:
                logger.warning("a turn is not remembered: Redis refused it")

    def _run(self, script: str, key: str, now: float, **fields: object) -> Any:
        common = {
            "now": repr(now),
            "turns_until": repr(now + _TURNS_KEPT_S),
            "numbers_until": repr(now + self._ttl_s + LONGEST_TURN_S),
        }
        return self._scripts[script](keys=_keys(key), args=[json.dumps({**common, **fields}, ensure_ascii=False)])

    def _call(self, work: Callable[[], _T]) -> _T:
        """Return what work returns. While the server is down only one turn a second finds out, and waits for it."""
        if time.monotonic() < self._asked_again_at:
            raise _Unanswered("Redis failed a moment ago")
        try:
            return work()
        except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
            self._asked_again_at = time.monotonic() + _LEFT_ALONE_S
            # When the server's machine was lost, each connection to it would cost another wait.
            self._redis.connection_pool.disconnect(inuse_connections=False)
            raise _Unanswered(f"Redis does not answer: {type(error).__name__}") from error
        except (redis.RedisError, ValueError) as error:
            raise StoreError(f"Redis refused: {type(error).__name__}") from error


def _keys(key: str) -> list[str]:
    return [f"{_PREFIX}:{{{key}}}:{part}" for part in _PARTS]


def _outcome_fields(outcome: Outcome, ttl_s: float, now: float) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": uuid4().hex,
        "persona": outcome.persona,
        "care": json.dumps(asdict(outcome.care)),
        "risk_at": repr(outcome.care.risk_at),
        "care_until": repr(now + care_kept_s(outcome.care, ttl_s)),
        "began_at": repr(outcome.began_at),
        "expires_at": repr(now + ttl_s),
        "most_exchanges": MAX_EXCHANGES,
        **_closing_fields(outcome.closing),
    }
    if outcome.exchange is not None:
        fields["exchange"] = json.dumps(astuple(outcome.exchange), ensure_ascii=False)
    return fields


def _closing_fields(closing: Closing | None) -> dict[str, object]:
    if closing is None:
        return {"owed": "dropped"}
    return {
        "number": closing.number,
        "turn": closing.ticket.turn,
        "holder": closing.ticket.holder,
        "answer": closing.answer,
        "answer_until": repr(closing.answer_until),
        "owed": closing.owed,
    }


def _entry(found: Sequence[Any]) -> Entry:
    number, is_ours, is_next, answer, *rest = found
    if not is_ours:
        return Entry(number, is_ours=False, answer=answer)
    session, late = rest
    return Entry(number, is_ours=True, is_next=bool(is_next), session=_session(session), late=_late(late))


def _session(found: Sequence[Any]) -> Session:
    persona, turns, history, state = found
    care = care_from(state) if state else Care()
    if persona is None:
        return Session(care=care)
    exchanges = tuple(Exchange(*json.loads(member.partition(":")[2])) for member in history)
    return Session(persona, exchanges, turns, care)


def _late(found: Sequence[Any] | None) -> Late | None:
    return Late(*found) if found else None
