"""Was the answer as the script wants it? Each expectation that was not met becomes a finding."""

import re
from collections.abc import Iterator

from scripts.dataset.types import Finding
from scripts.dialogflow.script_files import Expectation
from scripts.dialogflow.types import Outcome


def unmet(expected: Expectation, outcome: Outcome) -> tuple[Finding, ...]:
    """Return a finding for each expectation that does not hold, in the order of their names in the file."""
    found = [*_about_words(expected, outcome), *_about_the_turn(expected, outcome)]
    return tuple(Finding("error", f"expected_{name}", "", message) for name, message in found)


def _about_words(expected: Expectation, outcome: Outcome) -> Iterator[tuple[str, str]]:
    shown = "\n".join((*outcome.shown.texts, *outcome.shown.rows))
    folded = shown.casefold()
    for text in expected.contains:
        if text.casefold() not in folded:
            yield "contains", f'expected "{text}" in the answer'
    if expected.contains_any and not any(text.casefold() in folded for text in expected.contains_any):
        yield "contains_any", f"expected one of these in the answer: {', '.join(expected.contains_any)}"
    for text in expected.lacks:
        if text.casefold() in folded:
            yield "lacks", f'expected no "{text}" in the answer'
    for pattern in expected.matches:
        if not re.search(pattern, shown):
            yield "matches", f"expected the answer to match {pattern}"


def _about_the_turn(expected: Expectation, outcome: Outcome) -> Iterator[tuple[str, str]]:
    offered = {suggestion.casefold() for suggestion in outcome.shown.suggestions}
    for text in expected.suggests:
        if text.casefold() not in offered:
            yield "suggests", f'expected the suggestion "{text}"'
    if expected.source and outcome.source and outcome.source != expected.source:
        yield "source", f'expected the source "{expected.source}", and the answer says "{outcome.source}"'
    if expected.within_s is not None and outcome.seconds > expected.within_s:
        yield "within_s", f"expected an answer within {expected.within_s:g} s; it took {outcome.seconds:.2f} s"
    followed = sum(1 for call in outcome.calls if call.event)
    if expected.follow_ups is not None and followed != expected.follow_ups:
        yield "follow_ups", f"expected {expected.follow_ups} follow-up events, and there were {followed}"
    if expected.ends is not None and outcome.is_end != expected.ends:
        yield "ends", "expected the session to end" if expected.ends else "expected the session to go on"
