"""Where evaluations keep things."""

from pathlib import Path

from app.core.manifest import file_name

SCORECARD = "scorecard.json"
MADE_BY = "scripts.evaluate"
"""What stands in a scorecard as its maker."""

_FOLDER = Path(".data/evaluation")


def answers_file(persona: str) -> Path:
    """Return the file of all answers for a persona: those of base and prompted serve every tuned model."""
    return _FOLDER / persona / "answers.jsonl"


def scorecard_folder(persona: str, model: str) -> Path:
    """Return the folder of a model's scorecard."""
    return _FOLDER / persona / file_name(model).removesuffix(".json")
