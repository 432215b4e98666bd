"""Money comes from the price file, tokens from the vocabulary where there is one."""

from pathlib import Path

import pytest

from app.core.types import Message
from scripts.dataset.cost import BadPrices, default_epochs, price_of, read_prices
from scripts.dataset.limits import BadLimits, limit_of, read_limits
from scripts.dataset.tokens import count_messages, count_text


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("ft:gpt-4.1-mini-2025-04-14:me:joy:abc", "gpt-4.1-mini"),
        ("gpt-4o", "gpt-4o"),
        ("davinci-002", "davinci-002"),
        ("ft:smollm2-135m:local:joy:1", "smollm2-135m"),
    ],
)
def test_a_model_finds_its_row(model: str, row: str) -> None:
    """Dated and tuned names find the price of their base, never that of a shorter namesake."""
    found = price_of(model, read_prices())

    assert found is not None
    assert found.model == row


def test_an_unknown_model_has_no_price() -> None:
    """No row, no money: a price is never guessed."""
    assert price_of("mistral-large", read_prices()) is None


def test_training_costs_tokens_times_epochs() -> None:
    """A million tokens seen three times cost three times the row's figure."""
    price = read_prices()["gpt-4o-mini"]

    assert price.for_training(1_000_000, 3) == pytest.approx(9.0)
    assert price.for_calls(1_000_000, 500_000) == pytest.approx(0.9)


def test_a_broken_price_file_names_itself(tmp_path: Path) -> None:
    """A row without a date is an error that says what a row holds."""
    path = tmp_path / "prices.toml"
    path.write_text('[[price]]\nmodel = "m"\n')

    with pytest.raises(BadPrices, match=r"prices\.toml.*source, date"):
        read_prices(path)


@pytest.mark.parametrize(
    ("model", "tokens"), [("gpt-4o-mini", 2), ("ft:gpt-4.1-mini:x", 2), ("gpt-3.5-turbo", 2), ("davinci-002", 2)]
)
def test_openai_models_are_counted_exactly(model: str, tokens: int) -> None:
    """Their vocabularies lie in a package, so no network is needed; ft: names count like their base."""
    count = count_text("hello world", model)

    assert (count.tokens, count.is_exact) == (tokens, True)


def test_gpt_4o_is_not_counted_as_gpt_4() -> None:
    """The two vocabularies differ most outside of English."""
    text = "मुझे नींद नहीं आती"

    assert count_text(text, "gpt-4o").tokens < count_text(text, "gpt-4").tokens


def test_other_models_are_estimated_and_say_so() -> None:
    """An estimate is called one."""
    assert "estimated" in str(count_text("hello world", "smollm2-135m"))


def test_a_chat_example_counts_its_marks() -> None:
    """Three tokens around each message, its role, and three to begin the answer."""
    messages = (Message("user", "hello world"), Message("assistant", "hello"))

    assert count_messages(messages, "gpt-4o").tokens == 2 * (3 + 1) + 2 + 1 + 3


def test_an_estimated_chat_example_counts_its_marks_once() -> None:
    """The estimate of a text holds the marks of a message already, so the example is the sum of its texts."""
    messages = (Message("user", "hello world"), Message("assistant", "hello"))
    texts = sum(count_text(message.text, "smollm2-135m").tokens for message in messages)

    assert str(count_messages(messages, "smollm2-135m")) == f"about {texts} (estimated)"


def test_a_text_over_the_librarys_limit_is_counted() -> None:
    """A million characters, each several tokens, are counted in pieces, which is no longer exact."""
    count = count_text("\U000e0001" * 1_000_000, "gpt-4o")

    assert not count.is_exact
    assert count.tokens > 1_000_000


@pytest.mark.parametrize(
    ("examples", "epochs"), [(0, 25), (1, 25), (4, 25), (10, 10), (33, 3), (34, 3), (8_333, 3), (8_334, 2), (10**6, 1)]
)
def test_epochs_are_openais_usual_ones(examples: int, epochs: int) -> None:
    """Few examples are seen more often, very many once."""
    assert default_epochs(examples) == epochs


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-4o-mini-2024-07-18", 65_536),
        ("ft:gpt-4.1-2025-04-14:me:joy:abc", 65_536),
        ("gpt-3.5-turbo-0125", 16_385),
        ("gpt-3.5-turbo-0613", 4_096),
        ("gpt-4-0613", 8_192),
        ("gpt-4-turbo", None),
        ("mistral-large", None),
    ],
)
def test_a_model_finds_its_limit(model: str, tokens: int | None) -> None:
    """Its own row before its family's; never that of a namesake."""
    limit = limit_of(model, read_limits())

    assert (limit.example_tokens if limit else None) == tokens


def test_a_broken_table_of_limits_names_itself(tmp_path: Path) -> None:
    """A row without a source is an error that says what a row holds."""
    path = tmp_path / "limits.toml"
    path.write_text('[[limit]]\nmodel = "m"\n')

    with pytest.raises(BadLimits, match=r"limits\.toml.*source, date"):
        read_limits(path)
