"""OpenAI closes: the dates, how its refusal is recognised, and the same training on one's own machine."""

import re
from collections.abc import Sequence
from datetime import date

from scripts.endpoint import CallFailed
from scripts.finetuning.wish import Wish, create_command
from scripts.local_engine.trainer.order import REQUIREMENTS
from scripts.local_engine.weights import MODEL_ID

LAST_DAY = date(2027, 1, 6)

# OpenAI's deprecations page and API reference, as read in 2026-11
_DATES = (
    "OpenAI closes self-serve fine-tuning: since 2026-05-07 to organisations that never fine-tuned, since 2026-07-02",
    "to those that asked no fine-tuned model within 60 days, after 2027-01-06 to everybody. gpt-4o, gpt-4.1, their",
    "minis and every fine-tune on them can be asked until 2027-01-14.",
)
_ENGINE_PORT = 8090
_ABOUT_ACCESS = re.compile(
    r"fine.?tun\w*.{0,80}(no longer|not (available|allowed|permitted|enabled|supported|have access)|disabled|closed"
    r"|deprecated|ended|shut)|(no longer|not (allowed|permitted|have access|eligible)).{0,80}fine.?tun",
    re.IGNORECASE,
)


def is_closed(failed: CallFailed) -> bool:
    """Whether a refused job was refused to the organisation, rather than for what was asked."""
    return failed.status in {403, 410} or bool(_ABOUT_ACCESS.search(str(failed)))


def notice(today: date) -> str:
    """Return what to know before paying OpenAI."""
    left = (LAST_DAY - today).days
    when = f"in {left} days" if left > 0 else "over"
    return f"OpenAI's self-serve fine-tuning ends on {LAST_DAY} ({when}); its tuned models end soon after."


def ways_on(wish: Wish) -> Sequence[str]:
    """Return the dates, and the same training by the local engine, to print after a refusal."""
    command = create_command(wish.options(), MODEL_ID)
    return (
        *_DATES,
        "",
        "The same on this machine, with an open model; the last two in a terminal each:",
        "",
        f"  scripts/install {REQUIREMENTS}",
        f"  python -m scripts.local_engine --port {_ENGINE_PORT}",
        f"  OPENAI_BASE_URL=http://127.0.0.1:{_ENGINE_PORT}/v1 OPENAI_API_KEY=local {command}",
    )
