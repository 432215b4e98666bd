"""What a job on JOY's conversations takes, from its creation to its model, through the engine as people run it."""

import os
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from scripts.bench_training.processes import watched
from scripts.local_training import Recipe, Workplace, build_files, engine_in, train

RECIPE = Recipe("chat_transcripts", Path("scripts/data/joy.yml"), "joy", split="95/5/0", epochs=3)
"""About 400 conversations learnt, 20 to validate; as often as OpenAI goes through so many."""


@dataclass(frozen=True, slots=True)
class JobMeasured:
    """`minutes` from the job's creation to its end. `peak_mb` is of the trainer, `whole_peak_mb` of the engine with all
    that it runs, the served model included.
    """

    trained_tokens: int
    minutes: float
    peak_mb: int
    whole_peak_mb: int


def measure_job(folder: Path, recipe: Recipe = RECIPE) -> JobMeasured:
    """Run a whole job in a folder of its own. Raises TrainingFailed."""
    place = Workplace(folder, os.environ)
    build_files(recipe, folder / "dataset", place)
    with engine_in(folder / "engine", 0, place) as (engine, talking), watched(engine.pid) as peak:
        started = perf_counter()
        job_id = train(recipe, folder / "dataset", talking)
        minutes = (perf_counter() - started) / 60
        job: Any = talking.ask("scripts.finetune", "show", job_id)
    return JobMeasured(job["trained_tokens"], round(minutes, 1), peak.largest, peak.whole)
