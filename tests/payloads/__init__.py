"""Requests as Dialogflow sends them, one file each. Written for these tests: every id and name is made up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_payloads(prefix: str = "") -> Mapping[str, Any]:
    """Return name -> body of the payload files whose name starts so, read anew, so that a test may change them."""
    files = sorted(Path(__file__).parent.glob(f"{prefix}*.json"))
    return {file.stem: json.loads(file.read_text("utf-8")) for file in files}
