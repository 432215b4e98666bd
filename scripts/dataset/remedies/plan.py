"""The plan for a file: every rule in the old tool's order.

Necessary remedies are applied at once; optional ones are all worked out on the rows as they are then, and applied
later (`outcome`), one after the other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from scripts.dataset.remedies.affix_rules import (
    common_completion_prefix,
    common_completion_suffix,
    common_prompt_prefix,
    common_prompt_suffix,
)
from scripts.dataset.remedies.columns import (
    additional_column,
    necessary_column,
    num_examples,
    read_any_format,
    to_rows,
)
from scripts.dataset.remedies.row_rules import (
    completions_space_start,
    duplicated_rows,
    empty_completion,
    format_inferrer,
    long_examples,
    lower_case_completion,
    lower_case_prompt,
)
from scripts.dataset.remedies.types import Advice, Refused, Remedy, Rows, Rule, Step
from scripts.dataset.tables.types import Table
from scripts.dataset.types import Finding

NECESSARY = ("read_any_format", "necessary_column", "additional_column", "empty_completion")

SPLIT = "split"

OPTIONAL: Mapping[str, str] = {
    "duplicated_rows": "drop rows that stood before",
    "long_examples": "drop rows over 10,000 characters",
    "lower_case_prompt": "write prompts in small letters",
    "lower_case_completion": "write completions in small letters",
    "common_prompt_suffix": "end prompts with a separator",
    "common_prompt_prefix": "take away what all prompts begin with",
    "common_completion_prefix": "take away what all completions begin with",
    "common_completion_suffix": "end completions with a mark",
    "completions_space_start": "begin completions with a space",
    SPLIT: "keep part of a classification file for validation",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What was seen, what was done because it had to be (`steps`), what is advised, and the rows so far."""

    read: int
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]
    proposals: tuple[Remedy, ...]
    rows: Rows


def make_plan(table: Table, *, force_marks: bool = False, rule_done: Callable[[], None] = lambda: None) -> Plan:
    """Return the plan for a table. Raises Refused when no rule can make it fit for training.

    `rule_done` is called after each rule has looked at the rows: for progress, as large files take seconds.
    """
    said = list(_about_columns(table))
    rows = to_rows(table)
    steps = [Step(remedy, rows, rows) for remedy in said if isinstance(remedy, Remedy)]
    for rule in _rules(force_marks):
        for advice in rule(rows):
            said.append(advice)
            if isinstance(advice, Remedy) and advice.kind == "necessary":
                steps.append(Step(advice, rows, advice.apply(rows)))
                rows = steps[-1].after
        if not rows:
            raise Refused(f"{table.name}: no row has a completion; there is nothing to train on")
        rule_done()
    findings = tuple(advice for advice in said if isinstance(advice, Finding))
    proposals = tuple(advice for advice in said if isinstance(advice, Remedy) and advice.kind == "optional")
    return Plan(len(table.records), findings, tuple(steps), proposals, rows)


def _about_columns(table: Table) -> Iterable[Advice]:
    yield from read_any_format(table)
    yield from num_examples(table)
    yield from necessary_column(table, "prompt")
    yield from necessary_column(table, "completion")
    yield from additional_column(table)


def _rules(force_marks: bool) -> tuple[Rule, ...]:
    return (
        empty_completion,
        format_inferrer,
        duplicated_rows,
        long_examples,
        lower_case_prompt,
        lower_case_completion,
        partial(common_prompt_suffix, force_marks=force_marks),
        common_prompt_prefix,
        common_completion_prefix,
        partial(common_completion_suffix, force_marks=force_marks),
        completions_space_start,
    )
