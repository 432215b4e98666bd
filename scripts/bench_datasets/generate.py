"""A made-up "Customer Support on Twitter" file of any size, with the quirks of the real one, for measuring.

Quirks, each at about the rate that the real file or its sample shows: replies that point both ways, rows not in time
order, answers split as 1/2 and 2/2, several replies to one tweet, strangers and second brands in a thread, parents
that are not in the file, ids like "3.0", line breaks and stray carriage returns in the text, entities, links, masked
mails, signatures, and a few threads that answer themselves or run in a circle.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import gmtime, strftime

from scripts.bench_datasets import phrases
from scripts.dataset.files import whole_file

HEADER = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"
_WINDOW = 256  # rows that change places with one another: replies stand before and after what they answer
_FIRST_SECOND = 1_506_816_000  # 2017-10-01, when most of the real tweets were sent


@dataclass(slots=True)
class Tweet:
    """One row before it is written down."""

    id: int
    author: str
    inbound: bool
    at: int
    text: str
    parent: str = ""
    replies: list[int] = field(default_factory=list)

    def row(self) -> str:
        """Return the row as the real file writes it: only what must be is in quotation marks, so a bare CR is not."""
        sent = strftime("%a %b %d %H:%M:%S +0000 %Y", gmtime(self.at))
        replies = ",".join(map(str, self.replies))
        return f"{self.id},{self.author},{self.inbound},{sent},{_quoted(self.text)},{_quoted(replies)},{self.parent}\n"


def write_tweets(path: Path, rows: int, seed: int = 7) -> None:
    """Write a file of exactly that many tweets; the same seed and size give the same bytes."""
    with whole_file(path) as file:
        file.write(HEADER)
        left = rows
        window: list[Tweet] = []
        random = Random(seed)
        for thread in threads(random):
            window += thread[:left]
            left -= len(thread[:left])
            if len(window) >= _WINDOW or not left:
                random.shuffle(window)
                file.writelines(tweet.row() for tweet in window)
                window = []
            if not left:
                return


def threads(random: Random) -> Iterator[list[Tweet]]:
    """Yield threads without end, each as its tweets in the order in which they were sent."""
    next_id = 1
    while True:
        thread = _Thread(random, next_id)
        thread.talk()
        yield thread.tweets
        next_id += len(thread.tweets) + random.randrange(3)


class _Thread:
    """One thread while it grows."""

    def __init__(self, random: Random, first_id: int) -> None:
        self.random = random
        self.next_id = first_id
        self.at = _FIRST_SECOND + first_id // 2 + random.randrange(600)
        self.brand = random.choice(phrases.BRANDS)
        self.customer = str(100_000 + random.randrange(900_000))
        self.tweets: list[Tweet] = []

    def talk(self) -> None:
        """Let a customer ask, the brand answer, and so on, with the quirks of the real file."""
        tweet = self._say(self.customer, True, self._complaint(), None)
        for _ in range(self.random.choices((0, 1, 2, 3, 6), (10, 55, 20, 10, 5))[0]):
            tweet = self._answer(tweet, self.brand)
            if self.random.random() < 0.45:
                break
            tweet = self._say(self.customer, True, self._to(self.brand, self.random.choice(phrases.REPLIES)), tweet)
        self._disturb()

    def _complaint(self) -> str:
        choice, handle = self.random.choice, f"@{self.brand} "
        trouble = (
            f"{choice(phrases.MOODS)}, {choice(phrases.THINGS)} {choice(phrases.TROUBLES)}. {choice(phrases.ENDINGS)}"
        )
        return handle + self._filled(trouble)

    def _answer(self, tweet: Tweet, brand: str) -> Tweet:
        words = self._to(self.customer, self.random.choice(phrases.ANSWERS))
        sign = self.random.choice(phrases.AGENTS)
        if self.random.random() < 0.06:
            first = self._say(brand, False, f"{words} 1/2", tweet)
            self._say(brand, False, self._to(self.customer, self.random.choice(phrases.MORE)) + f" 2/2{sign}", tweet)
            return first
        return self._say(brand, False, words + sign, tweet)

    def _disturb(self) -> None:
        """Do to some threads what happens to real ones."""
        dice, last = self.random.random(), self.tweets[-1]
        if dice < 0.04:
            words = self._to(self.brand, self.random.choice(phrases.STRANGERS))
            stranger = self._say(str(self.random.randrange(10**6)), True, words, self.tweets[0])
            self._answer(stranger, self.brand)
        elif dice < 0.06:
            self._answer(self.tweets[0], self.random.choice(phrases.BRANDS))
        elif dice < 0.08:
            self.tweets[0].parent = str(self.next_id + 10**9)
        elif dice < 0.10:
            last.text = last.text.replace(". ", ".\r", 1)
        elif dice < 0.101:
            self.tweets[0].parent = str(last.id)
        elif dice < 0.102:
            last.parent = str(last.id)

    def _say(self, author: str, inbound: bool, text: str, parent: Tweet | None) -> Tweet:
        self.at += self.random.randrange(30, 5_000)
        tweet = Tweet(self.next_id, author, inbound, self.at, text)
        self.next_id += 1
        self.tweets.append(tweet)
        if parent:
            parent.replies.append(tweet.id)
            tweet.parent = f"{parent.id}.0" if self.random.random() < 0.2 else str(parent.id)
        return tweet

    def _to(self, handle: str, words: str) -> str:
        return f"@{handle} " + self._filled(words)

    def _filled(self, words: str) -> str:
        return words.format(n=self.random.randrange(2, 900), name=self.random.choice(phrases.NAMES))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if {",", '"', "\n"} & set(text) else text
