"""Which sources there are: every module of this package that has a NAME. To add one, write the module; that is all."""

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

from scripts.dataset.types import Conversation, Report


class Source(Protocol):
    """What a module of this package offers.

    `LICENCE` is that of the raw format's usual data, for conversations whose file names none. `Options` is a frozen
    dataclass, each field a text, a yes or no, or several texts, with a default.
    """

    NAME: str
    DESCRIPTION: str
    LICENCE: str
    Options: type[Any]

    def load(self, path: Path, report: Report = ..., options: Any = ...) -> Iterator[Conversation]:
        """Yield the conversations of a file as they are read; what cannot be used is reported with file:line."""


@cache
def discover() -> Mapping[str, Source]:
    """Return the sources by name, in alphabetical order."""
    package = import_module(__package__)
    modules = (import_module(f"{__package__}.{found.name}") for found in pkgutil.iter_modules(package.__path__))
    found = {module.NAME: _as_source(module) for module in modules if hasattr(module, "NAME")}
    return dict(sorted(found.items()))


def _as_source(module: ModuleType) -> Source:
    """Take the module for what it says it is; the contract test holds every one of them to it."""
    return cast("Source", module)
