"""The way to Google: whose credentials, which host."""

import json
from pathlib import Path

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import dialogflow_v2 as es

from scripts.agents.clients import Access, AgentError, open_access


@pytest.fixture(autouse=True)
def _no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's login is found, nor a metadata server looked for."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "DIALOGFLOW_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")


def test_without_credentials_the_command_is_named() -> None:
    """Who has no credentials is told the one command that gives them."""
    with pytest.raises(AgentError) as told:
        open_access("my-project", "global", {})

    assert "On your own machine run: gcloud auth application-default login\n" in str(told.value)


def test_a_login_is_used_with_the_project_as_its_quota_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dialogflow refuses people's logins without a quota project; the agent's own is given where none is set."""
    login = {"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "other-project")  # else gcloud is started and asked for it
    (tmp_path / "gcloud").mkdir()
    (tmp_path / "gcloud" / "application_default_credentials.json").write_text(json.dumps(login))

    access = open_access("my-project", "global", {})

    assert access._credentials is not None
    assert (access.account, access._credentials.quota_project_id) == ("", "my-project")


@pytest.mark.parametrize(
    ("location", "host", "es_parent"),
    [
        ("global", "dialogflow.googleapis.com", "projects/my-project"),
        (
            "europe-west3",
            "europe-west3-dialogflow.googleapis.com",
            "projects/my-project/locations/europe-west3",
        ),
    ],
)
def test_a_region_has_a_host_of_its_own(location: str, host: str, es_parent: str) -> None:
    """Regional agents are reached at their region's host, and ES names the region only there."""
    access = Access("my-project", location, "", AnonymousCredentials())  # type: ignore[no-untyped-call]

    assert (access.endpoint, access.es_parent) == (host, es_parent)
    assert access.client(es.IntentsClient).transport.host == f"{host}:443"


@pytest.mark.parametrize("emulator", ["http://127.0.0.1:8085", "127.0.0.1", "localhost:8085/"])
def test_an_emulator_is_named_by_host_and_port(emulator: str) -> None:
    """A URL in its place would be looked up as a name for a minute and a half."""
    with pytest.raises(AgentError, match=r"it must be host:port, such as 127\.0\.0\.1:8085"):
        open_access("my-project", "global", {"DIALOGFLOW_EMULATOR_HOST": emulator})
