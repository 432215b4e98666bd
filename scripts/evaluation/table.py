"""The scorecard on the terminal: numbers only."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.evaluation.measures import SHARES, TITLES
from scripts.evaluation.types import ARMS
from scripts.text_table import text_table

_OUTCOMES = {True: "passed", False: "FAILED", None: "not judged"}


def show(card: Mapping[str, Any], folder: Path) -> str:
    """Return the scorecard as text, and where to read more."""
    rules = [(rule["demand"], rule["found"], outcome(rule)) for rule in card["rules"]]
    parts = (
        f"{card['model']} as {card['persona']}, against {card['base']}; {_items(card['items'])}",
        "",
        text_table(("with 95% intervals", *ARMS, "tuned less prompted"), rows(card)),
        "",
        text_table(("rule", "found", ""), rules),
        "",
        *_remarks(card),
        f"{'Passed' if card['passed'] else 'Not passed'}. Look at {folder / 'scorecard.html'}",
    )
    return "\n".join(parts)


def in_words(name: str, numbers: Mapping[str, Any] | None, *, is_lead: bool = False) -> str:
    """Return a measure as it is read: 93% (88 to 97), 1.234 (1.1 to 1.4), +3% (-1 to 7)."""
    if numbers is None:
        return "not given" if name == "loss" else ""
    mean, low, high = numbers["mean"], numbers["low"], numbers["high"]
    sign = "+" if is_lead else ""
    if name in SHARES:
        return f"{mean * 100:{sign}.0f}% ({low * 100:{sign}.0f} to {high * 100:{sign}.0f})"
    digits = 3 if name == "loss" else 1
    return f"{mean:{sign}.{digits}f} ({low:{sign}.{digits}f} to {high:{sign}.{digits}f})"


def rows(card: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield each measure in words: its title, the arms, tuned less prompted."""
    for name, title in TITLES.items():
        found = [card["arms"][arm]["numbers"].get(name) for arm in ARMS]
        if any(found) or name == "loss":
            lead = card["tuned_less"]["prompted"].get(name)
            yield title, *(in_words(name, numbers) for numbers in found), in_words(name, lead, is_lead=True)
    for name, title in {
        "distinct_1": "different words",
        "distinct_2": "different pairs",
        "repeats": "repeated",
    }.items():
        yield title, *(f"{card['arms'][arm]['variety'][name]:.0%}" for arm in ARMS), ""


def outcome(rule: Mapping[str, Any]) -> str:
    """Return how a rule ended, in a word or two."""
    return _OUTCOMES[rule["passed"]]


def _remarks(card: Mapping[str, Any]) -> Iterator[str]:
    duels = card["duels"]
    yield f"tuned against prompted, answer by answer: {duels['won']} won, {duels['lost']} lost, {duels['even']} even"
    judged = card["judged"]
    if judged:
        yield (
            f"{card['judge']} as judge: {judged['tuned']} for tuned, {judged['prompted']} for prompted, "
            f"{judged['even']} even; it agreed with itself in {judged['agreement']:.0%}, {judged['unusable']} unusable"
        )
    if card["failures"]:
        yield f"{len(card['failures'])} requests failed; the first: {card['failures'][0]}"


def _items(counts: Mapping[str, int]) -> str:
    held_out, whole = counts.get("held_out", 0), counts["held_out_in_dataset"]
    part = f"{held_out}" if held_out == whole else f"{held_out} of {whole}"
    probes = sum(count for kind, count in counts.items() if not kind.startswith("held_out"))
    return f"{part} held-out answers, {probes} probes"
