"""One training from its order to the last word: read the files, load the base, train, write the results."""

from pathlib import Path

from scripts.local_engine.trainer.base_model import Base, calm_libraries, load_base, load_language
from scripts.local_engine.trainer.checkpoints import Progress, best_of, write_results
from scripts.local_engine.trainer.examples import Item, Language, longest_of, read_items, tokens_of
from scripts.local_engine.trainer.export import check_exportable
from scripts.local_engine.trainer.loop import Training, train
from scripts.local_engine.trainer.objectives import objective_of
from scripts.local_engine.trainer.order import Order
from scripts.local_engine.trainer.wire import Wire

_LONG_TOKENS = 1_024  # an example beyond it alone would take too much memory: its layers are computed twice instead


def run(folder: Path, order: Order, wire: Wire) -> None:
    """Train and say how it ended. Raises TrainingError for what cannot be trained, OSError when the disk is full."""
    calm_libraries()
    language = load_language(order)
    examples = _read(order.training_file, "training_file", order, language)
    validation = _read(order.validation_file, "validation_file", order, language)
    base = load_base(order, language)
    check_exportable(base.model)
    _save_memory(base, max(longest_of(examples), longest_of(validation or examples)))
    training = Training(order, base, objective_of(order), examples, validation, folder, wire)
    progress = train(training)
    if progress is not None:
        _finish(training, progress)


def _read(path: str | None, param: str, order: Order, language: Language) -> list[Item]:
    return read_items(Path(path), param, order.method, language, order.max_tokens) if path else []


def _save_memory(base: Base, longest: int) -> None:
    if longest > _LONG_TOKENS:
        base.model.enable_input_require_grads()
        base.model.gradient_checkpointing_enable()


def _finish(training: Training, progress: Progress) -> None:
    write_results(training.folder, progress.rows)
    trained = tokens_of(training.examples) * training.order.n_epochs
    training.wire.tell("done", step=best_of(progress.checkpoints).step, trained_tokens=trained)
