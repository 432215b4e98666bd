"""The benchmark trains the same both ways, and memory is read of whole families of processes."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.bench_training import __main__ as bench
from scripts.bench_training.measure import WayFailed, measure
from scripts.bench_training.processes import watched
from scripts.local_engine.children import ROOT
from scripts.local_engine.trainer.order import Order, write_order
from scripts.local_engine.weights import fetch_weights

_HUNGRY = "import sys; held = bytearray(b'x') * 80_000_000; print(flush=True); sys.stdin.read()"
_PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_HUNGRY!r}])"


def test_memory_of_children_is_seen() -> None:
    """A process that holds little and has a child that holds 80 MB: the sum and the largest both show it."""
    command = [sys.executable, "-c", _PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdin is not None
        parent.stdout.readline()
        with watched(parent.pid) as peak:
            time.sleep(0.8)
        parent.stdin.close()

    assert 80 <= peak.largest < 150
    assert peak.whole > peak.largest


def test_a_process_that_is_gone_holds_nothing() -> None:
    """Whoever ends between two looks is no error."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()

    with watched(gone.pid) as peak:
        peak.look(gone.pid)

    assert (peak.whole, peak.largest) == (0, 0)


def test_without_torch_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training is no part of what serving needs."""
    monkeypatch.setattr(bench, "find_spec", lambda name: None)

    result = CliRunner().invoke(bench.main)

    assert result.exit_code == 2
    assert "requirements-training.txt" in result.output


def test_a_way_that_fails_is_no_figure(tmp_path: Path) -> None:
    """A trainer that cannot train ends the benchmark."""
    order = Order(
        base=str(tmp_path / "nothing.gguf"),
        training_file=str(tmp_path / "nothing.jsonl"),
        validation_file=None,
        method="supervised",
        n_epochs=1,
        batch_size=4,
        learning_rate_multiplier=1.0,
        beta=0.0,
        seed=1,
        threads=1,
        max_tokens=512,
    )
    write_order(tmp_path, order)

    with pytest.raises(WayFailed, match="the engine way ended"):
        measure("engine", tmp_path)


def test_both_ways_are_compared(tmp_path: Path) -> None:
    """Two runs on a tiny model over the same tokens, their ratio, and exit 1 when it misses its mark."""
    for module in ("torch", "peft", "gguf"):
        pytest.importorskip(module, reason="training is not installed (scripts/local_engine/requirements-training.txt)")
    from tests.local_engine.trainer.tiny_model import make_tiny_model

    tiny = make_tiny_model(tmp_path / "tiny", fetch_weights(ROOT / ".data" / "models"))

    result = CliRunner().invoke(bench.main, ["--base", str(tiny), "--examples", "8", "--times", "1", "--json"])

    found = json.loads(result.stdout)
    (bare,), (engine,) = found["runs"]["bare"], found["runs"]["engine"]
    assert bare["examples"] == engine["examples"] == 8
    assert bare["tokens"] == engine["tokens"] > 1_000
    assert min(bare["peak_mb"], engine["peak_mb"]) > 100
    assert result.exit_code == (0 if found["good"] else 1)
