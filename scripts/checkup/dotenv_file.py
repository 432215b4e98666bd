"""The .env file as it is written: what python-dotenv and the settings will not make of it what its author meant."""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from dotenv.parser import Binding, parse_stream

from scripts.checkup.case import SECRET_NAMES, Case
from scripts.checkup.names import meant
from scripts.checkup.results import Result, failed, ok, skipped, warning

_CHECK = "env file"
_BOM = b"\xef\xbb\xbf"
_CURLY = "“”„‘’«»"


def check_env_file(case: Case) -> Iterator[Result]:
    """Look at .env line by line. Values are never quoted."""
    if case.dotenv is None:
        yield skipped(_CHECK, "there is no .env here; the settings come from the environment")
        return
    try:
        text = case.dotenv.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield failed(_CHECK, ".env is not UTF-8, so nothing of it can be read", "save it again as UTF-8")
        return
    bindings = list(parse_stream(io.StringIO(text)))
    problems = [*_mark(case.dotenv), *_lines(bindings), *_twice(bindings), *_hidden(case)]
    yield from problems or [ok(_CHECK, f"{len(case.written)} variables, nothing strange in how they are written")]


def _mark(content: bytes) -> Iterator[Result]:
    if content.startswith(_BOM):
        said = ".env begins with a byte order mark; we read over it, docker and others do not"
        yield warning(_CHECK, said, "save it as UTF-8 without BOM")


def _lines(bindings: list[Binding]) -> Iterator[Result]:
    for binding in bindings:
        for rule in _RULES:
            found = rule(binding)
            if found:
                yield found
                break


def _where(binding: Binding) -> str:
    """Return where a variable stands, by name: its line, not counting empty ones before it."""
    before = binding.original.string[: len(binding.original.string) - len(binding.original.string.lstrip())]
    line = binding.original.line + before.count("\n")
    return f".env:{line}: {binding.key}" if binding.key else f".env:{line}"


def _unreadable(binding: Binding) -> Result | None:
    if not binding.error:
        return None
    lost = binding.original.string.strip().count("\n")
    rest = f", and the {lost} lines after it are lost with it" if lost else " and is ignored"
    said = f"{_where(binding)}: the line cannot be read{rest}"
    return failed(_CHECK, said, "write NAME=value; close the quote, or leave quotes out")


def _without_value(binding: Binding) -> Result | None:
    if not binding.key or binding.value is not None:
        return None
    return warning(_CHECK, f"{_where(binding)} has no =, so it is not set", f"write {binding.key}=value")


def _typographic_quotes(binding: Binding) -> Result | None:
    value = (binding.value or "").strip()
    if not value or (value[0] not in _CURLY and value[-1] not in _CURLY):
        return None
    said = f"{_where(binding)}: the typographic quotes are taken for a part of the value"
    return failed(_CHECK, said, 'write plain quotes (") or none')


def _padded(binding: Binding) -> Result | None:
    value = binding.value or ""
    if value == value.strip():
        return None
    return warning(_CHECK, f"{_where(binding)}: spaces within the quotes, around the value", "take them out")


def _wrong_case(binding: Binding) -> Result | None:
    name = binding.key or ""
    if name == name.upper() or meant(name.upper()) is not None:
        return None
    said = f"{_where(binding)} is not in upper case; the server reads it, other programs do not"
    return warning(_CHECK, said, f"write {name.upper()}")


def _misspelt(binding: Binding) -> Result | None:
    right = meant((binding.key or "").upper())
    if right is None:
        return None
    return warning(_CHECK, f"{_where(binding)} is a name that nothing here reads", f"did you mean {right}?")


def _cut_secret(binding: Binding) -> Result | None:
    """A comment begins at " #" in a value without quotes: passwords lose their end there."""
    written = binding.original.string.partition("=")[2].strip()
    is_secret = (binding.key or "").upper() in SECRET_NAMES
    if not is_secret or not written or written[0] in "\"'" or " #" not in written:
        return None
    said = f"{_where(binding)}: what follows # is taken for a comment"
    return warning(_CHECK, said, "put the value in single quotes if # belongs to it")


def _replaced(binding: Binding) -> Result | None:
    written = binding.original.string.partition("=")[2].strip()
    if "${" not in written or written.startswith("'"):
        return None
    said = f"{_where(binding)}: ${{...}} is replaced by the variable of that name, or by nothing"
    return warning(_CHECK, said, "put the value in single quotes if it is meant as it stands")


_RULES: tuple[Callable[[Binding], Result | None], ...] = (
    _unreadable,
    _without_value,
    _typographic_quotes,
    _padded,
    _misspelt,
    _wrong_case,
    _cut_secret,
    _replaced,
)


def _twice(bindings: list[Binding]) -> Iterator[Result]:
    counts: Mapping[str, int] = Counter((binding.key or "").upper() for binding in bindings if binding.key)
    for name, times in counts.items():
        if times > 1:
            yield warning(_CHECK, f".env sets {name} {times} times; the last one counts", "leave one")


def _hidden(case: Case) -> Iterator[Result]:
    """Name what .env says in vain: the environment stands above it."""
    outside = {name.upper(): value for name, value in case.outside.items()}
    for name, value in case.written.items():
        other = outside.get(name.upper(), "")
        if other and other.strip() != value.strip():
            said = f"{name.upper()} is set in .env and, to something else, in the environment, which counts"
            yield warning(_CHECK, said, f"if .env is right: unset {name.upper()}")
