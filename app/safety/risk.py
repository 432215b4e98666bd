"""What a session remembers of risk: the highest level lately found, which "I'm fine now" does not take back.

Pure: the caller brings the clock and stores the text form. What to say at which level is decided elsewhere.
"""

from dataclasses import dataclass
from math import isfinite

from app.core.types import RiskLevel, Verdict
from app.safety.pattern_compiler import LEVELS

STEP_DOWN_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Risk:
    """A level and the moment it was last found. `at` is wall-clock time in seconds since 1970."""

    level: RiskLevel = "none"
    at: float = 0.0


def raise_risk(risk: Risk, verdict: Verdict, now: float) -> Risk:
    """Return the risk after one more turn.

    The rule: a finding at or above the present level takes its place and starts the clock anew; without such a
    finding the level goes one step down for each whole 24 hours since. A denial or a calm turn changes nothing.
    """
    present = decay(risk, now)
    if verdict.level == "none" or rank(verdict.level) < rank(present.level):
        return present
    return Risk(verdict.level, now)


def decay(risk: Risk, now: float) -> Risk:
    """Return the risk as it stands at `now`; a clock that went backwards changes nothing."""
    steps = max(0, int((now - risk.at) // STEP_DOWN_S))
    level = LEVELS[max(0, rank(risk.level) - steps)]
    return Risk() if level == "none" else Risk(level, risk.at + steps * STEP_DOWN_S)


def rank(level: RiskLevel) -> int:
    """Return how pressing a level is, 0 for none."""
    return LEVELS.index(level)


def serialise(risk: Risk) -> str:
    """Return the risk as `level@seconds`, for a session store."""
    return f"{risk.level}@{risk.at!r}"


def parse(text: str) -> Risk:
    """Read what `serialise` wrote; an empty text is no risk. Raises ValueError for anything else.

    A store that lost part of the text must not look like a session without risk.
    """
    if not text:
        return Risk()
    level, separator, at = text.partition("@")
    if level not in LEVELS or not separator:
        raise ValueError("a stored risk must look like passive@1700000000.0")
    if not isfinite(seconds := float(at)):
        raise ValueError("a stored risk needs a moment in seconds")
    return Risk(LEVELS[LEVELS.index(level)], seconds)
