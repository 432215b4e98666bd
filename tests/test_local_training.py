"""From a recipe to a finished job, through the project's own commands."""

import os
from pathlib import Path

import openai
import pytest
from click.testing import CliRunner

from scripts import train_shipped
from scripts.launch import ROOT
from scripts.local_engine.weights import MODEL_ID
from scripts.local_training import Recipe, TrainingFailed, Workplace, build_files, train
from tests.local_engine.engines import BASE, engine_in
from tests.local_engine.fake_trainer import SEEDS

_TALKS = """\
licence: MIT
source: written for this test
conversations:
"""


def _talks(folder: Path, count: int) -> Path:
    """Write so many conversations that differ."""
    said = "I saw {n} boats of colour {n}{n} on lake {n}"
    turns = f"  - turns:\n      - user: {said}\n      - joy: What did boat {{n}} do?\n"
    path = folder / "talks.yml"
    path.write_text(_TALKS + "".join(turns.format(n=number) for number in range(count)))
    return path


def _place(folder: Path, client: openai.OpenAI) -> Workplace:
    talking = {"OPENAI_BASE_URL": str(client.base_url).rstrip("/"), "OPENAI_API_KEY": "local"}
    return Workplace(folder, {**os.environ, **talking})


def test_a_recipe_becomes_a_job(tmp_path: Path) -> None:
    """Files, upload, job, its end; what the recipe says is what the job was asked."""
    recipe = Recipe("chat_transcripts", _talks(tmp_path, 30), "joy", split="60/40/0", epochs=2, seed=SEEDS["well"])
    with engine_in(tmp_path, aliases={MODEL_ID: BASE}) as client:
        place = _place(tmp_path, client)
        build_files(recipe, tmp_path / "dataset", place)
        job = place.ask("scripts.finetune", "show", train(recipe, tmp_path / "dataset", place))

    assert (job["status"], job["seed"], job["hyperparameters"]["n_epochs"]) == ("succeeded", SEEDS["well"], 2)


def test_a_command_that_fails_ends_the_way(tmp_path: Path) -> None:
    """Nothing is trained on files that could not be built."""
    nothing = Recipe("chat_transcripts", _talks(tmp_path, 0), "joy")

    with pytest.raises(TrainingFailed, match=r"scripts\.build_dataset ended with status 1; its reason is above"):
        build_files(nothing, tmp_path / "dataset", Workplace(tmp_path, os.environ))


def test_no_is_an_answer_where_a_judgement_is_asked(tmp_path: Path) -> None:
    """A check that finds errors has done its part; one that finds no file has not."""
    bad = tmp_path / "bad.jsonl"
    bad.write_text("[]\n")
    place = Workplace(tmp_path, os.environ)

    assert place.judge("scripts.check_dataset", str(bad))["errors"] > 0
    with pytest.raises(TrainingFailed, match=r"scripts\.check_dataset ended with status 2"):
        place.judge("scripts.check_dataset", str(tmp_path / "missing.jsonl"))


def test_the_recipe_of_the_shipped_adapter_can_be_followed() -> None:
    """The conversations are there, the numbers are given rather than left to defaults that may change."""
    recipe = train_shipped.RECIPE
    numbers = (recipe.epochs, recipe.batch_size, recipe.learning_rate_multiplier)

    assert (ROOT / recipe.file).is_file()
    assert None not in numbers
    assert "python -m scripts.train_shipped" in CliRunner().invoke(train_shipped.main, ["--help"]).output
