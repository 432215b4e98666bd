"""How Dialogflow proves itself to the webhook, from the webhook's own settings: the two sides must agree."""

import base64
from collections.abc import Mapping

TOKEN_VARIABLE = "SIMULATED_ID_TOKEN"  # noqa: S105 - the variable's name


def headers_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that an agent set up with these variables would send, empty when none is set.

    A secret header goes along with either of the others. Where there is a user name, no ID token is sent: both live in
    Authorization ("Webhook authentication", read 2026-11).
    """
    headers = {}
    if environment.get("WEBHOOK_HEADER_VALUE"):
        headers[environment.get("WEBHOOK_HEADER_NAME", "X-Webhook-Secret")] = environment["WEBHOOK_HEADER_VALUE"]
    user, password = environment.get("WEBHOOK_USERNAME"), environment.get("WEBHOOK_PASSWORD", "")
    if user:
        headers["Authorization"] = f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
    elif environment.get(TOKEN_VARIABLE):
        headers["Authorization"] = f"Bearer {environment[TOKEN_VARIABLE]}"
    return headers
