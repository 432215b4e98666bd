"""In which order examples are learnt: shuffled by the seed, neighbours of like length, so that little is padding."""

import random
from collections.abc import Iterator, Sequence

from scripts.local_engine.trainer.examples import Item, iterate

_WINDOW = 16  # batches whose examples are sorted by length together; more would hardly be an order by chance


def plan_epoch(items: Sequence[Item], batch_size: int, seed: int, epoch: int) -> list[Sequence[Item]]:
    """Return the batches of an epoch. The same arguments give the same batches, whatever was trained before."""
    chance = random.Random(f"{seed}:{epoch}")
    shuffled = chance.sample(items, len(items))
    batches = [
        batch
        for window in iterate(shuffled, batch_size * _WINDOW)
        for batch in iterate(sorted(window, key=_length, reverse=True), batch_size)
    ]
    chance.shuffle(batches)
    return batches


def split_batch(batch: Sequence[Item], max_tokens: int) -> Iterator[Sequence[Item]]:
    """Yield a batch in parts of at most `max_tokens` with padding, so that memory has a bound; one item at least."""
    part: list[Item] = []
    for item in sorted(batch, key=_length):
        rows = (len(part) + 1) * len(item)
        if part and rows * _length(item) > max_tokens:
            yield part
            part = []
        part.append(item)
    if part:
        yield part


def _length(item: Item) -> int:
    return max(len(example.ids) for example in item)
