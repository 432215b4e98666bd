"""The order in which examples are learnt."""

from array import array
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from scripts.local_engine.trainer.batches import plan_epoch, split_batch
from scripts.local_engine.trainer.examples import Example, Item

_ITEMS = st.lists(st.integers(1, 50), min_size=1, max_size=60).map(lambda lengths: [_item(n) for n in lengths])


def _item(length: int) -> Item:
    return (Example(array("i", range(length)), bytes(length)),)


def _lengths(items: Sequence[Item]) -> list[int]:
    return sorted(len(example.ids) for item in items for example in item)


@given(items=_ITEMS, batch_size=st.integers(1, 9), epoch=st.integers(0, 3))
def test_an_epoch_holds_every_example_once(items: list[Item], batch_size: int, epoch: int) -> None:
    """No example is lost or seen twice, no batch is too large, and the same seed gives the same order."""
    batches = plan_epoch(items, batch_size, 7, epoch)

    assert _lengths([item for batch in batches for item in batch]) == _lengths(items)
    assert max(map(len, batches)) <= batch_size
    assert len(batches) == -(-len(items) // batch_size)
    assert batches == plan_epoch(items, batch_size, 7, epoch)


def test_epochs_differ() -> None:
    """Another epoch and another seed have another order."""
    items = [_item(n) for n in range(1, 40)]

    orders = [plan_epoch(items, 4, seed, epoch) for seed, epoch in ((1, 0), (1, 1), (2, 0))]

    assert orders[0] != orders[1] != orders[2] != orders[0]


@given(items=_ITEMS, most=st.integers(1, 120))
def test_parts_of_a_batch_have_a_bound(items: list[Item], most: int) -> None:
    """Padded, a part has at most so many tokens, unless one example alone has more; nothing is lost."""
    parts = list(split_batch(items, most))

    assert all(len(part) == 1 or len(part) * max(_lengths(part)) <= most for part in parts)
    assert _lengths([item for part in parts for item in part]) == _lengths(items)
