"""What the API says, read tolerantly."""

import pytest

from scripts.finetuning.reading import event_from, job_from, model_from


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"message": "Step 10/90: training loss=1.25"}, (10, 90, 1.25, None)),
        ({"message": "Step 10: training loss=1.25, validation loss=2.5"}, (10, None, 1.25, 2.5)),
        ({"message": "Step 9/9: training loss=1.25, validation loss=9.0, full validation loss=2.5"}, (9, 9, 1.25, 2.5)),
        ({"message": "Step 1/2", "data": {"step": 5, "total_steps": 8, "train_loss": 1}}, (5, 8, 1, None)),
        ({"message": "x", "data": {"step": 5, "valid_loss": 3.0, "full_valid_loss": 2.0}}, (5, None, None, 2.0)),
        ({"message": "Fine-tuning job started", "data": None}, (None, None, None, None)),
        ({"message": None, "data": {"step": "5", "train_loss": True}}, (None, None, None, None)),
        ({"data": {"step": float("nan"), "train_loss": float("inf")}}, (None, None, None, None)),
    ],
)
def test_steps_and_losses_are_read_from_data_else_from_words(
    record: dict[str, object], told: tuple[int | None, int | None, float | None, float | None]
) -> None:
    """Endpoints put them in either place."""
    event = event_from({"id": "1", **record})

    assert (event.step, event.steps, event.train_loss, event.valid_loss) == told


def test_a_status_that_is_not_known_is_not_final() -> None:
    """Only three statuses end a job."""
    statuses = ("succeeded", "failed", "cancelled", "paused", "pausing", "new_thing", "")

    assert [job_from({"id": "1", "status": status}).has_ended for status in statuses] == [True] * 3 + [False] * 4


@pytest.mark.parametrize(
    ("said", "day"),
    [("2027-01-14", "2027-01-14"), ("2027-01-14T00:00:00Z", "2027-01-14"), (None, "None"), ("soon", "None")],
)
def test_shutdown_dates_with_or_without_a_time(said: str | None, day: str) -> None:
    """What is no date is none."""
    assert str(model_from({"id": "m", "shutdown_date": said}).shutdown) == day
