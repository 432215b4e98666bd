"""The scorecard that lies beside a shipped adapter."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.dataset.files import sha256
from scripts.local_training import TrainingFailed
from scripts.shipped_scorecard import add_scorecard

MANIFEST = {"model": "tiny-joy", "persona": "joy", "base": {"model": "tiny"}, "scorecard": None}


class _Judge:
    """Answers as scripts.evaluate does for a model that did not pass, or fails."""

    def __init__(self, card: Any) -> None:
        self.card = card
        self.asked: tuple[str, ...] = ()

    def judge(self, module: str, *arguments: str) -> Any:
        self.asked = (module, *arguments)
        if self.card is None:
            raise TrainingFailed("scripts.evaluate ended with status 2; its reason is above")
        return self.card


def _adapter(folder: Path) -> Path:
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    return folder


def test_the_manifest_names_the_scorecard_whatever_it_says(tmp_path: Path) -> None:
    """A model that did not pass is shipped with the scorecard that says so."""
    judge = _Judge({"passed": False, "model": "tiny-joy"})

    written = add_scorecard(_adapter(tmp_path), Path("set"), Path("page"), judge)

    manifest = json.loads((tmp_path / "manifest.json").read_text())
    named = {"file": "scorecard.json", "sha256": sha256(written), "passed": False}
    assert (json.loads(written.read_text()), manifest) == (judge.card, {**MANIFEST, "scorecard": named})
    assert " ".join(judge.asked) == (
        "scripts.evaluate --persona joy --model tiny-joy --base tiny --data set --out page --yes"
    )


def test_without_an_answer_nothing_is_changed(tmp_path: Path) -> None:
    """An evaluation that could not be made leaves no half of one."""
    with pytest.raises(TrainingFailed):
        add_scorecard(_adapter(tmp_path), Path("set"), Path("page"), _Judge(None))

    assert json.loads((tmp_path / "manifest.json").read_text()) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
