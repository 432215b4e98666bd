"""What the manifest says of files and of training."""

from pathlib import Path

import pytest

from scripts.dataset.building.manifest import describe_files, describe_training, usual_epochs


def test_files_are_described_by_name_and_content(tmp_path: Path) -> None:
    """No folder in it, rows only where a line is a row, in the order of the names."""
    (tmp_path / "b.jsonl").write_text("{}\n{}\n")
    (tmp_path / "a.html").write_text("")

    assert describe_files(tmp_path.iterdir()) == [
        {
            "name": "a.html",
            "bytes": 0,
            "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        },
        {
            "name": "b.jsonl",
            "bytes": 6,
            "sha256": "3b00ba5361676a0a8152642a6edaf54a222bd409b5774b5b461ac8d1cee09cb4",
            "rows": 2,
        },
    ]


@pytest.mark.parametrize(("examples", "epochs"), [(0, 3), (1, 25), (10, 10), (33, 3), (34, 3), (10_000, 3)])
def test_few_examples_are_seen_more_often(examples: int, epochs: int) -> None:
    """Three times each, more below a hundred views, never more than 25 times."""
    assert usual_epochs(examples) == epochs


def test_money_is_named_only_with_a_price() -> None:
    """A model without a row in the price file gets tokens times epochs, and no dollars."""
    assert describe_training(1_000_000, 500, "gpt-4o-mini") | {"price": ""} == {
        "model": "gpt-4o-mini",
        "tokens": 1_000_000,
        "is_exact": True,
        "epochs": 3,
        "trained_tokens": 3_000_000,
        "dollars": 9.0,
        "price": "",
    }
    unknown = describe_training(1_000, 500, "mistral-large")
    assert (unknown["dollars"], unknown["price"], unknown["is_exact"]) == (None, None, False)
