"""The page needs nothing else, and shows words as words."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.evaluate import main
from tests.evaluation.world import TUNED, make_world, model
from tests.generation.server import serving


def hostile(arm: str, words: str) -> str:
    return f"<script>alert('{arm}')</script> {words} Why?"


def test_answers_are_shown_as_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a model says runs nowhere; every arm's answer stands there; nothing is fetched; no words in the JSON."""
    make_world(tmp_path)
    monkeypatch.chdir(tmp_path)
    with serving() as server:
        server.chat = model(hostile)
        words = ["--persona", "ann", "--personas", "personas", "--data", "data", "--probes", "probes.toml"]
        environment = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": ""}
        CliRunner(env=environment).invoke(main, [*words, "--model", TUNED, "--out", "out", "--yes"])

    page = Path("out/scorecard.html").read_text()
    card = Path("out/scorecard.json").read_text()
    shown = set(re.findall(r"&lt;script&gt;alert\(&#39;(\w+)&#39;\)", page))
    assert ("<script" in page, shown) == (False, {"base", "prompted", "tuned"})
    assert re.findall(r"(?:src|href)=|url\(|@import", page) == []
    assert ("alert" in card, "kettle" in card, json.loads(card)["model"]) == (False, False, TUNED)
