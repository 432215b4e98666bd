"""Test inputs that lie beside the checkout and are not ours to copy: used where present, never needed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(os.environ.get("SHARED_DIR") or Path(__file__).parents[2] / "shared")
SHARED: Path | None = _BESIDE if _BESIDE.is_dir() else None


def request_fixtures() -> list[Any]:
    """Return the recorded webhook requests as parameters of a test, none when they are not there."""
    files = sorted((SHARED / "fixtures" / "dialogflow").glob("*.json")) if SHARED else []
    return [pytest.param(json.loads(file.read_text()), id=file.stem) for file in files if "_resp_" not in file.stem]


def shared_data(name: str) -> Path:
    """Return a raw file that lies beside the checkout; skips the test where it is not there."""
    if SHARED is None or not (SHARED / "data" / name).exists():
        pytest.skip("the sample inputs are not beside this checkout")
    return SHARED / "data" / name
