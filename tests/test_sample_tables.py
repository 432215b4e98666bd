"""The samples that were written for this project read cleanly, and hold nobody's data and no crisis."""

import csv
import re
from pathlib import Path

from app.safety.screen import screen_user
from scripts.generation.calls import calls_of
from scripts.generation.grid import read_grid

SAMPLES = Path(__file__).parents[1] / "scripts" / "data"

MAIL_OR_PHONE = re.compile(r"\w@\w+\.\w|(?:\d[ ()/.-]?){9,}")


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def texts() -> list[str]:
    tweets = [re.sub(r"^(@\d+ )+", "", row["text"]) for row in rows("support_tweets.csv")]
    return [*(row["Text"] for row in rows("interview.csv")), *tweets]


def users_texts() -> list[str]:
    tweets = [re.sub(r"^(@\w+ )+", "", row["text"]) for row in rows("support_tweets.csv") if row["inbound"] == "True"]
    return [*(row["Text"] for row in rows("interview.csv")[::2]), *tweets]


def test_interview_rows_are_question_and_answer_in_turn() -> None:
    """At least 120 pairs; each question row asks, no answer row does, and no row occurs twice."""
    lines = [row["Text"] for row in rows("interview.csv")]

    assert len(lines) % 2 == 0
    assert len(lines) >= 240
    assert len(set(lines)) == len(lines)
    assert [line for line in lines[::2] if not line.endswith("?")] == []
    assert [line for line in lines[1::2] if "?" in line or len(line) < 60] == []


def test_interview_answers_are_as_short_as_the_persona_asks_for() -> None:
    """Four sentences at most."""
    answers = [row["Text"] for row in rows("interview.csv")][1::2]

    assert [answer for answer in answers if len(re.findall(r"[.!?](?:\s|$)", answer)) > 4] == []


def test_tweets_have_the_columns_and_quirks_of_the_real_ones() -> None:
    """Same header; at least 300 tweets in 100 threads, out of order, with entities, split replies, lost parents."""
    tweets = rows("support_tweets.csv")
    ids = [tweet["tweet_id"] for tweet in tweets]
    parents = [tweet["in_response_to_tweet_id"] for tweet in tweets]

    assert list(tweets[0]) == [
        "tweet_id",
        "author_id",
        "inbound",
        "created_at",
        "text",
        "response_tweet_id",
        "in_response_to_tweet_id",
    ]
    assert len(ids) == len(set(ids)) >= 300
    assert sum(parent == "" or parent not in ids for parent in parents) >= 100
    assert ids != sorted(ids)
    assert any(parent and parent not in ids for parent in parents)
    assert any("," in tweet["response_tweet_id"] for tweet in tweets)
    for quirk in ("&gt;", "&amp;", "1/2", "2/2", "https://example.com/", "^MK", "/IZ"):
        assert any(quirk in tweet["text"] for tweet in tweets), quirk


def test_tweets_point_at_each_other_both_ways() -> None:
    """Whoever answers a tweet is in that tweet's list, and everybody in a list who is there answers it."""
    tweets = {tweet["tweet_id"]: tweet for tweet in rows("support_tweets.csv")}
    up = {(t["in_response_to_tweet_id"], i) for i, t in tweets.items() if t["in_response_to_tweet_id"] in tweets}
    down = {(i, r) for i, t in tweets.items() for r in t["response_tweet_id"].split(",") if r in tweets}

    assert up == down


def test_customers_are_numbers_and_brands_are_names() -> None:
    """The inbound mark says which."""
    tweets = rows("support_tweets.csv")

    assert {(tweet["inbound"], tweet["author_id"].isdecimal()) for tweet in tweets} == {
        ("True", True),
        ("False", False),
    }


def test_no_sample_holds_mail_or_phone() -> None:
    """Nothing to redact."""
    assert [text for text in texts() if MAIL_OR_PHONE.search(text)] == []


def test_nobody_in_the_samples_is_at_risk() -> None:
    """What candidates and customers say to nobody's companion is nothing for the safety screen to set aside."""
    assert [text for text in users_texts() if screen_user(text, is_companion=False).level != "none"] == []


def test_the_superhero_grid_asks_for_480_examples() -> None:
    """Every short prompt is what people type to the persona: age, gender, power."""
    calls = list(calls_of(read_grid(SAMPLES / "superhero.toml"), "m"))

    assert len(calls) == 480
    assert calls[0].sub_prompt == "19, woman, talks to storms"
    assert [call.sub_prompt for call in calls if not re.fullmatch(r"\d\d, \w+, [\w' ]+", call.sub_prompt)] == []
    assert [call.prompt for call in calls if screen_user(call.prompt, is_companion=False).level != "none"] == []
