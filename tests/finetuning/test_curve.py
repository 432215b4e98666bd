"""Result files of every era to a curve, a verdict, a picture and a page."""

import base64
import json
import re
from pathlib import Path

import pytest

from scripts.finetuning.curve import BadResults, Curve, judge, read_curve
from tests.finetuning.commands import run
from tests.finetuning.server import Server

NOW = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,2.0,0.5,,\n2,1.5,0.6,1.8,0.5\n"
FULL = "step,train_loss,valid_loss,full_valid_loss\n1,2.0,9.9,\n2,1.5,0.1,1.8\n"
OLD = (
    "step,elapsed_tokens,elapsed_examples,training_loss,training_sequence_accuracy,validation_loss\n"
    "1,10,1,2.0,0.0,\n2,20,2,1.5,0.5,1.8\n"
)
TRAIN, VALID = [(1, 2.0), (2, 1.5)], [(2, 1.8)]


@pytest.mark.parametrize(
    ("content", "is_full"),
    [
        (NOW.encode(), False),
        (OLD.encode(), False),
        (FULL.encode(), True),
        (base64.b64encode(NOW.encode()), False),
        (b"\xef\xbb\xbf" + NOW.replace("\n", "\r\n").encode(), False),
        (NOW.replace("step,train_loss", " Step , Train Loss ").encode(), False),
    ],
)
def test_columns_are_found_by_name(content: bytes, is_full: bool) -> None:
    """Both eras, OpenAI's base64, marks and spaces; the whole validation file's loss stands above a batch's."""
    assert read_curve(content) == Curve(TRAIN, VALID, is_full)


def test_what_is_no_number_is_left_out() -> None:
    """NaN, infinity, empty cells, short and long lines; without steps, lines count."""
    content = b"train_loss,valid_loss\nnan,1\n2,inf\n,\n1.5\n1,0.5,7,8\nwords,-1\n"

    assert read_curve(content) == Curve([(2, 2.0), (4, 1.5), (5, 1.0)], [(1, 1.0), (5, 0.5)])


@pytest.mark.parametrize("content", [b"", b"step,reward\n1,2\n", b"\x00\x01", b"<html>no</html>", b"train_loss,step\n"])
def test_files_without_losses_are_told(content: bytes) -> None:
    """What the file has instead is named."""
    with pytest.raises(BadResults, match="the result file has no loss column"):
        read_curve(content)


def falling(start: float, end: float, steps: int = 20) -> list[tuple[int, float]]:
    return [(step, start + (end - start) * step / steps) for step in range(1, steps + 1)]


@pytest.mark.parametrize(
    ("train", "valid", "judgement", "words"),
    [
        (falling(2, 1), falling(2, 1.1), "fits", "Fits"),
        (falling(2, 0.2), falling(2, 1.2), "memorises", r"5\.0 times the training loss"),
        (
            falling(2, 0.2),
            [(5, 1.4), (10, 1.0), (20, 1.3)],
            "overfits",
            r"lowest at step 10 \(1\.000\) and has risen by 30%",
        ),
        (falling(2, 2), falling(2, 2), "learns_little", "hardly fallen"),
        (falling(2, 1), [], "unknown", "give --validation"),
        ([], falling(2, 1), "fits", "Fits"),
        ([(1, 0.0)], [(1, 0.0)], "fits", "Fits"),
    ],
)
def test_the_verdict_goes_by_rise_and_ratio(
    train: list[tuple[int, float]], valid: list[tuple[int, float]], judgement: str, words: str
) -> None:
    """A rise over the lowest validation loss, else validation over training loss at the end, else no fall."""
    verdict = judge(Curve(train, valid))

    assert verdict.judgement == judgement
    assert re.search(words, verdict.words)


def test_the_best_step_is_named() -> None:
    """For the checkpoint to use."""
    verdict = judge(Curve(falling(2, 0.5), [(5, 1.4), (10, 1.0), (20, 1.3)]))

    assert (verdict.best_step, verdict.best_valid_loss) == (10, 1.0)
    assert verdict.ratio == pytest.approx(1.3 / 0.5375)


def test_a_job_becomes_picture_and_page(server: Server, tmp_path: Path) -> None:
    """PNG, one HTML file that loads nothing, the CSV as it came; names are escaped."""
    file = server.add_file("step_metrics.csv", base64.b64encode(NOW.encode()), "fine-tune-results")
    model = "ft:m:<me>:joy:1"
    server.add_job(status="succeeded", fine_tuned_model=model, result_files=[file["id"]], trained_tokens=1_234)

    result = run(server, "results", "ftjob-1", "--out", "out", "--json")

    told = json.loads(result.stdout)
    page = (tmp_path / "out" / "results.html").read_text()
    assert (result.exit_code, told["judgement"], told["picture"]) == (0, "fits", "out/loss.png")
    assert (tmp_path / "out" / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "out" / "results.csv").read_bytes() == server.contents[file["id"]]
    assert "ft:m:&lt;me&gt;:joy:1" in page
    assert "<me>" not in page
    assert re.findall(r"(?:src|href)=\"(?!data:)", page) == []


def test_a_file_on_this_machine_needs_no_endpoint(tmp_path: Path) -> None:
    """An old result file is drawn beside itself; the same bytes again the next time."""
    (tmp_path / "old.csv").write_text(OLD)

    result = run(None, "results", "old.csv")
    once = (tmp_path / "old_results" / "results.html").read_bytes()
    run(None, "results", "old.csv")

    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "old_results" / "results.html").read_bytes() == once


@pytest.mark.parametrize(("status", "hint"), [("running", "they come when it has ended"), ("failed", "without")])
def test_a_job_without_results_is_told(server: Server, status: str, hint: str) -> None:
    """1, and why."""
    server.add_job(status=status)

    result = run(server, "results", "ftjob-1")

    assert (result.exit_code, hint in result.stderr) == (1, True)
