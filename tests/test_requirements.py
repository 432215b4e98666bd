"""The requirement files against what is imported: tests have everything installed, others have one file's packages."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distributions, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def test_the_web_process_imports_only_what_is_deployed() -> None:
    """Railway has requirements.txt alone."""
    imported = {name for file in (ROOT / "app").rglob("*.py") for name in _imports(file)}

    assert _missing(imported - {"app"}, ROOT / "requirements.txt") == []


@pytest.mark.parametrize(
    "module", ["scripts.setup_agent", "scripts.simulate", "scripts.doctor", "scripts.checkup.agent"]
)
def test_a_first_start_installs_what_the_commands_for_agents_import(module: str) -> None:
    """Whoever has run scripts/serve can set up an agent, simulate and ask the doctor, without another step."""
    code = f"import sys; before = {{*sys.modules}}; import {module}; print(*{{*sys.modules}} - before)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    known = _owners()
    brought = set(_with_parts(_required(ROOT / "scripts/agents/requirements.txt")))

    assert {known[name] for name in loaded.stdout.split() if name in known} - brought == set()
    assert "scripts/agents/requirements.txt" in (ROOT / "scripts/serve").read_text()


def _owners() -> dict[str, str]:
    """Return the package that brings each module; names alone do not tell, for many share "google.cloud"."""
    owners: dict[str, str] = {}
    for package in distributions():
        for file in (file for file in package.files or () if file.suffix == ".py"):
            owners[".".join(file.with_suffix("").parts).removesuffix(".__init__")] = canonicalize_name(package.name)
    return owners


def _missing(imported: set[str], file: Path) -> list[str]:
    """Return the imported names that none of the file's packages, nor any that comes with them, brings."""
    brought = set(_with_parts(_required(file)))
    packages = packages_distributions()
    foreign = imported - set(sys.stdlib_module_names)
    return [name for name in foreign if brought.isdisjoint(map(canonicalize_name, packages.get(name, ())))]


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _required(file: Path) -> list[Requirement]:
    """Return what a file requires, and the files that it names with -r."""
    lines = [line.partition("#")[0].strip() for line in file.read_text().splitlines()]
    others = [file.parent / line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    own = [Requirement(line) for line in lines if line and not line.startswith("-r ")]
    return own + [requirement for other in others for requirement in _required(other)]


def _with_parts(requirements: list[Requirement]) -> Iterator[str]:
    """Yield the names of what is required and of everything that it brings along."""
    waiting, seen = [(requirement.name, requirement.extras) for requirement in requirements], set[str]()
    while waiting:
        name, extras = waiting.pop()
        if canonicalize_name(name) in seen:
            continue
        seen.add(canonicalize_name(name))
        waiting += [(part.name, part.extras) for part in _parts(name) if _applies(part, extras)]
    yield from seen


def _parts(name: str) -> list[Requirement]:
    try:
        return [Requirement(part) for part in requires(name) or ()]
    except PackageNotFoundError:
        return []


def _applies(part: Requirement, extras: set[str]) -> bool:
    return part.marker is None or any(part.marker.evaluate({"extra": extra}) for extra in ("", *extras))
