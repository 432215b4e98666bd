"""Personal data and secrets go; what only looks like them stays. All numbers and names here are made up."""

import pytest

from scripts.dataset.building.redact import redact, redact_text
from scripts.dataset.types import Finding
from tests.dataset.talks import talk


@pytest.mark.parametrize(
    ("raw", "text", "kinds"),
    [
        ("mail jo.d+x@ex-ample.co.uk.", "mail [email].", ("email",)),
        ("call 555-123-4567 or (212) 555-0199", "call [phone] or [phone]", ("phone", "phone")),
        ("+44 20 7946 0958", "[phone]", ("phone",)),
        ("ring 020 7946 0958", "ring [phone]", ("phone",)),
        ("text me at 5551234567", "text me at [phone]", ("phone",)),
        ("my phone is 555-0123", "my phone is [phone]", ("phone",)),
        ("4111 1111 1111 1111", "[card]", ("card",)),
        ("DE89 3704 0044 0532 0130 00", "[iban]", ("iban",)),
        ("SSN 123-45-6789", "SSN [ssn]", ("ssn",)),
        ("from 203.0.113.7", "from [ip]", ("ip",)),
        ("from 2001:db8::ff00:42:8329 now", "from [ip] now", ("ip",)),
        ("https://jo:pass@example.org/x", "[link]", ("link",)),
        ("https://example.org/?token=abc", "[link]", ("link",)),
        ("key sk-abcdefghij0123456789", "key [key]", ("key",)),
        ("AKIAABCDEFGHIJKLMNOP", "[key]", ("key",)),
        ("ghp_abcdefghijklmnopqrst0123456789", "[key]", ("key",)),
        ("Authorization: Bearer abc123def456ghi789", "Authorization: Bearer [key]", ("key",)),
        ("password: hunter22", "password: [secret]", ("secret",)),
        ("hi @some_one and @115712", "hi [handle] and [handle]", ("handle", "handle")),
    ],
)
def test_personal_data_is_replaced_by_what_it_was(raw: str, text: str, kinds: tuple[str, ...]) -> None:
    """Each find leaves a word for its kind, and is counted."""
    assert redact_text(raw) == (text, kinds)


@pytest.mark.parametrize(
    "text",
    [
        "Between 1999 and 2004 I paid $1,234.56, or 10.000.000 pesos.",
        "Open 24/7 from 12:30:45 on 2026-11-21 and 11/21/2026.",
        "Call 988, 112 or 116 123, or text HOME to 741741.",
        "Call 1-800-273-8255, it is free.",
        "Order 5551234567, parcel 00340434161094042557, ISBN 978-0-306-40615-7.",
        "4111 1111 1111 1112 is no card.",
        "DE00 3704 0044 0532 0130 00 is no account.",
        "Version 1.2.3.4 and v10.0.0.1 run on 127.0.0.1 and ::1.",
        "Meet me @ 7, or @5pm.",
        "She is the bearer of extraordinarily-good-news today.",
        "My password is wrong and the secret is out.",
        "I need 1000-2000 words in 0.5 hours; it is 7:45:10.",
        "https://example.org/a?b=1",
        "[email] and [phone]",
    ],
)
def test_what_only_looks_like_personal_data_stays(text: str) -> None:
    """Years, prices, times, short numbers, helplines and order numbers are words like others."""
    assert redact_text(text) == (text, ())


def test_what_was_found_is_reported_without_the_words() -> None:
    """Kind, number and place, nothing else."""
    found: list[Finding] = []

    redacted = redact(talk("I am a@b.org or c@d.org", "Hi"), found.append)

    assert redacted == talk("I am [email] or [email]", "Hi")
    assert found == [Finding("info", "redacted_email", "file:a", "message 1: 2 replaced by [email]")]


@pytest.mark.parametrize("text", ["a" * 4000, "1" * 4000, "a@" * 2000, "1-" * 2000, "(1) " * 1000, "ab:" * 1300])
def test_no_text_makes_it_slow(text: str) -> None:
    """Long runs of one kind end; a pattern that grows with the square would not within the suite's time."""
    redact_text(text)
