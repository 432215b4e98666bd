"""A healthy set-up in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.safety.content import load_content
from app.server import create_app
from app.services import Services
from app.settings import Settings
from tests.checkup.setups import MODEL, Setup, answers, good_variables, settings_of, webhook
from tests.finetuning.server import serving


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command reads the .env of the folder it runs in, and keeps the store below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")


@pytest.fixture(scope="session")
def _content_is_loaded() -> None:
    """As at the start of a real server: no turn waits for it."""
    load_content()


@pytest.fixture
def healthy(_content_is_loaded: None, services: Services) -> Iterator[Setup]:
    with serving() as endpoint:
        endpoint.add_model(MODEL)
        endpoint.before = answers()
        variables = good_variables(endpoint)
        app = create_app(Settings(_env_file=None, **settings_of(variables)), services)
        with webhook(app) as url:
            yield Setup(endpoint, url, variables)
