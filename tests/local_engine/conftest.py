"""One engine for the tests of a file that do not disturb each other."""

from collections.abc import Iterator

import openai
import pytest

from tests.local_engine.engines import engine_in


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    with engine_in(tmp_path_factory.mktemp("engine"), aliases={"gpt-3.5-turbo": "tiny"}) as client:
        yield client
