"""Threads of tweets become conversations of one customer with one brand."""

from pathlib import Path

import pytest

from scripts.dataset.types import Finding
from scripts.sources.tweets import Options, load
from tests.shared import shared_data
from tests.sources.reading import found, read, texts

HEADER = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id"


def tweet(number: int, author: str, text: str, parent: str = "", replies: str = "", minute: int | None = None) -> str:
    """Return a row; who has a number for a name is a customer, and ids follow the clock unless told otherwise."""
    sent = f"Wed Oct 11 06:{number if minute is None else minute:02}:00 +0000 2017"
    quoted = '"' + text.replace('"', '""') + '"'
    return f'{number},{author},{author.isdigit()},{sent},{quoted},"{replies}",{parent}'


def write(folder: Path, *rows: str, header: str = HEADER, end: str = "\n") -> Path:
    path = folder / "tweets.csv"
    path.write_text(end.join([header, *rows]) + end, newline="")
    return path


def said(folder: Path, *rows: str) -> list[tuple[str, ...]]:
    """Return the words of the conversations of a file with these rows."""
    return texts(read(load, write(folder, *rows))[0])


def test_a_thread_is_rebuilt_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    """Replies may stand before what they answer, and ids may end in .0."""
    rows = [
        tweet(4, "Acme", "@7 You are welcome ^JK", "3.0"),
        tweet(2, "Acme", "@7 Hi, which one? -AB", "1"),
        tweet(3, "7", "@Acme The red one, thanks", "2.0", "4"),
        tweet(1, "7", "@Acme my lamp is broken", "", "2"),
    ]

    conversations, findings = read(load, write(tmp_path, *rows))

    assert texts(conversations) == [("my lamp is broken", "Hi, which one?", "The red one, thanks", "You are welcome")]
    assert (conversations[0].group, conversations[0].where) == ("thread 1", "tweets.csv:5")
    assert {finding.severity for finding in findings} == {"info"}


def test_lists_of_replies_fill_in_where_a_reply_does_not_say_what_it_answers(tmp_path: Path) -> None:
    """in_response_to is believed where it is there, response_tweet_id where it is not."""
    rows = [
        tweet(1, "7", "one", "", "2.0,99"),
        tweet(2, "Acme", "to one"),
        tweet(3, "8", "three", "", "4"),
        tweet(4, "Acme", "to five", "5", ""),
        tweet(5, "9", "five", minute=3),
    ]

    assert said(tmp_path, *rows) == [("one", "to one"), ("five", "to five")]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("@7 Sorry for that. 1/2", "@7 We look into it. 2/2 ^AB", "Sorry for that. We look into it."),
        ("@7 (2/2) We look into it.", "@7 (1/2) Sorry for that.", "Sorry for that. We look into it."),
        ("@7 Sorry for that.", "@7 We look into it.", "Sorry for that.\nWe look into it."),
    ],
)
def test_split_answers_are_one_message(tmp_path: Path, first: str, second: str, joined: str) -> None:
    """Parts come in the order of their numbers, other tweets of one side in the order of the clock."""
    rows = [tweet(1, "7", "late again", "", "2,3"), tweet(2, "Acme", first, "1"), tweet(3, "Acme", second, "1")]

    assert said(tmp_path, *rows) == [("late again", joined)]


def test_each_customer_and_each_brand_have_a_conversation_of_their_own(tmp_path: Path) -> None:
    """Strangers and second brands in a thread are told apart, and all stay in one group."""
    rows = [
        tweet(1, "7", "my lamp is broken"),
        tweet(2, "Acme", "which one?", "1"),
        tweet(3, "8", "mine too", "2"),
        tweet(4, "Acme", "sorry to hear", "3"),
        tweet(5, "Bolt", "we sell lamps", "1"),
        tweet(6, "7", "the red one", "2"),
        tweet(7, "Acme", "thanks", "6"),
    ]

    conversations, _ = read(load, write(tmp_path, *rows))

    assert texts(conversations) == [
        ("my lamp is broken", "which one?", "the red one", "thanks"),
        ("my lamp is broken", "we sell lamps"),
        ("mine too", "sorry to hear"),
    ]
    assert {conversation.group for conversation in conversations} == {"thread 1"}


def test_what_has_no_partner_is_left_out_and_counted(tmp_path: Path) -> None:
    """Openings of brands, unanswered customers and last words of customers are no training."""
    rows = [
        tweet(1, "Acme", "buy our lamps"),
        tweet(2, "7", "no", "1"),
        tweet(3, "Acme", "pity", "2"),
        tweet(4, "7", "bye", "3"),
        tweet(5, "8", "hello?"),
    ]

    conversations, findings = read(load, write(tmp_path, *rows))

    assert texts(conversations) == [("no", "pity")]
    assert {finding.check: finding.message.split()[0] for finding in findings} == {
        "unanswered_customer": "1",
        "brand_alone": "1",
        "after_the_answer": "1",
    }


def test_broken_links_between_tweets_are_survived(tmp_path: Path) -> None:
    """Circles, self-replies, parents that are not there and answers sent before their questions."""
    rows = [
        tweet(1, "7", "circle", "2"),
        tweet(2, "Acme", "answer in a circle", "1"),
        tweet(3, "8", "to myself", "3"),
        tweet(4, "Acme", "answer to a self-reply", "3"),
        tweet(5, "9", "to somebody who is gone", "999"),
        tweet(6, "Acme", "answer to the left over", "5", minute=1),
    ]

    conversations, findings = read(load, write(tmp_path, *rows))

    assert texts(conversations) == [
        ("circle", "answer in a circle"),
        ("to myself", "answer to a self-reply"),
        ("to somebody who is gone", "answer to the left over"),
    ]
    assert found(findings) == [
        ("missing_parent", "tweets.csv:6"),
        ("self_reply", "tweets.csv:4"),
        ("circle", "tweets.csv:2"),
    ]


def test_rows_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    """Each reason is reported once, at its first line."""
    good = [tweet(1, "7", "hi"), tweet(2, "Acme", "hello", "1")]
    bad = ["x,7,True,,t,,", "3,,True,,t,,", "4,7,True,,,,", "2,Acme,False,,again,,1", "", "5"]

    conversations, findings = read(load, write(tmp_path, *good, *bad))

    assert texts(conversations) == [("hi", "hello")]
    assert found(findings) == [
        ("unreadable_id", "tweets.csv:4"),
        ("no_author", "tweets.csv:5"),
        ("no_text", "tweets.csv:6"),
        ("same_id_twice", "tweets.csv:7"),
    ]


def test_bare_carriage_returns_and_line_breaks_stay_in_their_row(tmp_path: Path) -> None:
    """The file ends its rows with CR LF, and a text holds a bare CR without quotation marks."""
    rows = [
        "1,7,True,,so\rlate,2,",
        '2,Acme,False,,"we\nare ""sorry""",,1',
        "3,8,True,,hi,4,",
        "4,Acme,False,,hello,,3",
    ]

    conversations, _ = read(load, write(tmp_path, *rows, end="\r\n"))

    assert texts(conversations) == [("so\nlate", 'we\nare "sorry"'), ("hi", "hello")]
    assert conversations[1].where == "tweets.csv:5"


def test_one_brand_can_be_asked_for(tmp_path: Path) -> None:
    """Other brands' conversations are left out; a name that is not there is an error."""
    path = write(
        tmp_path, *[tweet(1, "7", "hi"), tweet(2, "Acme", "from Acme", "1"), tweet(3, "Bolt", "from Bolt", "1")]
    )

    assert texts(read(load, path, Options(brand="Bolt"))[0]) == [("hi", "from Bolt")]
    assert "no_conversations" in dict(found(read(load, path, Options(brand="Nobody"))[1]))


@pytest.mark.parametrize(
    ("content", "check"),
    [
        ("", "missing_column"),
        ("tweet_id,text\n1,hi\n", "missing_column"),
        (HEADER + "\n", "empty_file"),
        (HEADER + "\n1,7,True,,hi,,\n", "no_conversations"),
        (HEADER + '\n1,7,True,,"never closed,,\n2,Acme,False,,x,,1\n', "broken_csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: str, check: str) -> None:
    """No traceback, whatever the file is."""
    path = tmp_path / "tweets.csv"
    path.write_text(content)

    conversations, findings = read(load, path)

    assert conversations == []
    assert check in dict(found(findings))


def test_the_original_sample_is_read() -> None:
    """93 tweets are 26 conversations, each of one customer and one brand, ending with the brand."""
    findings: list[Finding] = []
    conversations = list(load(shared_data("twcs_sample.csv"), findings.append))
    by_thread = {conversation.group: texts([conversation])[0] for conversation in conversations}

    assert (len(conversations), sum(len(conversation.messages) for conversation in conversations)) == (26, 82)
    assert by_thread["thread 119256"][-1].startswith("You're welcome! If there's anything else")
    assert by_thread["thread 119306"][1] == "I am sorry for the poor experience."
    assert not [
        word for words in by_thread.values() for text in words for word in ("@1", "https", "^", "&amp") if word in text
    ]
