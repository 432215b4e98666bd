"""Which tweets make one conversation, and in which order: arithmetic on ids, without a word of the text.

Chains are followed by doubling: every tweet jumps to its parent, then to where that one has jumped to, and so on, so
that a thread of any depth takes a handful of passes over whole columns.
"""

from collections.abc import Callable

import polars as pl

from scripts.dataset.types import Report
from scripts.sources.tweet_rows import tell, tweet_number


def build_threads(rows: pl.DataFrame, where: str, report: Report) -> pl.DataFrame:
    """Return (talk, place, row, inbound, thread) of each tweet of each conversation, sorted by talk and place.

    `talk` numbers the conversations, `place` all lines, `thread` is the id that opened the thread. Only
    the conversations with wanted brands are kept. What is left out is reported by reason.
    """
    rows = _follow(_with_parents(rows, where, report))
    rows = rows.with_columns(_partner(rows))
    members = _members(rows)
    left_out = rows.filter(~pl.col("at_row").is_in(members["at_row"].implode()))
    for check, is_side, what in (
        ("unanswered_customer", pl.col("inbound"), "customers whom no brand answers"),
        ("brand_alone", ~pl.col("inbound"), "brands that answer no customer"),
    ):
        side = left_out.filter(is_side)
        tell(report, check, where, side, f"{side.height:,} tweets of {what} are left out")
    if not rows["wanted"].all():
        members = members.filter(rows["wanted"].gather(members["pair"]))
    return _numbered(members, rows)


def _with_parents(rows: pl.DataFrame, where: str, report: Report) -> pl.DataFrame:
    """Return rows with `up`: the position of the tweet that each answers, its own where it opens a thread."""
    rows = rows.with_row_index("at_row").rename({"parent": "parent_id"})
    places = rows.select(parent_id="id", up="at_row")
    filled = rows.select("id", "replies").drop_nulls("replies")
    listed = (
        filled.select(filler="id", id=pl.col("replies").str.split(","))
        .explode("id")
        .select("filler", id=tweet_number(pl.col("id")))
        .drop_nulls()
        .group_by("id")
        .agg(pl.col("filler").min())
    )
    rows = rows.drop("replies").join(listed, on="id", how="left", maintain_order="left")
    rows = rows.with_columns(parent_id=pl.coalesce("parent_id", "filler")).drop("filler")
    rows = rows.join(places, on="parent_id", how="left", maintain_order="left")
    _tell_odd(rows, where, report)
    rows = rows.with_columns(up=pl.coalesce("up", "at_row"))
    return _without_circles(rows, where, report)


def _tell_odd(rows: pl.DataFrame, where: str, report: Report) -> None:
    missing = rows.filter(pl.col("parent_id").is_not_null() & pl.col("up").is_null())
    tell(report, "missing_parent", where, missing, f"{missing.height:,} tweets answer one that is not in the file")
    own = rows.filter(pl.col("up") == pl.col("at_row"))
    tell(report, "self_reply", where, own, f"{own.height:,} tweets answer themselves; taken as the first of a thread")


def _without_circles(rows: pl.DataFrame, where: str, report: Report) -> pl.DataFrame:
    """Open each circle at its smallest id."""
    end = _ends(rows["up"])
    lost = end.filter(rows["up"].gather(end) != end).unique()
    openers = _smallest_of_circles(
        dict(zip(lost.to_list(), rows["up"].gather(lost).to_list(), strict=True)), rows["id"]
    )
    circles = rows[openers]
    tell(report, "circle", where, circles, f"{circles.height:,} circles of tweets that answer each other were opened")
    is_opener = pl.col("at_row").is_in(openers)
    return rows.with_columns(up=pl.when(is_opener).then("at_row").otherwise("up"))


def _smallest_of_circles(next_of: dict[int, int], ids: pl.Series) -> list[int]:
    """Return one position of each circle; `next_of` holds the tweets on circles and nothing else."""
    openers: list[int] = []
    seen: set[int] = set()
    for start in sorted(next_of):
        circle = []
        while start not in seen:
            seen.add(start)
            circle.append(start)
            start = next_of[start]
        if circle:
            openers.append(min(circle, key=lambda place: int(ids[place])))
    return openers


def _follow(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the thread's first tweet, the depth below it, and a time not before any tweet above."""
    up = rows["up"]
    depth = _along(up, (up != rows["at_row"]).cast(pl.UInt32), lambda own, above: own + above)
    sent = _along(up, rows["at"].fill_null(0), _later)
    return rows.with_columns(root=_ends(up), depth=depth, sent=sent).drop("at", "parent_id")


def _later(own: pl.Series, above: pl.Series) -> pl.Series:
    return pl.select(pl.max_horizontal(own, above)).to_series()


def _ends(up: pl.Series) -> pl.Series:
    """Return where each chain ends; a chain that runs into a circle ends somewhere on it."""
    return _along(up, up, lambda _, above: above)


def _along(up: pl.Series, value: pl.Series, combine: Callable[[pl.Series, pl.Series], pl.Series]) -> pl.Series:
    """Return `value` of each tweet combined with those of all tweets above it."""
    for _ in range(len(up).bit_length()):
        value = combine(value, value.gather(up))
        further = up.gather(up)
        if further.equals(up):
            break
        up = further
    return value


def _partner(rows: pl.DataFrame) -> pl.Series:
    """Return the author whom each tweet answers across the counter; null where there is none.

    For a brand the customer above its own run of tweets, for a customer the brand.
    """
    same = rows.select((pl.col("author") == pl.col("author").gather("up")) & (pl.col("up") != pl.col("at_row")))
    run = rows.select(pl.when(same.to_series()).then("up").otherwise("at_row")).to_series()
    above = rows["up"].gather(_ends(run))
    across = rows["inbound"].gather(above) != rows["inbound"]
    return pl.select(pl.when(across).then(rows["author"].gather(above))).to_series().alias("partner")


def _members(rows: pl.DataFrame) -> pl.DataFrame:
    """Return (pair, at_row): each tweet once for every pair of customer and brand in whose conversation it belongs.

    `pair` is the position of the brand's first tweet to that customer in the thread.
    """
    customer = pl.when("inbound").then("author").otherwise("partner")
    brand = pl.when("inbound").then("partner").otherwise("author")
    thread_customer = pl.col("root").cast(pl.UInt64) * 2**32 + customer  # one number: half the memory of two keys
    sides = (
        rows.lazy().select("at_row", "inbound", asks=thread_customer, brand=brand).filter(pl.col("asks").is_not_null())
    )
    pairs = sides.filter(~pl.col("inbound")).group_by("asks", "brand").agg(pair=pl.col("at_row").min())
    to_one = sides.join(pairs, on=["asks", "brand"]).select("pair", "at_row")
    to_all = sides.filter(pl.col("brand").is_null()).join(pairs, on="asks").select("pair", "at_row")
    return pl.concat([to_one, to_all]).collect(engine="streaming")


def _numbered(members: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Number the conversations in the order of their first rows; where they share it, of their first answers."""
    first = members.group_by("pair").agg(first=pl.col("at_row").min()).sort("first", "pair")
    numbers = first.select("pair", talk=pl.int_range(pl.len(), dtype=pl.UInt32))
    members = members.join(numbers, on="pair").drop("pair")
    order = rows.select("at_row", "sent", "depth", "id")
    members = members.join(order, on="at_row").sort("talk", "sent", "depth", "id").select("talk", "at_row")
    tweets = rows[members["at_row"]].select(
        "row", "inbound", thread=rows["id"].gather(rows["root"]).gather(members["at_row"])
    )
    return tweets.with_columns(members["talk"], place=pl.int_range(pl.len(), dtype=pl.UInt32))
