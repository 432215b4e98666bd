"""The rows of a tweet file: ids, authors and times as numbers in memory, the words in pieces on disk.

Polars reads the file: it alone keeps rows whose text holds a bare carriage return (DuckDB ends the row there).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from scripts.dataset.types import Finding, Report

PIECE_ROWS = 100_000  # of one piece; 16 MB of words

_REQUIRED = ("tweet_id", "author_id", "text")
_OPTIONAL = ("inbound", "created_at", "response_tweet_id", "in_response_to_tweet_id")
_TIME_FORMATS = ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%dT%H:%M:%S%#z", "%Y-%m-%d %H:%M:%S%#z")


def read_rows(path: Path, folder: Path, brand: str, report: Report) -> pl.DataFrame | None:
    """Return one line for each usable tweet, without its words; None if the file cannot be read at all.

    Columns: row, line, id, author (a number), wanted (is it `brand`; true where brand is empty), inbound, at (seconds
    since 1970, or null), parent (an id, or null), replies (the text of the list). Writes row, line and text of each
    piece into `folder` as N.words. Reports rows without id, author or words, and ids that come twice.
    """
    table = _scan(path, report)
    if table is None:
        return None
    frames, line = [], 2
    try:
        for number, piece in enumerate(_pieces(table)):
            numbered = piece.with_columns(line=line + _lines_before(piece))
            line += int(piece.select(_lines_of_row().sum()).item())
            parsed = numbered.select(_columns(brand)).with_columns(_seconds(piece["created_at"]).alias("at"))
            parsed.select("row", "line", "text").write_ipc(folder / f"{number}.words", compression="lz4")
            frames.append(parsed.with_columns(has_text=pl.col("text").str.contains(r"\S")).drop("text"))
    except pl.exceptions.ComputeError as error:
        report(_broken(path, line, error))
    if not frames:
        report(
            Finding("error", "empty_file", path.name, "no row below the columns' names could be read", "fill the file")
        )
        return None
    return _usable(pl.concat(frames), path.name, report)


def _scan(path: Path, report: Report) -> pl.LazyFrame | None:
    """Return the file as text columns under their plain names."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        header = file.readline()
    separator = max(",;\t", key=header.count)
    names = [name.strip().strip('"').lower() for name in header.rstrip("\n").split(separator)]
    missing = ", ".join(name for name in _REQUIRED if name not in names)
    if missing:
        message = f"no column {missing}; the columns are: {', '.join(filter(None, names)) or 'none'}"
        fix = f"name the columns {', '.join((*_REQUIRED, *_OPTIONAL))}"
        report(Finding("error", "missing_column", f"{path.name}:1", message, fix))
        return None
    return pl.scan_csv(
        path,
        separator=separator,
        infer_schema=False,
        truncate_ragged_lines=True,
        encoding="utf8-lossy",
        new_columns=names,
        row_index_name="row",
    )


def _pieces(table: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    names = table.collect_schema().names()
    absent = [pl.lit(None, pl.String).alias(name) for name in _OPTIONAL if name not in names]
    yield from table.with_columns(absent).collect_batches(chunk_size=PIECE_ROWS)


def _lines_of_row() -> pl.Expr:
    return 1 + pl.col("text").str.count_matches("\n", literal=True).fill_null(0).cast(pl.Int64)


def _lines_before(piece: pl.DataFrame) -> pl.Series:
    return piece.select(_lines_of_row().cum_sum() - _lines_of_row()).to_series()


def _columns(brand: str) -> Sequence[pl.Expr]:
    author = pl.col("author_id").str.strip_chars().str.replace(r"\.0+$", "")
    said = pl.col("inbound").str.strip_chars().str.to_lowercase()
    inbound = pl.when(said.is_in(["true", "1", "t", "yes"])).then(True).when(said.is_in(["false", "0", "f", "no"]))
    return (
        pl.col("row").cast(pl.UInt32),
        pl.col("line").cast(pl.UInt32),
        tweet_number(pl.col("tweet_id")).alias("id"),
        author.hash().alias("author"),
        author.is_not_null().alias("has_author"),
        (author == brand if brand else pl.lit(True)).alias("wanted"),
        inbound.then(False).otherwise(author.str.contains(r"^\d+$")).alias("inbound"),
        tweet_number(pl.col("in_response_to_tweet_id")).alias("parent"),
        pl.col("response_tweet_id").alias("replies"),
        pl.col("text"),
    )


def tweet_number(text: pl.Expr) -> pl.Expr:
    """Return ids as numbers, null where there is none; the real file writes some as 3.0."""
    return text.str.strip_chars().str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)


def _seconds(created_at: pl.Series) -> pl.Series:
    """Return times as seconds since 1970, null where none can be read; each further form only where it is needed."""
    sent = created_at.str.strip_chars()
    read = pl.repeat(None, len(sent), dtype=pl.Int64, eager=True)
    for form in _TIME_FORMATS:
        if read.null_count() > sent.null_count():
            read = read.fill_null(sent.str.to_datetime(form, strict=False, time_unit="ms").dt.epoch("s"))
    return read


def _usable(rows: pl.DataFrame, where: str, report: Report) -> pl.DataFrame:
    """Leave out what cannot be used, each reason counted."""
    is_blank = pl.col("id").is_null() & ~pl.col("has_author") & pl.col("has_text").is_null()
    rows = rows.filter(~is_blank)
    for check, is_wrong, what, fix in _REASONS:
        wrong = rows.filter(is_wrong)
        if wrong.height:
            tell(report, check, where, wrong, f"{wrong.height:,} rows left out: {what}", fix)
            rows = rows.filter(~is_wrong)
    timeless = rows.filter(pl.col("at").is_null())
    message = f"{timeless.height:,} tweets without a time that can be read: put behind what they answer"
    tell(report, "unreadable_time", where, timeless, message, "write created_at as in the original file")
    return rows.drop("has_author", "has_text").with_columns(pl.col("author").rank("dense").cast(pl.UInt32))


_REASONS = (
    ("unreadable_id", pl.col("id").is_null(), "tweet_id is no whole number", "check the row's quotation marks"),
    ("no_author", ~pl.col("has_author"), "author_id is empty", "fill it in, or leave it so"),
    ("no_text", ~pl.col("has_text").fill_null(False), "text is empty", ""),
    (
        "same_id_twice",
        pl.col("id").is_duplicated() & ~pl.col("id").is_first_distinct(),
        "their tweet_id came before",
        "",
    ),
)


def tell(report: Report, check: str, where: str, rows: pl.DataFrame, message: str, fix: str = "") -> None:
    """Report one finding for many rows, at the line of the first; none for no rows."""
    if rows.height:
        report(Finding("warning", check, f"{where}:{rows['line'][0]}", message, fix))


def _broken(path: Path, line: int, error: pl.exceptions.ComputeError) -> Finding:
    cause = str(error).splitlines()[0][:80] if "could not parse" not in str(error) else "a quotation mark never closes"
    return Finding(
        "error",
        "broken_csv",
        f"{path.name}:{line}",
        f"the file cannot be read to its end: {cause}; what comes after this line may be missing",
        "close the quotation mark, or double those inside a quoted text",
    )
