"""What Google's errors mean for somebody who sets up an agent: what was wrong, and the exact thing to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from google.api_core import exceptions
from google.auth import exceptions as auth_exceptions

from scripts.agents.clients import Access, AgentError, Kind, login_command

Role = Literal["roles/dialogflow.admin", "roles/dialogflow.reader", "roles/dialogflow.client"]
ADMIN: Role = "roles/dialogflow.admin"  # reads and writes the agent ("Access control", read 2026-11)
READER: Role = "roles/dialogflow.reader"
CLIENT: Role = "roles/dialogflow.client"  # may talk with the agent

_SAID_CHARACTERS = 300
_CONSOLE = "https://console.cloud.google.com"
_HOME: dict[Kind, str] = {"es": "https://dialogflow.cloud.google.com", "cx": "https://dialogflow.cloud.google.com/cx"}


@contextmanager
def google_errors(access: Access, kind: Kind, role: Role) -> Iterator[None]:
    """Turn what Google's packages raise into AgentError; `role` is what the calls inside need."""
    try:
        yield
    except exceptions.RetryError as error:
        cause = error.cause
        if not isinstance(cause, exceptions.GoogleAPICallError):
            raise AgentError(f"Google did not answer in time: {_said(error)}; try again later") from error
        raise AgentError(_explain(cause, access, kind, role)) from error
    except exceptions.GoogleAPICallError as error:
        raise AgentError(_explain(error, access, kind, role)) from error
    except auth_exceptions.GoogleAuthError as error:
        raise AgentError(f"Google does not take your credentials ({_said(error)}); run: {login_command()}") from error


def _explain(error: exceptions.GoogleAPICallError, access: Access, kind: Kind, role: Role) -> str:
    match error:
        case exceptions.Forbidden():
            return _forbidden(error, access, role)
        case exceptions.Unauthorized():
            return f"Google does not know who calls ({_said(error)}); run: {login_command()}"
        case exceptions.NotFound():
            return _not_found(error, access, kind)
        case exceptions.TooManyRequests():
            quotas = f"{_CONSOLE}/apis/api/dialogflow.googleapis.com/quotas?project={access.project}"
            said = (
                f"the project's quota is used up ({_said(error)}); run it again in a minute, it goes on where it stood"
            )
            return f"{said}\nTo raise it: {quotas}"
        case exceptions.ServerError():
            return f"Google is not available ({_said(error)}); run it again in some minutes, it goes on where it stood"
        case _:
            return f"Google refused the call ({type(error).__name__}): {_said(error)}"


def _forbidden(error: exceptions.GoogleAPICallError, access: Access, role: Role) -> str:
    if error.reason == "SERVICE_DISABLED" or "has not been used in project" in str(error):
        return (
            f"the Dialogflow API is switched off in project {access.project}; switch it on, then wait a minute:\n"
            f"  {_CONSOLE}/apis/library/dialogflow.googleapis.com?project={access.project}\n"
            f"  gcloud services enable dialogflow.googleapis.com --project={access.project}"
        )
    if "quota project" in str(error) or error.reason == "USER_PROJECT_DENIED":
        return (
            f"your login may not use project {access.project} for its calls ({_said(error)}); run:\n"
            f"  gcloud auth application-default set-quota-project {access.project}"
        )
    return (
        f"{access.account or 'your account'} lacks the role {role} in project {access.project}, or there is no such "
        f"project (gcloud projects list shows yours). An owner of the project can grant it:\n"
        f"  gcloud projects add-iam-policy-binding {access.project} --member={_member(access)} --role={role}"
    )


def _member(access: Access) -> str:
    if not access.account:
        return "user:YOUR_EMAIL"
    kind = "serviceAccount" if access.account.endswith(".gserviceaccount.com") else "user"
    return f"{kind}:{access.account}"


def _not_found(error: exceptions.GoogleAPICallError, access: Access, kind: Kind) -> str:
    name = kind.upper()
    return (
        f"there is no Dialogflow {name} agent in project {access.project}, location {access.location} "
        f"({_said(error)}). Is the project right? Is the agent in a region (--location)? A new one is made at "
        f"{_HOME[kind]}"
    )


def _said(error: Exception) -> str:
    """Return Google's own words on one line, cut where they grow long."""
    words = " ".join(str(getattr(error, "message", None) or error).split())
    return words if len(words) <= _SAID_CHARACTERS else f"{words[:_SAID_CHARACTERS]} ..."
