"""May this caller speak? Basic authentication, a secret header, or Google's ID token: any one that is configured.

Everything is compared in constant time and as bytes. From outside all refusals look the same; the log says which
check failed, and never the credential.
"""

import base64
import binascii
import hmac
import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from app.core.errors import Unauthorized
from app.settings import Settings

logger = logging.getLogger(__name__)


class Headers(Protocol):
    """The headers of a request, by name in any case."""

    def get(self, name: str, default: str, /) -> str:
        """Return a header's value."""


Check = Callable[[Headers], None]
"""Returns for a caller who may speak, raises Unauthorized for all others."""

_CERTIFICATES_URL = "https://www.googleapis.com/oauth2/v1/certs"  # Google's, as X.509 by key id (google-auth, 2026-11)
_CERTIFICATES_KEPT_S = 3_600
_CERTIFICATES_TIMEOUT_S = 2.0
_ISSUERS = {"https://accounts.google.com", "accounts.google.com"}


def make_checks(settings: Settings) -> tuple[Check, ...]:
    """Return a check for each way that is configured, none when the server is open."""
    checks: list[Check] = []
    if settings.webhook_username and settings.webhook_password:
        checks.append(_basic(settings.webhook_username, settings.webhook_password.get_secret_value()))
    if settings.webhook_header_value:
        checks.append(_header(settings.webhook_header_name, settings.webhook_header_value.get_secret_value()))
    if settings.webhook_id_token_email and settings.id_token_audience:
        certificates = Certificates(_fetch_certificates, time.monotonic)
        checks.append(id_token(settings.webhook_id_token_email, settings.id_token_audience, certificates))
    return tuple(checks)


def authenticate(checks: tuple[Check, ...], headers: Headers) -> None:
    """Return when one check passes or none is configured. Raises Unauthorized with every reason, for the log."""
    reasons = []
    for check in checks:
        try:
            return check(headers)
        except Unauthorized as error:
            reasons.append(str(error))
    if checks:
        raise Unauthorized("; ".join(reasons))
    return None


def make_metrics_checks(settings: Settings) -> tuple[Check, ...]:
    """Return a check of the token that only opens the metrics, or those of the webhook where there is none."""
    if settings.metrics_token is None:
        return make_checks(settings)
    return (_bearer(settings.metrics_token.get_secret_value()),)


def _bearer(token: str) -> Check:
    expected = f"Bearer {token}".encode()

    def check(headers: Headers) -> None:
        given = headers.get("Authorization", "").encode("latin-1", errors="replace")
        if not hmac.compare_digest(given, expected):
            raise Unauthorized("the token of the metrics is missing or wrong")

    return check


def _basic(username: str, password: str) -> Check:
    expected = f"{username}:{password}".encode()

    def check(headers: Headers) -> None:
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            raise Unauthorized("no basic credentials")
        try:
            given = base64.b64decode(value.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise Unauthorized("basic credentials are not base64") from None
        if not hmac.compare_digest(given, expected):
            raise Unauthorized("wrong user name or password")

    return check


def _header(name: str, secret: str) -> Check:
    expected = secret.encode()

    def check(headers: Headers) -> None:
        # WSGI hands headers over as Latin-1; this gives back the bytes that were sent.
        given = headers.get(name, "").encode("latin-1", errors="replace")
        if not hmac.compare_digest(given, expected):
            raise Unauthorized(f"header {name} is missing or wrong")

    return check


class Certificates:
    """Google's public certificates, fetched at most once an hour; old ones serve on while a fetch fails."""

    def __init__(self, fetch: Callable[[], Mapping[str, str]], clock: Callable[[], float]) -> None:
        """Use `fetch` for key id -> PEM, when needed; it may raise OSError or ValueError."""
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Mapping[str, str] = {}
        self._stale_at = float("-inf")

    def get(self) -> Mapping[str, str]:
        """Return the certificates. Raises Unauthorized when there never were any."""
        with self._lock:
            if self._clock() >= self._stale_at:
                self._renew()
            if not self._kept:
                raise Unauthorized("Google's certificates could not be fetched")
            return self._kept

    def _renew(self) -> None:
        try:
            self._kept = self._fetch()
            self._stale_at = self._clock() + _CERTIFICATES_KEPT_S
        except (OSError, ValueError) as error:
            logger.warning("certificates not renewed", extra={"reason": type(error).__name__})
            self._stale_at = self._clock() + _CERTIFICATES_TIMEOUT_S


def _fetch_certificates() -> Mapping[str, str]:
    with urllib.request.urlopen(_CERTIFICATES_URL, timeout=_CERTIFICATES_TIMEOUT_S) as response:
        certificates: Mapping[str, str] = json.loads(response.read(1_000_000))
        return certificates


def id_token(email: str, audience: str, certificates: Certificates) -> Check:
    """Return a check of the Bearer token that Dialogflow signs ("Webhook authentication", read 2026-11).

    google-auth verifies signature, expiry and audience. It does not look at the e-mail, so we do: any Google account
    can get a token for any audience.
    """

    def check(headers: Headers) -> None:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized("no bearer token")
        claims = _verified_claims(token.strip(), certificates.get())
        _expect("issuer", claims.get("iss") in _ISSUERS)
        _expect_audience(claims.get("aud"), audience)
        given = str(claims.get("email", "")).encode()
        _expect("e-mail", hmac.compare_digest(given, email.encode()) and claims.get("email_verified") is True)

    return check


def _verified_claims(token: str, certificates: Mapping[str, str]) -> Mapping[str, Any]:
    from google.auth import exceptions, jwt  # here, because only this way of authentication pays its 60 ms

    try:
        claims: Mapping[str, Any] = jwt.decode(token, certs=certificates, clock_skew_in_seconds=10)  # type: ignore[no-untyped-call]
    except (exceptions.GoogleAuthError, ValueError) as error:
        raise Unauthorized(f"the ID token does not verify ({type(error).__name__})") from None
    return claims


def _expect_audience(given: object, audience: str) -> None:
    if given != audience:
        said = str(given)[:200]
        raise Unauthorized(f"the ID token is for {said!r}, expected {audience!r}; see WEBHOOK_ID_TOKEN_AUDIENCE")


def _expect(what: str, is_right: bool) -> None:
    if not is_right:
        raise Unauthorized(f"the ID token's {what} is not the configured one")
