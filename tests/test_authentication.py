"""Google's ID token, with a certificate and tokens made here: who is let in, and when certificates are fetched."""

import datetime
import time
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt

from app.authentication import Certificates, authenticate, id_token
from app.core.errors import Unauthorized
from tests.fakes import FakeClock

EMAIL = "service-1@gcp-sa-dialogflow.iam.gserviceaccount.com"
AUDIENCE = "https://example.org/webhook"


class Issuer:
    """A signer such as Google's, with its certificate."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test issuer")])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        self.certificates = {"key-1": certificate.public_bytes(serialization.Encoding.PEM).decode()}
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._signer = crypt.RSASigner.from_string(pem.decode(), "key-1")  # type: ignore[no-untyped-call]

    def token(self, **claims: Any) -> str:
        now = int(time.time())
        payload = {
            "iss": "https://accounts.google.com",
            "aud": AUDIENCE,
            "email": EMAIL,
            "email_verified": True,
            "iat": now,
            "exp": now + 600,
            **claims,
        }
        return bytes(jwt.encode(self._signer, payload)).decode()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


def check_token(token: str, certificates: Mapping[str, str]) -> None:
    check = id_token(EMAIL, AUDIENCE, Certificates(lambda: certificates, FakeClock(0)))
    authenticate((check,), {"Authorization": f"Bearer {token}"})


def test_the_service_agents_token_is_let_in(issuer: Issuer) -> None:
    """A token signed by Google for us and our agent passes."""
    check_token(issuer.token(), issuer.certificates)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email": "other@example.org"}, "e-mail"),
        ({"email_verified": False}, "e-mail"),
        ({"email": None}, "e-mail"),
        ({"aud": "https://other.example.org"}, "WEBHOOK_ID_TOKEN_AUDIENCE"),
        ({"aud": None}, "WEBHOOK_ID_TOKEN_AUDIENCE"),
        ({"iss": "https://evil.example.org"}, "issuer"),
        ({"exp": 1, "iat": 0}, "does not verify"),
        ({"iat": 9_999_999_999, "exp": 9_999_999_999}, "does not verify"),
    ],
)
def test_other_tokens_are_refused(issuer: Issuer, claims: dict[str, Any], reason: str) -> None:
    """Each claim is checked; the reason is for the log, and names the setting where one may be wrong."""
    with pytest.raises(Unauthorized, match=reason):
        check_token(issuer.token(**claims), issuer.certificates)


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "a" * 10_000, "é.é.é"])
def test_junk_is_refused(issuer: Issuer, token: str) -> None:
    """What is no token is refused, not a crash."""
    with pytest.raises(Unauthorized):
        check_token(token, issuer.certificates)


def test_a_token_of_another_signer_is_refused(issuer: Issuer) -> None:
    """The right claims under the wrong signature do not pass."""
    with pytest.raises(Unauthorized):
        check_token(Issuer().token(), issuer.certificates)


def test_certificates_are_fetched_once_an_hour(issuer: Issuer) -> None:
    """Calls within an hour share one fetch."""
    fetched: list[int] = []
    clock = FakeClock(0)

    def fetch() -> Mapping[str, str]:
        fetched.append(1)
        return issuer.certificates

    certificates = Certificates(fetch, clock)
    for clock.now in (0, 10, 3_599, 3_600, 3_700):
        certificates.get()

    assert len(fetched) == 2


def test_old_certificates_serve_on_while_google_is_away(issuer: Issuer) -> None:
    """A failed renewal does not lock Dialogflow out."""
    clock = FakeClock(0)
    answers: list[Mapping[str, str] | OSError] = [issuer.certificates, OSError("down")]

    def fetch() -> Mapping[str, str]:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    certificates = Certificates(fetch, clock)
    certificates.get()
    clock.now = 4_000

    assert certificates.get() == issuer.certificates


def test_without_certificates_nobody_passes() -> None:
    """If Google was never reached, tokens are refused, and the next try is not made at once."""
    fetched: list[int] = []

    def fetch() -> Mapping[str, str]:
        fetched.append(1)
        raise OSError("down")

    certificates = Certificates(fetch, FakeClock(0))
    for _ in range(3):
        with pytest.raises(Unauthorized):
            certificates.get()

    assert len(fetched) == 1
