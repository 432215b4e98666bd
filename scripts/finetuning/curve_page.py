"""The loss curve as a picture and as one HTML page that needs nothing else."""

import base64
import html
import io
from collections.abc import Iterator, Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scripts.finetuning.curve import Curve, Verdict
from scripts.finetuning.records import Checkpoint, Job

_MOST_SHOWN_DOTS = 60
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
img { max-width: 100%; height: auto }
table { border-collapse: collapse } td, th { padding: .2rem .8rem; border-bottom: 1px solid #ccc; text-align: left }
.verdict { padding: .6rem 1rem; border-left: 4px solid #888; background: #f4f4f4 }
.overfits, .memorises { border-color: #c60 } .fits { border-color: #282 }
"""


def picture(curve: Curve, verdict: Verdict, title: str) -> bytes:
    """Return the loss curve as PNG; the step with the lowest validation loss is marked."""
    figure = Figure(figsize=(9, 5), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    if curve.train:
        axes.plot(*zip(*curve.train, strict=True), color="#7a9cc6", label="training loss")
    if curve.valid:
        name = "validation loss (whole file)" if curve.is_full else "validation loss"
        dots = "o" if len(curve.valid) <= _MOST_SHOWN_DOTS else None
        axes.plot(*zip(*curve.valid, strict=True), color="#c0561b", marker=dots, label=name)
    if verdict.best_step is not None and len(curve.valid) > 1:
        axes.axvline(verdict.best_step, color="#888888", linestyle=":", label=f"lowest: step {verdict.best_step}")
    axes.set(title=title, xlabel="step", ylabel="loss", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    content = io.BytesIO()
    figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def page(image: bytes, verdict: Verdict, title: str, job: Job | None, checkpoints: Sequence[Checkpoint]) -> str:
    """Return the page: verdict, curve, the numbers, checkpoints where there are some."""
    source = f"data:image/png;base64,{base64.b64encode(image).decode()}"
    parts = (
        f"<h1>{html.escape(title)}</h1>",
        f'<p class="verdict {verdict.judgement}">{html.escape(verdict.words)}</p>',
        f'<img alt="Loss by step" src="{source}">',
        _table(("what", "value"), _facts(verdict, job)),
        _checkpoints(checkpoints),
    )
    body = "\n".join(parts)
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def _facts(verdict: Verdict, job: Job | None) -> Iterator[tuple[str, str]]:
    for name, value in (
        ("training loss at the end", verdict.train_loss),
        ("validation loss at the end", verdict.valid_loss),
        ("validation / training", verdict.ratio),
        ("lowest validation loss", verdict.best_valid_loss),
    ):
        yield name, "not known" if value is None else f"{value:.4f}"
    if job is not None:
        yield "base", job.model
        yield "model", job.tuned_model or ""
        yield "trained tokens", f"{job.trained_tokens:,}" if job.trained_tokens else "not known"


def _checkpoints(checkpoints: Sequence[Checkpoint]) -> str:
    if not checkpoints:
        return ""
    return "<h2>Checkpoints</h2>" + _table(("step", "validation loss", "model"), _steps(checkpoints))


def _steps(checkpoints: Sequence[Checkpoint]) -> Iterator[tuple[str, str, str]]:
    for checkpoint in checkpoints:
        loss = checkpoint.valid_loss
        yield str(checkpoint.step), "" if loss is None else f"{loss:.4f}", checkpoint.model


def _table(heads: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    lines = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows)
    return f"<table><tr>{top}</tr>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
