"""The words of each conversation, fetched from disk in the order of the conversations, and put together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import polars as pl

from app.core.types import Message
from scripts.dataset.types import Conversation, Finding, Report
from scripts.sources.identity import conversation_id
from scripts.sources.tweet_rows import PIECE_ROWS
from scripts.sources.tweet_words import DOING, clean_words


class Said(NamedTuple):
    """One tweet of a conversation. `part` of `parts` when it says 1/2, else None."""

    inbound: bool
    text: str
    part: int | None
    parts: int | None


def read_talks(
    path: Path, folder: Path, members: pl.DataFrame, source: str, licence: str, report: Report
) -> Iterator[Conversation]:
    """Yield a conversation for each talk of `members`; reports how many tweets each rule changed or left out."""
    counts: Counter[str] = Counter()
    for words in _batches(folder, members):
        cleaned, changed = clean_words(words)
        counts.update(changed)
        for thread, line, tweets in _talks(cleaned):
            messages = join_turns(tweets, counts)
            if messages:
                identity = conversation_id(source, messages)
                yield Conversation(identity, source, licence, messages, f"thread {thread}", None, f"{path.name}:{line}")
    for check, count in counts.items():
        if count:
            report(_counted(check, count, path.name))


def _batches(folder: Path, members: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the members with line and text, whole conversations, in their order, about PIECE_ROWS at a time."""
    batches = members.with_columns(batch=(pl.col("place").first().over("talk") // PIECE_ROWS).cast(pl.UInt32))
    for piece in sorted(folder.glob("*.words"), key=lambda file: int(file.stem)):
        words = pl.read_ipc(piece)
        found = batches.filter(pl.col("row").is_between(words["row"].min(), words["row"].max())).join(words, on="row")
        for (batch,), part in found.partition_by("batch", as_dict=True).items():
            part.write_ipc(folder / f"{batch}-{piece.stem}.batch", compression="lz4")
        piece.unlink()
    for batch in batches["batch"].unique().sort():
        parts = sorted(folder.glob(f"{batch}-*.batch"))
        yield pl.concat(pl.read_ipc(part) for part in parts).sort("place")
        for file in parts:
            file.unlink()


def _talks(words: pl.DataFrame) -> Iterator[tuple[int, int, list[Said]]]:
    """Yield (thread, first line, tweets) of each conversation of a batch."""
    tweets = list(map(Said, *(words[name].to_list() for name in Said._fields)))
    lengths = words["talk"].rle().struct.field("len")
    first = words[lengths.cum_sum() - lengths].select("thread", "line")
    begins = 0
    for (thread, line), length in zip(first.iter_rows(), lengths.to_list(), strict=True):
        yield thread, line, tweets[begins : begins + length]
        begins += length


def join_turns(tweets: Sequence[Said], counts: Counter[str]) -> tuple[Message, ...]:
    """Return (user, assistant, ..., assistant), empty if that leaves nothing. Counts what is left out or joined."""
    spoken = [tweet for tweet in tweets if tweet.text]
    if len(spoken) < len(tweets):
        counts["no_words_left"] += len(tweets) - len(spoken)
    turns = [(inbound, list(said)) for inbound, said in groupby(spoken, key=attrgetter("inbound"))]
    if turns and not turns[0][0]:
        counts["before_the_customer"] += len(turns.pop(0)[1])
    if turns and turns[-1][0]:
        counts["after_the_answer"] += len(turns.pop()[1])
    return tuple([Message("user" if inbound else "assistant", _joined(said, counts)) for inbound, said in turns])


def _joined(said: list[Said], counts: Counter[str]) -> str:
    """Return the tweets of one turn as one text."""
    if len(said) == 1:
        if said[0].part is not None:
            counts["other_part_missing"] += 1
        return said[0].text
    counts["tweets_joined"] += len(said)
    if said[0].parts and all(tweet.parts == said[0].parts for tweet in said):
        return " ".join(tweet.text for tweet in sorted(said, key=lambda tweet: tweet.part or 0))
    return "\n".join(tweet.text for tweet in said)


_LEFT_OUT = {
    "no_words_left": "tweets have no words left after cleaning and are left out",
    "before_the_customer": "tweets of brands before the customer's first are left out",
    "after_the_answer": "tweets of customers after the brand's last answer are left out",
    "other_part_missing": "tweets say that they are a part like 1/2, and no other part is there",
}


def _counted(check: str, count: int, where: str) -> Finding:
    if check in _LEFT_OUT:
        return Finding("warning", check, where, f"{count:,} {_LEFT_OUT[check]}")
    if check == "tweets_joined":
        return Finding("info", check, where, f"{count:,} tweets were joined with the one before or after them")
    return Finding("info", check, where, f"{count:,} tweets {DOING[check]}")
