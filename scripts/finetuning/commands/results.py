"""results: the loss curve of a job as a picture and a page, with a verdict."""

from dataclasses import asdict
from pathlib import Path

import click

from scripts.agreement import Refused
from scripts.dataset.files import write_whole, write_whole_bytes
from scripts.finetuning.commands.wiring import Desk, at_desk, json_option, show, told_errors
from scripts.finetuning.curve import judge, read_curve
from scripts.finetuning.ledger import FOLDER
from scripts.finetuning.records import Checkpoint, Job


@click.command(epilog="\b\nexample:\n  python -m scripts.finetune results ftjob-abc123 --out results")
@click.argument("source", metavar="JOB|FILE.csv")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder.  [default: in .data/finetuning]")
@json_option
def results(source: str, out: Path | None, as_json: bool) -> None:
    """Draw the loss curve of a job, or of a result file: loss.png, results.html, results.csv, and a verdict."""
    file = Path(source)
    if file.is_file():
        with told_errors():
            _draw(file.read_bytes(), file.stem, None, [], out or file.parent / f"{file.stem}_results", as_json)
        return
    with at_desk() as desk:
        job = desk.look(lambda: desk.endpoint.job(source))
        content = _download(desk, job)
        checkpoints = desk.look(lambda: desk.endpoint.checkpoints(job.id))
        _draw(content, job.tuned_model or job.id, job, checkpoints, out or FOLDER / "results" / job.id, as_json)


def _download(desk: Desk, job: Job) -> bytes:
    if not job.result_files:
        hint = "it has ended without" if job.has_ended else "they come when it has ended"
        raise Refused(f"{job.id} is {job.status} and has no result files; {hint}")
    return desk.look(lambda: desk.endpoint.content(job.result_files[0]))


def _draw(content: bytes, title: str, job: Job | None, checkpoints: list[Checkpoint], out: Path, as_json: bool) -> None:
    from scripts.finetuning.curve_page import page, picture  # half a second that no other command has to wait

    curve = read_curve(content)
    verdict = judge(curve)
    image = picture(curve, verdict, title)
    write_whole_bytes(out / "loss.png", image)
    write_whole_bytes(out / "results.csv", content)
    write_whole(out / "results.html", page(image, verdict, title, job, checkpoints))
    record = {**asdict(verdict), "page": str(out / "results.html"), "picture": str(out / "loss.png")}
    show(record, f"{verdict.words}\n{out / 'results.html'}\n{out / 'loss.png'}", as_json=as_json)
