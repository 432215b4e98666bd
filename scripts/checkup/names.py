"""The names of variables: which ones are read, and which one a name was meant to be."""

from difflib import get_close_matches

from app.settings import Settings

KNOWN = frozenset({name.upper() for name in Settings.model_fields} | {"OPENAI_KEY"})

# Names from older tutorials and other tools that nothing here reads, and what is read instead.
_ELSEWHERE = {
    "OPENAI_API_BASE": "OPENAI_BASE_URL",
    "OPENAI_ENDPOINT": "OPENAI_BASE_URL",
    "OPENAI_MODEL": "MODEL",
    "MODEL_NAME": "MODEL",
    "WEBHOOK_USER": "WEBHOOK_USERNAME",
    "WEBHOOK_PASS": "WEBHOOK_PASSWORD",
    "WEBHOOK_SECRET": "WEBHOOK_HEADER_VALUE",
    "PERSONA": "DEFAULT_PERSONA",
    "DATABASE_PATH": "SESSIONS_PATH",
}
# Near to ours, and read by others: the openai package, Railway, every shell.
_NOT_OURS = frozenset(
    {"OPENAI_LOG", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_WEBHOOK_SECRET", "OPENAI_ADMIN_KEY", "HOSTNAME"}
)
_NEAR = 0.82
_SHORTEST = 4


def meant(name: str) -> str | None:
    """Return the variable that an upper-case name was probably meant to be, None when it is right or another's."""
    if name in KNOWN or name in _NOT_OURS or name.startswith("RAILWAY_") or len(name) < _SHORTEST:
        return None
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    near = get_close_matches(name, KNOWN, n=1, cutoff=_NEAR)
    return near[0] if near else None
