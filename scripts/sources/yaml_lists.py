"""The parts of a YAML file that can be read, as nodes that know their lines; no object is built from them.

Where the file is broken, the conversation around the place is left out and the rest is read.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from yaml.reader import Reader

from scripts.dataset.types import Finding, Report
from scripts.sources.text_files import find_encoding

_MAX_REPAIRS = 50
_MAX_DEPTH = 100
_COMMENT = re.compile(r"\s*-\s+(?:-\s+)?[^\s'\"#|>&*\[{-].*\s#")
_CONVERSATION = re.compile(r"\s*-\s+-\s")


def read_lists(path: Path, report: Report) -> Iterator[yaml.SequenceNode]:
    """Yield each list of conversations in the file. Never raises for what the file holds: that is reported."""
    text = _printable(path, report)
    _tell_comments(path, text, report)
    roots = _roots(path, text, report)
    if not roots:
        report(
            Finding(
                "error", "empty_file", f"{path.name}:1", "there is nothing to read here", "write conversations: first"
            )
        )
    for root in roots:
        yield from _lists(path, root, report)


def line_of(node: yaml.Node) -> int:
    """Return the line where a node begins, counted from 1."""
    return int(node.start_mark.line) + 1


def _printable(path: Path, report: Report) -> str:
    """Return the text with \\n as the only line break and without the characters that YAML forbids."""
    with path.open(encoding=find_encoding(path, report)) as file:
        text = file.read()
    found = Reader.NON_PRINTABLE.search(text)
    if found is None:
        return text
    where = f"{path.name}:{text.count(chr(10), 0, found.start()) + 1}"
    clean = Reader.NON_PRINTABLE.sub("", text)
    message = f"{len(text) - len(clean)} control characters were left out, the first one here"
    report(Finding("warning", "control_characters", where, message))
    return clean


def _tell_comments(path: Path, text: str, report: Report) -> None:
    """Warn of words that YAML takes for a comment: "we are #1" ends before the #."""
    for number, line in enumerate(text.split("\n"), start=1):
        if _COMMENT.match(line):
            message = "the words after # are a comment to YAML and are lost"
            report(
                Finding(
                    "warning", "comment_in_text", f"{path.name}:{number}", message, "put the text in quotation marks"
                )
            )


def _roots(path: Path, text: str, report: Report) -> list[yaml.Node]:
    """Return the documents of the file. A broken conversation is blanked out, so that lines keep their numbers."""
    for _ in range(_MAX_REPAIRS):
        try:
            _check_depth(text)
            return [root for root in yaml.compose_all(text, Loader=yaml.CSafeLoader) if root]
        except yaml.MarkedYAMLError as error:
            text = _without_broken(path, text, error, report)
    report(
        Finding("error", "broken_yaml", f"{path.name}:1", f"more than {_MAX_REPAIRS} places are broken", "correct them")
    )
    return []


def _check_depth(text: str) -> None:
    """Raise MarkedYAMLError where lists are nested too deep: there the loader written in C would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH and event.start_mark:
            place = yaml.Mark("", 0, event.start_mark.line, event.start_mark.column, None, 0)
            raise yaml.MarkedYAMLError(problem="lists are nested too deep", problem_mark=place)


def _without_broken(path: Path, text: str, error: yaml.MarkedYAMLError, report: Report) -> str:
    """Report the error and return the text without the conversation that holds it."""
    lines = text.split("\n")
    is_open = error.context and ("quoted" in error.context or "flow" in error.context)
    mark = (error.context_mark if is_open else error.problem_mark) or error.problem_mark  # where it opens, not ends
    at = min(mark.line, len(lines) - 1) if mark else 0
    begin, end = _around(lines, at)
    message = f"this is no YAML: {error.problem or error.context}; lines {begin + 1} to {end} are left out"
    fix = "put a text with : # or quotation marks in it between quotation marks, and indent with spaces"
    report(Finding("error", "broken_yaml", f"{path.name}:{at + 1}", message, fix))
    return "\n".join([*lines[:begin], *[""] * (end - begin), *lines[end:]])


def _around(lines: list[str], at: int) -> tuple[int, int]:
    """Return where the conversation at a line begins and where the next one does.

    Of a place that is blank already, the mark of the parser lies too far down: the last words above it are meant.
    """
    while at > 0 and not lines[at].strip():
        at -= 1
    starts = [number for number, line in enumerate(lines) if _CONVERSATION.match(line)]
    begin = max((start for start in starts if start <= at), default=at)
    return begin, min((start for start in starts if start > at), default=len(lines))


def _lists(path: Path, root: yaml.Node, report: Report) -> Iterator[yaml.SequenceNode]:
    """Yield the lists of conversations of a document: each `conversations:`, or the root itself."""
    if isinstance(root, yaml.SequenceNode):
        yield root
        return
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = [value for key, value in pairs if key.value == "conversations"]
    fix = 'write conversations: above the list, and begin each one with "- - "'
    if len(found) != 1:
        check, message = ("same_key_twice", "conversations: is here more than once; all are read")
        if not found:
            check, message = "no_conversations", "no list named conversations: here"
        report(Finding("warning" if found else "error", check, f"{path.name}:{line_of(root)}", message, fix))
    for node in found:
        if isinstance(node, yaml.SequenceNode):
            yield node
        else:
            report(
                Finding(
                    "error", "no_conversations", f"{path.name}:{line_of(node)}", "conversations: holds no list", fix
                )
            )
