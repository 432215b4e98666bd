"""The whole way from source files to a folder of training files, in the order of the stages.

read -> clean -> shape -> redact -> exact duplicates -> review -> (spool) -> near duplicates -> split -> write -> look
for leaks -> report -> manifest. One conversation is in memory at a time; of the others only numbers are.
"""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.dataset.building.examples import Style
from scripts.dataset.building.gather import Counts, Intake, Rows, gather
from scripts.dataset.building.leaks import find_leaks
from scripts.dataset.building.ledger import Ledger
from scripts.dataset.building.manifest import describe_files, describe_persona, describe_training, total
from scripts.dataset.building.outputs import Outputs
from scripts.dataset.building.report import write_report
from scripts.dataset.building.sift import Use, join_near_questions, sift
from scripts.dataset.building.split import SPLITS, Shares
from scripts.dataset.building.spool import Spool
from scripts.dataset.files import whole_file, write_whole
from scripts.dataset.folders import MARK, whole_folder
from scripts.dataset.types import Finding, Report
from scripts.progress import progress

MADE_BY = "scripts.build_dataset"
REVIEW = "review.jsonl"
_ENOUGH = 1_000  # conversations, from which on chance alone does not make a split uneven
_UNEVEN = 5  # percent
_FEWEST_EXAMPLES = 10  # what OpenAI's fine-tuning takes at least


@dataclass(frozen=True)
class Plan:
    """What is to be built. `near` is the share of word triples from which on two texts count as the same."""

    intake: Intake
    style: Style
    with_examples: bool
    shares: Shares
    near: float
    one_answer: bool
    model: str


class Leakage(Exception):
    """The same question would stand in two splits; `findings` say where."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} prompts stand in two splits; nothing was written")
        self.findings = findings


def build(plan: Plan, out: Path) -> Mapping[str, Any]:
    """Write the training files, what was found, the report and the manifest to `out`; return the manifest.

    The folder is there completely or not at all. Raises FolderInUse, Leakage, OSError; and what the source raises.
    """
    with whole_folder(out, MADE_BY) as folder:
        with Ledger(folder) as ledger:
            counts, outputs = _write_lines(plan, folder, ledger)
            _warn(outputs, plan.shares, ledger.at("split"))
        leaks = list(find_leaks(folder, plan.style.head, plan.near))
        if leaks:
            raise Leakage(leaks)
        manifest = _describe(plan, counts, ledger, outputs)
        write_report(folder / "report.html", manifest, ledger, outputs.tallies)
        manifest["files"] = describe_files(folder.iterdir())
        write_whole(folder / MARK, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    return manifest


def _write_lines(plan: Plan, folder: Path, ledger: Ledger) -> tuple["_Funnel", Outputs]:
    rows = Rows()
    with ExitStack() as stack:
        spool = stack.enter_context(Spool(folder / ".spool"))
        with progress("Conversations read") as step, whole_file(folder / REVIEW) as review:
            counts = gather(plan.intake, spool, rows, ledger, review, step)
        uses = sift(spool, rows, plan.near, plan.one_answer, ledger.at("duplicates"))
        join_near_questions(spool, rows, uses, plan.near, plan.shares)
        outputs = Outputs(folder, plan.style, plan.model)
        with progress("Conversations written", len(spool)) as step:
            outputs.write(spool, rows, uses, plan.shares, step)
    return _Funnel(counts, uses.count(Use.PAIRS)), outputs


@dataclass(frozen=True, slots=True)
class _Funnel:
    """What became of the conversations that are not learned."""

    counts: Counts
    pairs_only: int


def _warn(outputs: Outputs, shares: Shares, report: Report) -> None:
    train = outputs.tallies["train"].conversations
    if train < _FEWEST_EXAMPLES:
        said = f"{train} examples to train on; OpenAI's fine-tuning takes {_FEWEST_EXAMPLES} at least"
        report(Finding("warning", "few_examples", "chat_train.jsonl", said, "bring more conversations"))
    for split in SPLITS:
        if outputs.tallies[split].conversations == 0:
            said = "no conversation fell into this split"
            fix = "bring more conversations, or choose other shares with --split or another --seed"
            report(Finding("warning", "empty_split", f"chat_{split}.jsonl", said, fix))
    _warn_of_uneven(train, sum(tally.conversations for tally in outputs.tallies.values()), shares, report)


def _warn_of_uneven(train: int, learned: int, shares: Shares, report: Report) -> None:
    if learned >= _ENOUGH and abs(100 * train / learned - shares.train) > _UNEVEN:
        said = f"{100 * train / learned:.0f} % fell into train; conversations that begin alike must stay together"
        fix = "make the first questions more various, or try another --seed"
        report(Finding("warning", "uneven_split", "chat_train.jsonl", said, fix))


def _describe(plan: Plan, funnel: _Funnel, ledger: Ledger, outputs: Outputs) -> dict[str, Any]:
    intake, style = plan.intake, plan.style
    train = outputs.tallies["train"]
    tallies = outputs.tallies.values()
    return {
        "made_by": MADE_BY,
        **describe_persona(style.persona, style.language, style.history_tokens, plan.with_examples),
        "source": {"name": intake.source.NAME, "options": asdict(intake.options)},
        "inputs": describe_files(intake.files),
        "sources": _sorted(sum((tally.sources for tally in tallies), Counter())),
        "licences": _sorted(sum((tally.licences for tally in tallies), Counter())),
        "split": asdict(plan.shares),
        "near": plan.near,
        "one_answer": plan.one_answer,
        "counts": _counts(funnel, ledger, outputs),
        "training": describe_training(sum(train.tokens), len(train.tokens), plan.model),
    }


def _counts(funnel: _Funnel, ledger: Ledger, outputs: Outputs) -> dict[str, Any]:
    """Return the numbers: read + parts = dropped + set aside + only in pairs + those of the three splits."""
    dropped = ledger.counts_of("error")
    unreadable = dropped.pop("source", {})
    return {
        "unreadable": {"total": sum(unreadable.values()), **unreadable},
        "read": sum(funnel.counts.read.values()),
        "read_by_file": funnel.counts.read,
        "parts": funnel.counts.parts,
        "dropped": {"total": total(dropped), **dropped},
        "set_aside_for_review": {"total": sum(funnel.counts.reviewed.values()), **_sorted(funnel.counts.reviewed)},
        "only_in_pairs": funnel.pairs_only,
        "changed": ledger.counts_of("info"),
        "warnings": ledger.counts_of("warning"),
        **{split: outputs.tallies[split].counts() for split in SPLITS},
    }


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
