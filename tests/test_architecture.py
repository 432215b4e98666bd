"""The import rule: core <- channels, models, safety, sessions <- fulfillment <- server; app never imports scripts."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

STANDARD_BUT_IMPURE = {
    "os",
    "time",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "pathlib",
    "urllib",
    "threading",
    "io",
}

ALLOWED: dict[str, set[str]] = {
    "app/core": {"app.core"},
    "app/channels": {"app.core", "app.channels"},
    "app/models": {"app.core", "app.models"},
    "app/safety": {"app.core", "app.safety"},
    "app/sessions": {"app.core", "app.sessions"},
    "app/personas": {"app.core", "app.personas"},
    "app/settings.py": {"app.core"},
    "app/logs.py": set(),
    "app/authentication.py": {"app.core", "app.settings"},
    "app/gate.py": {"app.core"},
    "app/tally.py": {"app.core", "app.sessions"},
    "app/limits.py": {"app.tally"},
    "app/services.py": {"app.core", "app.sessions", "app.gate", "app.limits", "app.tally"},
    "app/admission.py": {"app.core", "app.safety", "app.services", "app.tally"},
    "app/order.py": {"app.core", "app.services", "app.sessions.turns"},
    "app/memory.py": {"app.core", "app.safety", "app.services", "app.sessions.turns"},
    "app/answers.py": {"app.core", "app.safety", "app.services", "app.sessions.turns"},
    "app/late.py": {"app.core", "app.services", "app.sessions.turns", "app.order", "app.answers"},
    "app/metrics.py": {"app.fulfillment", "app.services"},
    "app/fulfillment.py": {
        "app.core",
        "app.admission",
        "app.safety",
        "app.services",
        "app.sessions.turns",
        "app.order",
        "app.memory",
        "app.answers",
        "app.late",
    },
}

VENDORS: dict[str, set[str]] = {
    "flask": {"app/server.py"},
    "werkzeug": {"app/server.py"},
    "openai": {"app/models"},
    "httpx2": {"app/models"},
    "sqlite3": {"app/sessions"},
    "redis": {"app/sessions/redis.py"},
    "prometheus_client": {"app/metrics.py"},
    "google": {"app/authentication.py"},
    "pydantic": {"app/core/persona.py", "app/core/manifest.py", "app/settings.py"},
    "pydantic_settings": {"app/settings.py"},
}

GOOGLE = {"scripts/agents", "scripts/dialogflow"}  # agents, and the judge of what a webhook answers

FILES = sorted((ROOT / "app").rglob("*.py"))
SCRIPTS = sorted((ROOT / "scripts").rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def is_under(file: Path, places: set[str]) -> bool:
    path = file.relative_to(ROOT).as_posix()
    return any(path == place or path.startswith(f"{place}/") for place in places)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_imports_point_inwards(file: Path) -> None:
    """Each room imports only what lies further in."""
    allowed = next((packages for place, packages in ALLOWED.items() if is_under(file, {place})), None)
    ours = {name for name in imports(file) if name.split(".")[0] in {"app", "scripts"}}

    assert not any(name.startswith("scripts") for name in ours)
    if allowed is not None:
        assert all(any(name == package or name.startswith(f"{package}.") for package in allowed) for name in ours), ours


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_vendors_stay_in_their_rooms(file: Path) -> None:
    """Each vendor package is imported in one place; torch and Google's clients never by the web process."""
    for name in imports(file):
        package = name.split(".")[0]
        assert package not in {"torch", "xllamacpp", "grpc"}, name
        assert not name.startswith("google.cloud"), name
        assert package not in VENDORS or is_under(file, VENDORS[package]), name


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_google_stays_in_its_rooms(file: Path) -> None:
    """Scripts know Google's packages in the rooms that are about its agents, and read agents through those."""
    for name in imports(file):
        assert name.split(".")[0] not in {"google", "grpc", "proto"} or is_under(file, GOOGLE), name


@pytest.mark.parametrize("file", sorted((ROOT / "app" / "core").glob("*.py")), ids=lambda file: file.stem)
def test_core_is_pure(file: Path) -> None:
    """Nothing in core can reach a clock, a file, the environment, the network or chance."""
    assert not {name.split(".")[0] for name in imports(file)} & STANDARD_BUT_IMPURE
    assert not {"open", "input", "print"} & {
        node.func.id
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_every_module_says_what_it_is_for() -> None:
    """Each file of the project opens with a docstring."""
    files = [*FILES, *SCRIPTS, *(ROOT / "tests").rglob("test_*.py")]

    assert [file.name for file in files if not ast.get_docstring(ast.parse(file.read_text()))] == []
