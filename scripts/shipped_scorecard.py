"""The scorecard of an adapter that is shipped: made by scripts.evaluate, put beside the weights, named in the manifest.

The scorecard may say that the model did not pass: it is shipped with that, for everybody to read.
"""

import json
from pathlib import Path
from typing import Any, Protocol

from scripts.dataset.files import sha256, write_whole
from scripts.evaluation.places import SCORECARD
from scripts.local_engine.shipped import MANIFEST_FILE


class Judge(Protocol):
    """A command of ours that answers yes or no, talking to an engine with the adapter: see local_training.Workplace."""

    def judge(self, module: str, *arguments: str) -> Any:
        """Run a command with --json and return its answer, also when that is no. Raises TrainingFailed."""


def add_scorecard(adapter: Path, dataset: Path, page: Path, commands: Judge) -> Path:
    """Evaluate the adapter in the folder `adapter` on the held-out part of a dataset; return its scorecard's path.

    The page with all answers goes into the folder `page`. The manifest is written last. Raises TrainingFailed.
    """
    place = adapter / MANIFEST_FILE
    manifest = json.loads(place.read_text(encoding="utf-8"))
    who = ["--persona", manifest["persona"], "--model", manifest["model"], "--base", manifest["base"]["model"]]
    card = commands.judge("scripts.evaluate", *who, "--data", str(dataset), "--out", str(page), "--yes")
    scorecard = adapter / SCORECARD
    write_whole(scorecard, _text(card))
    named = {"file": SCORECARD, "sha256": sha256(scorecard), "passed": card["passed"]}
    write_whole(place, _text({**manifest, "scorecard": named}))
    return scorecard


def _text(record: Any) -> str:
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"
