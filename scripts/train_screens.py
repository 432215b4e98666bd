"""Learn the weights of the safety screens' classifiers from labelled lines; writes app/safety/weights/NAME.tsv.

How well a threshold does is printed for lines that the weights were not learned from (five folds, in which lines
written together are held out together). Same lines, same file. Lines of the measured halves are never to be given
here: they would prove nothing afterwards.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path

import click
import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from app.safety.classifier import EDGE, WINDOW, parts_of, phrases_of, shrinkage
from app.safety.normalise import normalise
from app.safety.pattern_compiler import LEVELS
from app.safety.pattern_files import load_patterns
from app.safety.replies import VARIANTS, crisis_reply, follow_up
from app.safety.rules import sentences
from app.safety.tables import FOLDER, languages_in, read_table
from scripts.dataset.files import write_whole
from scripts.progress import progress
from scripts.sources import chat_transcripts

_FOLDS = 5
_BLOCK = 40  # lines that were written one after the other, and are held out together
_HARMLESS = ("none", "pass", "other")


@dataclass(frozen=True, slots=True)
class Lines:
    """Words, the edges among them, and class of each labelled line, each text once."""

    tokens: Sequence[tuple[str, ...]]
    labels: np.ndarray  # of str


@dataclass(frozen=True, slots=True)
class Features:
    """The features' names, and what each is multiplied by before it is learned: by how rare it is."""

    names: np.ndarray  # of str
    scales: np.ndarray


CLASSES: Mapping[str, str] = {"risk": "label", "replies": "kind", "questions": "kind"}
"""The column that names the class of a line that must alarm, for each screen."""


@click.command(epilog="\b\nexample:\n  python -m scripts.train_screens risk scripts/data/safety/tuning*.csv")
@click.argument("name", type=click.Choice(sorted(CLASSES)))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--harmless",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Conversations (YAML or chat JSONL) in which nobody is at risk and every answer is good.",
)
@click.option("--threshold", type=float, required=True, help="Log-odds from which a text alarms.")
@click.option("--strength", default=0.05, show_default=True, help="Inverse of the regularisation.")
@click.option("--keep", default=80_000, show_default=True, help="Words, phrases and parts of words to keep.")
def main(name: str, files: Sequence[Path], harmless: Path | None, threshold: float, strength: float, keep: int) -> None:
    """Learn the classifier NAME from CSV FILES with the columns text, label and kind."""
    rows = chain(chain.from_iterable(map(read_rows, files)), harmless_rows(harmless, name) if harmless else ())
    lines = read_lines(with_sentences(chain(rows, own_words())) if name == "replies" else rows, CLASSES[name])
    matrix, features = count_features(lines)
    click.echo(f"{name}: {len(lines.labels):,} lines, {len(features.names):,} features", err=True)
    matrix, features = choose(matrix, features, fit(matrix, lines.labels, strength), keep)
    path = FOLDER / "weights" / f"{name}.tsv"
    write(path, fit(matrix, lines.labels, strength), features, threshold)
    odds = held_out_odds(matrix, lines.labels, strength)
    is_harmless = np.isin(lines.labels, _HARMLESS)
    click.echo(f"{path.name}: {len(lines.labels):,} lines, {len(features.names):,} features")
    found, alarms = ((odds[group] > threshold).mean() for group in (~is_harmless, is_harmless))
    click.echo(f"held out: {found:.3f} found, {alarms:.3f} of harmless lines alarm; near twins, so harder than life")


def read_lines(rows: Iterable[Mapping[str, str]], column: str) -> Lines:
    """Return the lines of all rows; `column` names the class of those that must alarm."""
    found: dict[tuple[str, ...], str] = {}
    lexicon = load_patterns().lexicon
    with progress("lines") as step:
        for row in rows:
            tokens = (EDGE, *normalise(row["text"], lexicon), EDGE)
            is_harmless = row["label"] in _HARMLESS
            for part in windows(tokens) if is_harmless else (tokens,):
                found.setdefault(part, row["label"] if is_harmless else row[column])
            step()
    return Lines(list(found), np.array(list(found.values())))


def windows(tokens: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the parts of a text that the classifier will judge: where the whole is harmless, each of them is."""
    return (tokens[start : start + WINDOW] for start in range(0, max(1, len(tokens) - WINDOW // 2), WINDOW // 2))


def read_rows(file: Path) -> Iterator[Mapping[str, str]]:
    """Yield the rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as rows:
        yield from csv.DictReader(rows)


def with_sentences(rows: Iterable[Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    """Yield each row, and each sentence of a harmless one: else "no question at the end" would count as bad."""
    for row in rows:
        yield row
        if row["label"] in _HARMLESS:
            yield from ({**row, "text": sentence} for sentence in sentences(row["text"]))


def own_words() -> Iterator[Mapping[str, str]]:
    """Yield the fixed words that we send ourselves, in all languages: the screen of replies must let them pass."""
    for file in sorted([*(FOLDER / "replies").glob("*.toml"), *(FOLDER / "honesty" / "words").glob("*.toml")]):
        yield from ({"text": text.replace("{name}", "JOY"), "label": "pass"} for text in texts_in(read_table(file)))
    for level, language, variant in product(LEVELS[1:], languages_in(FOLDER / "replies"), range(VARIANTS)):
        for words in (crisis_reply, follow_up):
            yield from (
                {"text": words(level, language, "GB", variant, is_minor), "label": "pass"} for is_minor in (False, True)
            )


def texts_in(value: object) -> Iterator[str]:
    """Yield every text of a table, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(inner)


def harmless_rows(file: Path, name: str) -> Iterator[Mapping[str, str]]:
    """Yield what one side says in conversations: the assistant for the screen of replies, else the user."""
    role, label = ("assistant", "pass") if name == "replies" else ("user", "none")
    for conversation in chat_transcripts.load(file):
        yield from ({"text": said.text, "label": label} for said in conversation.messages if said.role == role)


def all_features(tokens: Sequence[str]) -> Counter[str]:
    """Return how often each word, phrase and part of a word stands in a text."""
    counts = Counter(tokens)
    counts.update(filter(None, chain.from_iterable(phrases_of(tokens))))
    for token in tokens:
        counts.update(parts_of(token))
    return counts


def count_features(lines: Lines) -> tuple[csr_matrix, Features]:
    """Return (lines x features, the features): counts times rarity, shrunk by length; once is not enough."""
    words = DictVectorizer()
    counts = words.fit_transform([all_features(tokens) for tokens in lines.tokens])
    lines_with = np.asarray((counts > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero(lines_with > 1)
    rarity = np.log((1 + len(lines.tokens)) / (1 + lines_with[kept])) + 1
    shrink = diags([shrinkage(len(tokens)) for tokens in lines.tokens])
    names = np.array(words.feature_names_)[kept]
    return csr_matrix(shrink @ counts[:, kept] @ diags(rarity)), Features(names, rarity)


def choose(matrix: csr_matrix, features: Features, model: LogisticRegression, keep: int) -> tuple[csr_matrix, Features]:
    """Return the columns that move most lines most, and all words: they stand for their parts, too."""
    lines_with = np.asarray((matrix > 0).sum(axis=0)).ravel()
    movement = np.abs(model.coef_).max(axis=0) * features.scales * np.sqrt(lines_with)
    movement[[is_word(name) for name in features.names]] = np.inf
    chosen = np.sort(np.argsort(-movement, kind="stable")[:keep])
    return matrix[:, chosen], Features(features.names[chosen], features.scales[chosen])


def fit(matrix: csr_matrix, labels: np.ndarray, strength: float) -> LogisticRegression:
    """Return the model; the same lines give the same weights."""
    return LogisticRegression(C=strength, max_iter=500, tol=1e-3).fit(matrix, labels)


def held_out_odds(matrix: csr_matrix, labels: np.ndarray, strength: float) -> np.ndarray:
    """Return the log-odds of any alarm for each line, from weights that were learned without it."""
    odds = np.zeros(len(labels))
    with progress("held-out folds", _FOLDS) as step:
        blocks = np.arange(len(labels)) // _BLOCK
        for learned, held_out in GroupKFold(_FOLDS).split(matrix, groups=blocks):
            model = fit(matrix[learned], labels[learned], strength)
            safe = model.predict_proba(matrix[held_out])[:, np.isin(model.classes_, _HARMLESS)].sum(axis=1)
            odds[held_out] = np.log1p(-safe) - np.log(safe)
            step()
    return odds


def write(path: Path, model: LogisticRegression, features: Features, threshold: float) -> None:
    """Write the weights against the harmless class, whole or not at all."""
    harmless = int(np.flatnonzero(np.isin(model.classes_, _HARMLESS))[0])
    alarming = [number for number in range(len(model.classes_)) if number != harmless]
    weights = np.rint((model.coef_[alarming] - model.coef_[harmless]) * features.scales * 100).astype(int).T
    table = fold_parts(dict(zip(features.names, weights, strict=True)))
    head = {
        "labels": [str(model.classes_[number]) for number in alarming],
        "bias": [round(float(value), 4) for value in model.intercept_[alarming] - model.intercept_[harmless]],
        "threshold": round(threshold, 4),
    }
    rows = ["\t".join([feature, *map(str, weight)]) for feature, weight in sorted(table.items())]
    write_whole(path, "\n".join([json.dumps(head), *rows]) + "\n")


def fold_parts(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the features, each word with the weight of its parts added, as the classifier reads them."""
    return {
        feature: sum((weights[p] for p in parts_of(feature) if p in weights), weight) if is_word(feature) else weight
        for feature, weight in weights.items()
    }


def is_word(feature: str) -> bool:
    """Tell words from phrases and parts of words."""
    return not feature.startswith("#") and " " not in feature


if __name__ == "__main__":
    main()
