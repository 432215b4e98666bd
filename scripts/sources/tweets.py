"""Customer Support on Twitter: a CSV of tweets becomes conversations between one customer and one brand.

Columns: tweet_id, author_id, inbound, created_at, text, response_tweet_id, in_response_to_tweet_id. The last two may be
missing or empty; text, tweet_id and author_id may not.

Threads (tweet_threads.py). `in_response_to_tweet_id` says what a tweet answers; where it is empty, the lists of
`response_tweet_id` fill in. A tweet that answers itself, or one that is not in the file, opens a thread; a circle is
opened at its smallest id. In a thread, each customer and each brand that answered this customer make one conversation:
the customer's tweets to that brand (and those to nobody in particular) and the brand's tweets to that customer, in the
order in which they were sent, never before what they answer. So no branch is lost, and both are read as the two people
saw them. The tweets of one side in a row are one message: parts 1/2 and 2/2 joined by a space in the order of their
numbers, others by a new line. What a brand says before its customer and what a customer says after the brand's last
answer is left out, so that each conversation is (user, assistant, ..., assistant). All conversations of a thread have
one `group`.

Words (tweet_words.py), in this order: HTML entities read; every line break becomes \\n; where Twitter cut a brand's
tweet ("... so that we ca... https://t.co/x"), the unfinished sentence removed; links removed with the punctuation that
led to them; masks such as __email__ written [email]; handles at either end and numbers for people (@115712) removed,
other names within a sentence kept without the @; part marks at either end removed; a brand's signatures at its end
removed (^JK, -JK, *JK, /JK, and "- Pia" after a full stop or thanks); spaces and empty lines in a row made one.

The file may be larger than memory: ids and times are held, the words wait on disk in the order of the conversations.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.dataset.types import Conversation, Finding, Report
from scripts.sources.identity import ignore
from scripts.sources.tweet_rows import read_rows
from scripts.sources.tweet_talks import read_talks
from scripts.sources.tweet_threads import build_threads

NAME = "tweets"
DESCRIPTION = "Customer Support on Twitter: tweets joined into conversations of one customer with one brand"
LICENCE = "CC BY-NC-SA 4.0 (not verified)"


@dataclass(frozen=True)
class Options:
    """`brand`: the author_id of the only brand to keep, for example AppleSupport; empty keeps all."""

    brand: str = ""


def load(path: Path, report: Report = ignore, options: Options = Options()) -> Iterator[Conversation]:
    """Yield the conversations of a file of tweets in the order in which their first tweets stand in it.

    Needs about as much room for temporary files as the file has, and up to 900 MB of memory for 3,000,000 tweets.
    """
    with TemporaryDirectory(prefix="tweets-") as folder:
        rows = read_rows(path, Path(folder), options.brand, report)
        if rows is None:
            return
        members = build_threads(rows, path.name, report)
        if members.is_empty():
            report(_nothing(path, options))
        yield from read_talks(path, Path(folder), members, NAME, LICENCE, report)


def _nothing(path: Path, options: Options) -> Finding:
    of = f" of {options.brand}" if options.brand else ""
    fix = "brand must be an author_id exactly as the file writes it" if options.brand else "check the column inbound"
    return Finding("error", "no_conversations", path.name, f"no customer in this file has an answer{of}", fix)
