"""What the words of a tweet are, without what only Twitter needed. The rules stand in tweets.py, in their order."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

_ENTITIES = {
    "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&apos;": "'", "&nbsp;": " ", "&hellip;": "…",
    "&ndash;": "–", "&mdash;": "—", "&rsquo;": "’", "&amp;": "&",
}  # fmt: skip

_NAME = "[0-9A-Za-z_]"  # of handles, not \\w: all letters of the world make a pattern slow to compile
_MARK = r"\(?([1-9])\s?/\s?([2-9])\)?"
_PARTS_AT_END = rf"(?:^|\s){_MARK}\s*$"
_PARTS_AT_START = rf"^\s*{_MARK}(?:\s|$)"
_SIGNATURES = (
    r"\^\s?[A-Za-z.]{1,15}",  # ^JK ^Nora
    r"(^|[\s.,!?…])[*/~][A-Z][A-Z.]{0,3}",  # *JK /JK
    r"(?:^|\s)[-–—]{1,2}[A-Z][A-Z.]{0,3}",  # -JK
    r"([.!?…):;]|\b(?:[Tt]hanks|[Tt]hx|TY|[Cc]heers|[Rr]egards))\s+[-–—]\s?[A-Z][a-z]{1,14}",  # Thanks - Pia
)
_SIGNATURE = rf"(?:{'|'.join(_SIGNATURES)})\s*$"
_LINK = r"https?://[^\s\"”)]*[^\s\"”).,;:!?]"


@dataclass(frozen=True, slots=True)
class Rule:
    """What matches `pattern` becomes `becomes` in the tweets that `of` chooses, all if it is None."""

    check: str
    pattern: str
    becomes: str = ""
    of: pl.Expr | None = None


_BRAND, _PART = ~pl.col("inbound"), pl.col("part").is_not_null()

BEFORE_PARTS = (
    Rule("line_breaks", r"\r\n?|[\v\f\x{85}\x{2028}\x{2029}]", "\n"),
    Rule("cut_words_removed", rf"(?s)^(?:(.*[.!?])\s)?[^.!?]*[^\s.…](?:\.\.\.|…)\s*{_LINK}\s*$", "${1}", _BRAND),
    Rule("links_removed", rf"(?:\s*[-–:>]+)?\s*{_LINK}"),
    Rule("masks_written", r"__([a-z]+(?:_[a-z]+)*)__", "[${1}]"),
    Rule("handles_removed", rf"^(?:\s*\.?@{_NAME}+[:,]?)+\s*|(?:\s+@{_NAME}+)+\s*$"),
    Rule("numbers_removed", r"[ \t]*@[0-9]+\b"),
    Rule("names_kept", rf"(^|[^0-9A-Za-z_@])@({_NAME}+)", "${1}${2}"),
)
AFTER_PARTS = (
    Rule("part_marks_removed", rf"{_PARTS_AT_END}|{_PARTS_AT_START}", "", _PART),
    Rule("signatures_removed", _SIGNATURE, "${1}${2}", _BRAND),
    Rule("part_marks_removed", _PARTS_AT_END, "", _PART & _BRAND),
    Rule("spaces_joined", r"[ \t\x{a0}]*\n[ \t\x{a0}]*\n?\s*", "\n"),
    Rule("spaces_joined", r"[ \t\x{a0}]{2,}|[\t\x{a0}]", " "),
)
DOING: Mapping[str, str] = {
    "entities_read": "had HTML entities like &amp;, now the characters",
    "line_breaks": "had carriage returns, now line breaks",
    "cut_words_removed": "of brands were cut by Twitter, the unfinished sentence removed",
    "links_removed": "had links, removed",
    "masks_written": "had masks like __email__, now [email]",
    "handles_removed": "had handles at an end, removed",
    "numbers_removed": "had @numbers for people within a sentence, removed",
    "names_kept": "had @names within a sentence, kept without @",
    "part_marks_removed": "were marked as a part like 1/2, mark removed",
    "signatures_removed": "were signed by an agent, signature removed",
    "spaces_joined": "had spaces or empty lines in a row, now one",
}
"""What a finding says after the number of tweets."""


def clean_words(tweets: pl.DataFrame) -> tuple[pl.DataFrame, Mapping[str, int]]:
    """Return tweets (text, inbound, ...) with clean `text`, `part` and `parts`, and the changes by check."""
    steps = tweets.lazy().with_columns(pl.lit(0, pl.UInt8).alias(check) for check in DOING)
    steps = _apply(steps, "entities_read", pl.col("text").str.replace_many(_ENTITIES))
    for rule in BEFORE_PARTS:
        steps = _apply(steps, rule.check, _replaced(rule))
    steps = _with_parts(steps)
    for rule in AFTER_PARTS:
        steps = _apply(steps, rule.check, _replaced(rule))
    cleaned = steps.with_columns(pl.col("text").str.strip_chars()).collect()
    return cleaned.drop(DOING), cleaned.select(pl.col(check).cast(pl.Int64).sum() for check in DOING).row(0, named=True)


def _replaced(rule: Rule) -> pl.Expr:
    replaced = pl.col("text").str.replace_all(rule.pattern, rule.becomes)
    return replaced if rule.of is None else pl.when(rule.of).then(replaced).otherwise("text").alias("text")


def _apply(steps: pl.LazyFrame, check: str, text: pl.Expr) -> pl.LazyFrame:
    """Replace the text, and count in the column of the check whether that changed it."""
    return (
        steps.with_columns(_new=text)
        .with_columns(pl.col("_new").alias("text"), pl.col(check) + (pl.col("_new") != pl.col("text")))
        .drop("_new")
    )


def _with_parts(tweets: pl.LazyFrame) -> pl.LazyFrame:
    """Read 1/2, (2/2) or "2/2 ^JK" at either end as (part, parts); 3/2 and 24/7 are no parts."""
    unsigned = pl.when(_BRAND).then(pl.col("text").str.replace(_SIGNATURE, "")).otherwise("text")
    ends = ((unsigned, _PARTS_AT_END), (pl.col("text"), _PARTS_AT_END), (pl.col("text"), _PARTS_AT_START))
    tweets = tweets.with_columns(
        pl.coalesce(text.str.extract(pattern, group) for text, pattern in ends).cast(pl.UInt8).alias(name)
        for group, name in ((1, "part"), (2, "parts"))
    )
    is_part = pl.col("part") <= pl.col("parts")
    return tweets.with_columns(pl.when(is_part).then(name).alias(name) for name in ("part", "parts"))
