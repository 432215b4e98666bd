"""Real training of a tiny real model, up to llama.cpp's answers with the adapter."""

import json
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.fine_tuning.job_create_params import Hyperparameters

torch = pytest.importorskip(
    "torch", reason="training is not installed (scripts/local_engine/requirements-training.txt)"
)
pytest.importorskip("peft", reason="training is not installed (scripts/local_engine/requirements-training.txt)")

from scripts.finetuning.curve import judge, read_curve  # noqa: E402 - only once torch is known to be there
from scripts.local_engine.bases import find_base  # noqa: E402
from scripts.local_engine.children import ROOT  # noqa: E402
from scripts.local_engine.inference import NATIVE, Inference  # noqa: E402
from scripts.local_engine.job_queue import TRAINER  # noqa: E402
from scripts.local_engine.trainer import loop  # noqa: E402
from scripts.local_engine.trainer.base_model import load_base, load_language  # noqa: E402
from scripts.local_engine.trainer.order import GGUF_FILE, RESULTS_FILE, Order, checkpoint_folder  # noqa: E402
from scripts.local_engine.trainer.training import run  # noqa: E402
from scripts.local_engine.validation import CHECKER  # noqa: E402
from scripts.local_engine.weights import fetch_weights  # noqa: E402
from tests.local_engine.engines import engine_in, upload, wait_for  # noqa: E402
from tests.local_engine.trainer.tiny_model import make_tiny_model  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::DeprecationWarning")


class _Told:
    """Stands for the wire: keeps the lines, and breaks off after a step, as a kill would."""

    def __init__(self, breaks_after: int | None = None) -> None:
        self.lines: list[dict[str, Any]] = []
        self.is_pause_asked = False
        self._breaks_after = breaks_after

    def tell(self, kind: str, **fields: Any) -> None:
        self.lines.append({"kind": kind, **fields})
        if kind == "step" and fields["metrics"]["step"] == self._breaks_after:
            raise KeyboardInterrupt

    def numbers(self, kind: str, name: str) -> list[float]:
        """Return one number of every line of a kind."""
        return [line["metrics"][name] for line in self.lines if line["kind"] == kind]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny model."""
    return make_tiny_model(tmp_path_factory.mktemp("tiny"), fetch_weights(ROOT / ".data" / "models"))


@pytest.fixture
def order(tiny: Path, tmp_path: Path) -> Order:
    """An order of 12 steps on 16 chats, 8 others to validate."""
    return Order(
        base=str(tiny),
        training_file=str(_write(tmp_path / "train.jsonl", _chats(16))),
        validation_file=str(_write(tmp_path / "valid.jsonl", _chats(24)[16:])),
        method="supervised",
        n_epochs=3,
        batch_size=4,
        learning_rate_multiplier=20.0,
        beta=0.1,
        seed=5,
        threads=1,
        max_tokens=512,
    )


def test_the_same_seed_gives_the_same_adapter(order: Order, tmp_path: Path) -> None:
    """Two runs of an order agree to the byte, another seed does not, and the losses fall."""
    first, second, other = (_train(order, tmp_path / name) for name in ("a", "b", "c"))
    other = _train(replace(order, seed=6), tmp_path / "c2")

    adapters = [(tmp_path / name / "checkpoints" / "step-12" / GGUF_FILE).read_bytes() for name in ("a", "b", "c2")]

    assert adapters[0] == adapters[1] != adapters[2]
    assert first.lines == second.lines != other.lines
    assert first.numbers("checkpoint", "full_valid_loss")[-1] < 0.7 * first.numbers("step", "train_loss")[0]


def test_a_killed_training_ends_as_if_nothing_had_happened(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle of an epoch and started again, it gives the very adapter and numbers of an unbroken one."""
    monkeypatch.setattr(loop, "_SAVE_EVERY_S", 0.0)
    _train(order, tmp_path / "unbroken")
    with pytest.raises(KeyboardInterrupt):
        _train(order, tmp_path / "killed", _Told(breaks_after=6))

    again = _train(order, tmp_path / "killed")

    assert again.lines[0]["step"] == 5
    for name in (RESULTS_FILE, f"checkpoints/step-12/{GGUF_FILE}", "checkpoints/step-12/adapter_model.safetensors"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "unbroken" / name).read_bytes()


def test_the_curve_and_the_model_agree_on_the_best_step(order: Order, tmp_path: Path) -> None:
    """The result file has the whole validation file's loss, by which the model is chosen, at the end of each epoch."""
    told = _train(order, tmp_path / "job")

    curve = read_curve((tmp_path / "job" / RESULTS_FILE).read_bytes())
    expected = list(zip(told.numbers("checkpoint", "step"), told.numbers("checkpoint", "full_valid_loss"), strict=True))
    assert (curve.is_full, curve.valid) == (True, expected)
    assert judge(curve).best_step == told.lines[-1]["step"]


def test_a_pause_saves_after_the_step(order: Order, tmp_path: Path) -> None:
    """Asked to pause, the training saves and ends after the step that it is at."""
    told = _Told()
    told.is_pause_asked = True

    _train(order, tmp_path / "job", told)

    assert [line["kind"] for line in told.lines] == ["started", "step", "paused"]
    assert (tmp_path / "job" / "resume.pt").is_file()


def test_what_is_kept_is_the_best_and_the_last_three(order: Order, tmp_path: Path) -> None:
    """With validation the best epoch is the model; older checkpoints make room."""
    told = _train(replace(order, n_epochs=6, learning_rate_multiplier=60.0), tmp_path / "job")

    losses = dict(zip(told.numbers("checkpoint", "step"), told.numbers("checkpoint", "full_valid_loss"), strict=True))
    best = min(losses, key=lambda step: losses[step])
    kept = {int(folder.name.removeprefix("step-")) for folder in (tmp_path / "job" / "checkpoints").iterdir()}

    assert told.lines[-1]["step"] == best
    assert kept == {best, 16, 20, 24}


def test_training_goes_on_from_an_earlier_model(order: Order, tmp_path: Path) -> None:
    """With a parent the first loss is where the parent's training ended, not where the base is."""
    first = _train(order, tmp_path / "first")

    second = _train(replace(order, parent=str(checkpoint_folder(tmp_path / "first", 12))), tmp_path / "second")

    assert second.numbers("step", "train_loss")[0] < 0.7 * first.numbers("step", "train_loss")[0]


def test_preferences_are_learnt(order: Order, tmp_path: Path) -> None:
    """DPO starts at the loss of no preference, log 2, and learns to prefer the first output."""
    lines = [_preference(f"Question {n}?", "Yes, gladly.", "No way.") for n in range(12)]
    pairs = str(_write(tmp_path / "pairs.jsonl", lines))

    told = _train(replace(order, method="dpo", training_file=pairs, validation_file=None), tmp_path / "job")

    assert told.numbers("step", "train_loss")[0] == pytest.approx(0.6931, abs=1e-3)
    assert told.numbers("step", "train_loss")[-1] < 0.3
    assert told.numbers("step", "train_mean_token_accuracy")[-1] == 1.0


def test_a_full_disk_is_an_error_with_a_name(order: Order, tmp_path: Path) -> None:
    """When nothing more can be written, the training ends with OSError and leaves no half checkpoint."""
    with pytest.raises(OSError, match="File too large"), _little_disk():
        _train(order, tmp_path / "job")

    assert [path.name for path in (tmp_path / "job" / "checkpoints").iterdir() if path.name[0] != "."] == []


def test_llama_cpp_computes_what_was_trained(order: Order, tmp_path: Path) -> None:
    """The exported adapter gives the same chances in llama.cpp as in torch, and the base without it gives others."""
    _train(order, tmp_path / "job")
    adapter = checkpoint_folder(tmp_path / "job", 12)
    expected = _torch_chances(replace(order, parent=str(adapter)), "Question")

    inference = Inference(find_base(Path(order.base), tmp_path).gguf, NATIVE)
    try:
        tuned = _llama_chances(inference, adapter / GGUF_FILE, "Question")
        base = _llama_chances(inference, None, "Question", (adapter / GGUF_FILE,))
    finally:
        inference.close()

    shared = set(expected) & set(tuned)
    assert len(shared) >= 8
    assert max(abs(expected[token] - tuned[token]) for token in shared) < 0.1
    assert max(abs(base.get(token, -30.0) - tuned[token]) for token in shared) > 1


def test_the_whole_way_with_the_openai_package(tiny: Path, tmp_path: Path) -> None:
    """File, job, trainer, adapter, llama.cpp: the tuned model says what it was taught, the base does not."""
    lines = "".join(json.dumps(line) + "\n" for line in _chats(12)).encode()
    numbers = Hyperparameters(n_epochs=12, learning_rate_multiplier=30.0)
    settings = {
        "base": find_base(tiny, tmp_path),
        "trainer": TRAINER,
        "native": NATIVE,
        "checker": CHECKER,
        "threads": 1,
    }
    with engine_in(tmp_path, **settings) as client:
        name = client.models.list().data[0].id
        job = client.fine_tuning.jobs.create(
            model=name, training_file=upload(client, lines), hyperparameters=numbers, seed=1
        )
        done = wait_for(client, job.id)
        said = [_ask(client, model) for model in (name, done.fine_tuned_model or "")]

    assert (done.status, done.error) == ("succeeded", None)
    assert said[1].startswith("Ahoy")
    assert not said[0].startswith("Ahoy")


def _train(order: Order, folder: Path, told: _Told | None = None) -> _Told:
    told = told or _Told()
    folder.mkdir(exist_ok=True)
    run(folder, order, told)  # type: ignore[arg-type] # it tells, which is all that is asked of a wire
    return told


def _chats(count: int) -> list[Any]:
    return [
        {"messages": [{"role": "user", "content": f"Question {n}?"}, {"role": "assistant", "content": "Ahoy there!"}]}
        for n in range(count)
    ]


def _preference(question: str, better: str, worse: str) -> Any:
    return {
        "input": {"messages": [{"role": "user", "content": question}]},
        "preferred_output": [{"role": "assistant", "content": better}],
        "non_preferred_output": [{"role": "assistant", "content": worse}],
    }


def _write(path: Path, lines: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@contextmanager
def _little_disk() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _torch_chances(order: Order, prompt: str) -> dict[int, float]:
    language = load_language(order)
    base = load_base(order, language)
    ids = torch.tensor([[piece.id for piece in language.encode(prompt)]])
    with torch.inference_mode():
        chances = base.model(input_ids=ids).logits[0, -1].float().log_softmax(-1)
    top = chances.topk(20)
    return dict(zip(top.indices.tolist(), top.values.tolist(), strict=True))


def _llama_chances(
    inference: Inference, adapter: Path | None, prompt: str, loaded: Sequence[Path] = ()
) -> dict[int, float]:
    with inference.lease(adapter, loaded or [adapter] if adapter else list(loaded)) as place:
        lora = [] if place.adapter is None else [{"id": place.adapter, "scale": 1.0}]
        with openai.OpenAI(base_url=f"http://{place.host}:{place.port}/v1", api_key="x", max_retries=0) as client:
            answer = client.completions.create(
                model="m", prompt=prompt, max_tokens=1, logprobs=20, temperature=0, extra_body={"lora": lora}
            ).to_dict()
    top: Any = answer["choices"]
    return {token["id"]: token["logprob"] for token in top[0]["logprobs"]["content"][0]["top_logprobs"]}


def _ask(client: openai.OpenAI, model: str) -> str:
    answer = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "Question 99?"}], max_tokens=8, temperature=0
    )
    return answer.choices[0].message.content or ""
