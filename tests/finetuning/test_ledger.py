"""The ledger: on disk before the call, whole lines only, one process at a time for one wish."""

from pathlib import Path

import pytest

from scripts.finetuning.ledger import BadLedger, Ledger, LedgerBusy, Run


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "notes")


def test_the_last_run_of_a_wish_is_what_counts(ledger: Ledger) -> None:
    """An intent is open until it is answered; another wish does not matter."""
    ledger.write("intent", run_id="1", key="a")
    ledger.write("intent", run_id="9", key="b")
    first = ledger.run("a")
    ledger.write("created", run_id="1", job="ftjob-1")
    created = ledger.run("a")
    ledger.write("intent", run_id="2", key="a")
    ledger.write("refused", run_id="2", reason="no")
    refused = ledger.run("a")

    assert first is not None
    assert (first.run_id, first.is_open) == ("1", True)
    assert created == Run("1", "a", first.sent_at, job="ftjob-1")
    assert refused is not None
    assert (refused.run_id, refused.is_open, refused.is_refused) == ("2", False, True)
    assert ledger.run("c") is None


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_line_never_was(ledger: Ledger, cut: int) -> None:
    """Whatever of the last line is missing, the lines before hold, and the next one stands on its own."""
    ledger.write("created", run_id="1", job="ftjob-1")
    ledger.write("created", run_id="2", job="ftjob-2")
    path = ledger.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])

    torn = [line["job"] for line in ledger.lines("created")]
    ledger.write("created", run_id="3", job="ftjob-3")

    assert (torn, [line["job"] for line in ledger.lines("created")]) == (["ftjob-1"], ["ftjob-1", "ftjob-3"])


def test_a_broken_line_is_named(ledger: Ledger) -> None:
    """Guessing here could pay twice."""
    ledger.write("created", run_id="1", job="ftjob-1")
    path = ledger.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes() + b"oops\n")

    with pytest.raises(BadLedger, match=r"ledger\.jsonl:2: is no JSON"):
        ledger.run("a")


def test_one_at_a_time_for_one_wish(ledger: Ledger) -> None:
    """Another wish is free; afterwards the same one is, too."""
    with ledger.alone("a"), ledger.alone("b"), pytest.raises(LedgerBusy), ledger.alone("a"):
        pass
    with ledger.alone("a"):
        pass


def test_the_middle_speed_of_the_last_five_counts(ledger: Ledger) -> None:
    """One odd run does not spoil the estimate; other models and endpoints do not count."""
    for speed in (900.0, 10.0, 11.0, 12.0, 13.0, 700.0):
        ledger.write("ended", job="x", base_url="u", base_model="m", tokens_per_s=speed)
    ledger.write("ended", job="x", base_url="u", base_model="m", tokens_per_s=None)

    assert (ledger.tokens_per_s("u", "m"), ledger.tokens_per_s("v", "m")) == (12.0, None)
