"""What a model's name says: the base of a tuned one, the family of a dated one."""

import re
from collections.abc import Iterable

USUAL_CHAT_MODEL = "gpt-4.1-mini"
USUAL_TEXT_MODEL = "davinci-002"
"""What tokens and money are reckoned for when nobody names a model: in building and in checking alike."""

_DATE = re.compile(r"-(\d{4}-\d\d-\d\d|\d{4})$")  # gpt-4o-mini-2024-07-18, gpt-3.5-turbo-0125


def base_of(model: str) -> str:
    """Return "gpt-4o-mini-2024-07-18" for "ft:gpt-4o-mini-2024-07-18:me:joy:abc"; other names stay as they are."""
    return model.removeprefix("ft:").split(":")[0]


def row_name(model: str, rows: Iterable[str]) -> str | None:
    """Return which of the rows speaks for a model: its own, or that of its family without the date; None: none does."""
    base = base_of(model)
    family = _DATE.sub("", base)
    names = set(rows)
    return next((name for name in (base, family) if name in names), None)
