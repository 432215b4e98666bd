"""Learn the weights of the safety screens' classifiers from labelled lines; writes app/safety/weights/NAME.tsv.

How well a threshold does is printed for lines that the weights were not learned from (five folds, in which lines
written together are held out together). Same lines, same file. Lines of the measured halves are never to be given
here: they would prove nothing afterwards.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path

import click
import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from app.safety.classifier import EDGE, WINDOW, parts_of, phrases_of, shrinkage
from app.safety.normalise import normalise
from app.safety.pattern_compiler import LEVELS
from app.safety.pattern_files import load_patterns
from app.safety.replies import VARIANTS, crisis_reply, follow_up
from app.safety.rules import sentences
from app.safety.screen import read_user, signs
from app.safety.tables import FOLDER, languages_in, read_table
from scripts.dataset.files import write_whole
from scripts.progress import progress
from scripts.sources import chat_transcripts

_FOLDS = 5
_BLOCK = 40  # lines that were written one after the other, and are held out together
_HARMLESS = ("none", "pass", "other")
_SIGN = 3.0  # how loud a sign is beside a word: rules are few, and each was thought about


@dataclass(frozen=True, slots=True)
class Lines:
    """Words, signs and class of each labelled line, each text once."""

    tokens: Sequence[tuple[str, ...]]
    signs: Sequence[tuple[str, ...]]
    labels: np.ndarray  # of str


@dataclass(frozen=True, slots=True)
class Features:
    """The features' names, and what each is multiplied by before it is learned: words by how rare they are."""

    names: Sequence[str]
    scales: np.ndarray


Reader = Callable[[str], tuple[tuple[str, ...], tuple[str, ...]]]


def _read_user(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tokens, found = read_user(text)
    return tokens, signs(found)


def _read_words(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return normalise(text, load_patterns().lexicon), ()


SCREENS: Mapping[str, tuple[Reader, str]] = {
    "risk": (_read_user, "label"),
    "replies": (_read_words, "kind"),
    "questions": (_read_words, "kind"),
}
"""How each screen reads a text, and the column that names the class of a line that must alarm."""


@click.command(epilog="\b\nexample:\n  python -m scripts.train_screens risk scripts/data/safety/tuning*.csv")
@click.argument("name", type=click.Choice(sorted(SCREENS)))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--harmless",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Conversations (YAML or chat JSONL) in which nobody is at risk and every answer is good.",
)
@click.option("--threshold", type=float, required=True, help="Log-odds from which a text alarms.")
@click.option("--strength", default=0.05, show_default=True, help="Inverse of the regularisation.")
@click.option("--keep", default=40_000, show_default=True, help="Phrases and parts of words to keep, by weight.")
def main(name: str, files: Sequence[Path], harmless: Path | None, threshold: float, strength: float, keep: int) -> None:
    """Learn the classifier NAME from CSV FILES with the columns text, label and kind."""
    reader, column = SCREENS[name]
    rows = chain(chain.from_iterable(map(read_rows, files)), harmless_rows(harmless, name) if harmless else ())
    lines = read_lines(with_sentences(chain(rows, own_words())) if name == "replies" else rows, reader, column)
    matrix, features = count_features(lines)
    odds = held_out_odds(matrix, lines.labels, strength)
    is_harmless = np.isin(lines.labels, _HARMLESS)
    path = FOLDER / "weights" / f"{name}.tsv"
    kept = write(path, fit(matrix, lines.labels, strength), features, threshold, keep)
    click.echo(f"{path.name}: {len(lines.labels):,} lines, {kept:,} of {len(features.names):,} features kept")
    found, alarms = ((odds[group] > threshold).mean() for group in (~is_harmless, is_harmless))
    click.echo(f"held out: {found:.3f} found, {alarms:.3f} of harmless lines alarm; near twins, so harder than life")


def read_lines(rows: Iterable[Mapping[str, str]], reader: Reader, column: str) -> Lines:
    """Return the lines of all rows; `column` names the class of those that must alarm."""
    found: dict[tuple[str, ...], tuple[tuple[str, ...], str]] = {}
    with progress("lines") as step:
        for row in rows:
            tokens, seen = reader(row["text"])
            is_harmless = row["label"] in _HARMLESS
            for part in windows(tokens) if is_harmless else (tokens,):
                found.setdefault(part, (seen, row["label"] if is_harmless else row[column]))
            step()
    return Lines(list(found), [seen for seen, _ in found.values()], np.array([label for _, label in found.values()]))


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
    padded = (EDGE, *tokens, EDGE)
    counts = Counter(padded)
    counts.update(filter(None, chain.from_iterable(phrases_of(padded))))
    for token in padded:
        counts.update(parts_of(token))
    return counts


def count_features(lines: Lines) -> tuple[csr_matrix, Features]:
    """Return (lines x features, the features): counts times rarity, shrunk by length; then the signs."""
    words, seen = DictVectorizer(), DictVectorizer()
    counts = words.fit_transform([all_features(tokens) for tokens in lines.tokens])
    lines_with = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log((1 + len(lines.tokens)) / (1 + lines_with)) + 1
    shrink = diags([shrinkage(len(tokens) + 2) for tokens in lines.tokens])
    marks = seen.fit_transform([dict.fromkeys(signs, 1.0) for signs in lines.signs])
    names = [*words.feature_names_, *seen.feature_names_]
    scales = np.concatenate([rarity, np.full(marks.shape[1], _SIGN)])
    return csr_matrix(hstack([shrink @ counts, marks]) @ diags(scales)), Features(names, scales)


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


def write(path: Path, model: LogisticRegression, features: Features, threshold: float, keep: int) -> int:
    """Write the weights against the harmless class, whole or not at all; return how many features they hold."""
    harmless = int(np.flatnonzero(np.isin(model.classes_, _HARMLESS))[0])
    alarming = [number for number in range(len(model.classes_)) if number != harmless]
    weights = np.rint((model.coef_[alarming] - model.coef_[harmless]) * features.scales * 100).astype(int).T
    table = telling(fold_parts(dict(zip(features.names, weights, strict=True))), keep)
    head = {
        "labels": [str(model.classes_[number]) for number in alarming],
        "bias": [round(float(value), 4) for value in model.intercept_[alarming] - model.intercept_[harmless]],
        "threshold": round(threshold, 4),
    }
    rows = ["\t".join([feature, *map(str, weight)]) for feature, weight in sorted(table.items())]
    write_whole(path, "\n".join([json.dumps(head), *rows]) + "\n")
    return len(rows)


def telling(weights: Mapping[str, np.ndarray], keep: int) -> dict[str, np.ndarray]:
    """Return words and signs, and of phrases and parts of words the `keep` that move a verdict most."""
    words = {feature for feature in weights if is_word(feature) or feature.startswith("=")}
    others = sorted(weights.keys() - words, key=lambda feature: (-int(np.abs(weights[feature]).max()), feature))
    return {feature: weights[feature] for feature in (*words, *others[:keep])}


def fold_parts(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the features, each word with the weight of its parts added, as the classifier reads them."""
    return {
        feature: sum((weights[part] for part in parts_of(feature)), weight) if is_word(feature) else weight
        for feature, weight in weights.items()
    }


def is_word(feature: str) -> bool:
    """Tell words from phrases, parts of words and signs."""
    return not feature.startswith(("#", "=")) and " " not in feature


if __name__ == "__main__":
    main()
