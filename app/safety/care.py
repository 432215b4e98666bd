"""What a conversation's risk asks for next: pure decisions over Care, the state that outlives the words.

The rules: words at risk raise the risk at once, and nothing that is said lowers it. It goes down by itself, one step
of the ladder for each day without new words at risk. After a disclosure the next few answers are our own fixed words,
more of them the more pressing it was; from then on every other answer still names a helpline while the risk lasts.
Concern for somebody else is answered, but is not the person's own risk.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.core.types import Care, RiskLevel

_LADDER: tuple[RiskLevel, ...] = ("none", "passive", "self_harm", "active", "imminent")
_STEP_S = 86_400.0
_FIXED_TURNS: Mapping[RiskLevel, int] = {"passive": 1, "self_harm": 1, "active": 2, "imminent": 3}


def risk_now(care: Care, now: float) -> RiskLevel:
    """Return the risk that is left of the last finding: one step less for each whole day since then."""
    steps = int(max(0.0, now - care.risk_at) // _STEP_S)
    return _LADDER[max(0, _LADDER.index(care.risk) - steps)] if care.risk in _LADDER else "none"


def raise_risk(care: Care, level: RiskLevel, now: float) -> Care:
    """Return care after words of that level: the higher of both risks, from now on."""
    if level not in _FIXED_TURNS:
        return care
    risk = max(level, risk_now(care, now), key=_LADDER.index)
    fixed_turns = max(_FIXED_TURNS[level], care.fixed_turns)
    return replace(care, risk=risk, risk_at=now, fixed_turns=fixed_turns)


def is_follow_up_due(care: Care, now: float) -> bool:
    """Return whether the next answer is still our own words, whatever is said."""
    return care.fixed_turns > 0 and risk_now(care, now) != "none"


def is_resource_due(care: Care, now: float) -> bool:
    """Return whether the next answer names a helpline: the session is flagged and the last answer named none."""
    return risk_now(care, now) != "none" and care.since_resource > 0


def after_answer(care: Care, names_resource: bool, is_follow_up: bool = False) -> Care:
    """Return care after an answer was given."""
    return replace(
        care,
        since_resource=0 if names_resource else care.since_resource + 1,
        fixed_turns=max(0, care.fixed_turns - 1) if is_follow_up else care.fixed_turns,
    )
