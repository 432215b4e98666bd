"""The way of the articles, written for comparison: pandas, a row at a time.

For each row its parent is looked up in the whole table, the words of both are cleaned with a regular expression, and
the pair is appended to a table of pairs, which is written row by row. No threads are rebuilt, and split answers, lists
of replies, several customers, entities and signatures are left as they are: it does less than scripts/sources/tweets.py
does.
"""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd


def write_lines(tweets: Path, out: Path) -> int:
    """Write the lines and return how many there are."""
    table = pd.read_csv(tweets, lineterminator="\n")
    pairs = pd.DataFrame(columns=["prompt", "completion"])
    for _, row in table.iterrows():
        parent = table[table["tweet_id"] == row["in_response_to_tweet_id"]]
        if len(parent) and not row["inbound"]:
            pair = {"prompt": _clean(parent.iloc[0]["text"]), "completion": _clean(row["text"])}
            pairs = pd.concat([pairs, pd.DataFrame([pair])], ignore_index=True)
    with out.open("w", encoding="utf-8") as file:
        for _, pair in pairs.iterrows():
            file.write(json.dumps(_line(pair["prompt"], pair["completion"]), ensure_ascii=False) + "\n")
    return len(pairs)


def _clean(text: str) -> str:
    return re.sub(r"@\w+|https?://\S+", "", text).strip()


def _line(prompt: str, completion: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": completion}]}
