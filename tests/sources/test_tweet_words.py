"""The words of a tweet without what only Twitter needed."""

import polars as pl
import pytest

from scripts.sources.tweet_words import clean_words


def clean(text: str, *, inbound: bool) -> str:
    """Return the clean words of one tweet."""
    return str(clean_words(pl.DataFrame({"text": [text], "inbound": [inbound]}))[0]["text"][0])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("@115712 Hi there ^JK", "Hi there"),
        ("@115712 Hi there. -JK", "Hi there."),
        ("@115712 Hi there /AY", "Hi there"),
        ("@115712 Hi there! *TL", "Hi there!"),
        ("@115712 Hi there!*TL", "Hi there!"),
        ("@115712 Hi there. - Pia", "Hi there."),
        ("@115712 All done :) Thanks - Pia", "All done :) Thanks"),
        ("@115712 Hi ^Jools", "Hi"),
        ("@115712 ^ML  https://t.co/a https://t.co/b", ""),
        ("@115712 See https://t.co/a ? It helps 2/2 ^JR", "See ? It helps"),
        ("@115712 The steps are here: https://t.co/a. Bye", "The steps are here. Bye"),
        ("@115712 We can help. Please tell us more so that we ca... https://t.co/a", "We can help."),
        ("@115712 Well... https://t.co/a", ""),
        ("@115712 We are open 24/7", "We are open 24/7"),
        ("@115712 Use Android - Version 8", "Use Android - Version 8"),
        ("@115712 Pick iOS or macOS", "Pick iOS or macOS"),
    ],
)
def test_what_a_brand_says(raw: str, words: str) -> None:
    """Signatures, links, part marks and cut ends go; what only looks like them stays."""
    assert clean(raw, inbound=False) == words


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("@Acme @115712: broken &amp; gone", "broken & gone"),
        ("Thanks @115712 @Acme", "Thanks"),
        ("the new update @76099!!! from @Acme_Care is bad", "the new update!!! from Acme_Care is bad"),
        ("write to __email__ or __credit_card__", "write to [email] or [credit_card]"),
        ("I &lt;3 &amp;lt; it", "I <3 &lt; it"),
        ("one\r\n\r\ntwo\rthree  four", "one\ntwo\nthree four"),
        ("mail me@home.org", "mail me@home.org"),
        ("my PIN -AB", "my PIN -AB"),
        ("#fail 😡", "#fail 😡"),
    ],
)
def test_what_a_customer_says(raw: str, words: str) -> None:
    """Handles, entities, masks and spaces; customers do not sign."""
    assert clean(raw, inbound=True) == words


def test_changes_are_counted_by_rule() -> None:
    """Each rule counts the tweets that it changed."""
    tweets = pl.DataFrame({"text": ["@a &amp; b", "@c d https://t.co/x", "e"], "inbound": [True, False, True]})

    counts = clean_words(tweets)[1]

    assert {check: count for check, count in counts.items() if count} == {
        "entities_read": 1,
        "links_removed": 1,
        "handles_removed": 2,
    }
