"""What a training will cost, before anybody pays: tokens x epochs, money from the price file, time from experience."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.dataset.checks.run import CheckReport, FileReport, Request, check_files
from scripts.dataset.tokens import TokenCount
from scripts.finetuning.wish import Wish
from scripts.generation.estimate import dollars
from scripts.progress import progress


class BadFiles(Exception):
    """The training files cannot be used; `report` says why."""

    def __init__(self, message: str, report: CheckReport) -> None:
        """Say it in a sentence, and keep the findings."""
        super().__init__(message)
        self.report = report


class TooDear(Exception):
    """The training costs more than it may, or nobody knows what it costs."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What is to be expected. `seconds` comes from trainings that have ended, None before the first one.

    `epochs` is as wished, or else an estimate of what the endpoint will choose.
    """

    model: str
    examples: int
    billed: TokenCount
    epochs: int
    are_epochs_given: bool
    dollars: float | None
    price: str | None
    seconds: float | None
    warnings: int

    @property
    def tokens(self) -> int:
        """The tokens that are trained on and billed, all epochs together."""
        return self.billed.tokens * self.epochs

    def lines(self) -> Sequence[str]:
        """Say it to people."""
        epochs = "1 epoch" if self.epochs == 1 else f"{self.epochs} epochs"
        chosen = "" if self.are_epochs_given else " (the usual; the endpoint chooses)"
        total = TokenCount(self.tokens, self.billed.is_exact)
        return (
            f"{self.model}: {self.examples:,} examples, {self.billed} tokens x {epochs}{chosen} = {total} tokens",
            f"cost: {self._money()}",
            f"time: {self._time()}",
        )

    def record(self) -> Mapping[str, Any]:
        """Say it to programs."""
        return {
            "model": self.model,
            "examples": self.examples,
            "billed_tokens": self.billed.tokens,
            "tokens_are_exact": self.billed.is_exact,
            "epochs": self.epochs,
            "epochs_are_given": self.are_epochs_given,
            "billed_tokens_x_epochs": self.tokens,
            "dollars": self.dollars,
            "price": self.price,
            "seconds": self.seconds,
            "warnings": self.warnings,
        }

    def _money(self) -> str:
        if self.dollars is None:
            return f"scripts/dataset/prices.toml has no row for {self.model}; add one to see money"
        return f"{dollars(self.dollars)}; price: {self.price}"

    def _time(self) -> str:
        if self.seconds is None:
            return "not known before a first training of this model has ended here"
        return f"about {duration(self.seconds)}, going by trainings of this model that ended here"


def duration(seconds: float) -> str:
    """Return seconds in words: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


def check(wish: Wish) -> CheckReport:
    """Check the files of a wish. Raises BadFiles when they cannot be used for it; BadPrices, BadLimits."""
    paths = [wish.train, *([wish.validation] if wish.validation else [])]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    with progress("checking, bytes", size) as step:
        report = check_files(paths, Request(wish.model, None, wish.epochs), step)
    if report.errors:
        raise BadFiles("the files are not ready for training; nothing was sent", report)
    _check_formats(wish, report)
    return report


def quote(wish: Wish, report: CheckReport, tokens_per_s: float | None) -> Quote:
    """Return what the training will cost; only the training file is billed (OpenAI's price page, 2025)."""
    file = report.files[0]
    tokens = file.billed.tokens * file.epochs
    return Quote(
        model=wish.model,
        examples=file.examples,
        billed=file.billed,
        epochs=file.epochs,
        are_epochs_given=wish.epochs is not None,
        dollars=file.dollars,
        price=str(file.price) if file.price else None,
        seconds=tokens / tokens_per_s if tokens_per_s else None,
        warnings=report.warnings,
    )


def hold_limit(quote: Quote, most: float | None) -> None:
    """Raise TooDear when the training costs more than `most` dollars, or when that cannot be told."""
    if most is None:
        return
    if quote.dollars is None:
        raise TooDear(f"no price is known for {quote.model}, so --max-cost cannot be held; add one to prices.toml")
    if quote.dollars > most:
        raise TooDear(f"{dollars(quote.dollars)} is more than --max-cost {dollars(most)}; nothing was sent")


def _check_formats(wish: Wish, report: CheckReport) -> None:
    train = report.files[0].format
    for file in report.files:
        if file.format != train:
            raise BadFiles(f"{file.path} is in {file.format} format, {wish.train} in {train}: use one", report)
    if (train == "dpo") != (wish.method == "dpo"):
        raise BadFiles(_method_advice(report.files[0], wish.train), report)


def _method_advice(file: FileReport, path: Path) -> str:
    if file.format == "dpo":
        return f"{path} holds preferences (DPO); give --method dpo"
    return f"--method dpo learns from preferences, and {path} is in {file.format} format; leave --method away"
