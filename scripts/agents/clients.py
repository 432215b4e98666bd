"""Google's clients for the agents of one project: where they call, and as whom.

Credentials come by Google's standard ways only ("How Application Default Credentials works", read 2026-11): no key is
ever asked for or passed here. DIALOGFLOW_EMULATOR_HOST=host:port, as for Google's emulators, sends all calls there,
without credentials and without TLS: for tests, and for trying things without an account.
"""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import google.auth
import grpc
from google.auth import exceptions
from google.auth.credentials import Credentials
from google.oauth2.credentials import Credentials as UserCredentials

EMULATOR = "DIALOGFLOW_EMULATOR_HOST"
GLOBAL = "global"

Kind = Literal["es", "cx"]

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_HOST = "dialogflow.googleapis.com"
_MAX_ANSWER_BYTES = 256 * 1024 * 1024  # an exported agent comes in one message; gRPC's own limit is 4 MB

Client = TypeVar("Client")


class AgentError(Exception):
    """The agent could not be read or written; the message says why and what to do, for people."""


@dataclass(frozen=True, slots=True)
class Access:
    """A way to Google for one project and location ("global" or a region such as "europe-west3").

    `account` is the e-mail that Google sees, empty where the credentials do not tell.
    """

    project: str
    location: str
    account: str
    _credentials: Credentials | None
    _channel: grpc.Channel | None = None

    @property
    def endpoint(self) -> str:
        """The host that serves the location ("Regionalization", read 2026-11)."""
        return _HOST if self.location == GLOBAL else f"{self.location}-{_HOST}"

    @property
    def es_parent(self) -> str:
        """What ES agents lie under; its global ones carry no location in their names."""
        where = "" if self.location == GLOBAL else f"/locations/{self.location}"
        return f"projects/{self.project}{where}"

    @property
    def cx_parent(self) -> str:
        """What CX agents lie under."""
        return f"projects/{self.project}/locations/{self.location}"

    def client(self, kind: type[Client]) -> Client:
        """Return one of Google's clients, such as dialogflow_v2.IntentsClient. Nothing is called yet."""
        chosen: Any = kind
        if self._channel is not None:
            client: Client = chosen(transport=chosen.get_transport_class("grpc")(channel=self._channel))
        else:
            client = chosen(transport=self._own_transport(chosen))
        return client

    def _own_transport(self, kind: Any) -> Any:
        """Return the client's usual transport, but for the size of the answers that it takes."""
        transport = kind.get_transport_class("grpc")
        channel = transport.create_channel(
            self.endpoint,
            credentials=self._credentials,
            options=[("grpc.max_receive_message_length", _MAX_ANSWER_BYTES)],
        )
        return transport(host=self.endpoint, channel=channel)


def open_access(project: str, location: str, environment: Mapping[str, str]) -> Access:
    """Return the way to Google that the machine is set up for.

    Raises AgentError, naming the command to run, when there are no credentials.
    """
    emulator = environment.get(EMULATOR)
    if emulator:
        if not re.fullmatch(r"[^/\s]+:\d+", emulator):
            raise AgentError(f'{EMULATOR} is "{emulator}"; it must be host:port, such as 127.0.0.1:8085')
        options = [("grpc.max_receive_message_length", _MAX_ANSWER_BYTES)]
        return Access(project, location, "emulator@example.com", None, grpc.insecure_channel(emulator, options))
    credentials = _credentials(project)
    return Access(project, location, _account(credentials), credentials)


def login_command() -> str:
    """Return the command that gives this machine credentials."""
    return "gcloud auth application-default login"


def _credentials(project: str) -> Credentials:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "without a quota project": it is set below
            found, _ = google.auth.default(scopes=[_SCOPE])
    except exceptions.DefaultCredentialsError as error:
        reason = str(error).splitlines()[0]
        raise AgentError(
            f"no Google credentials here ({reason})\n"
            f"On your own machine run: {login_command()}\n"
            "Elsewhere set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account's key."
        ) from error
    if isinstance(found, UserCredentials) and not found.quota_project_id:
        found = found.with_quota_project(project)  # Dialogflow refuses people's own logins without one
    credentials: Credentials = found
    return credentials


def _account(credentials: Credentials) -> str:
    names = (getattr(credentials, name, "") for name in ("service_account_email", "account"))
    return next((name for name in names if isinstance(name, str) and "@" in name), "")
