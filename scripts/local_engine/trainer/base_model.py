"""The model to train: read from GGUF or a Hugging Face folder, frozen, with LoRA layers beside its linear ones."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import peft
import torch
import transformers

from scripts.local_engine.trainer.examples import Piece
from scripts.local_engine.trainer.order import Order
from scripts.local_engine.trainer.wire import TrainingError

_RANK, _ALPHA = 8, 16  # 2.4 million weights beside 135 million: 5 MB as a file


class ModelLanguage:
    """The model's own tokenizer and chat template."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.end_id: int = tokenizer.eos_token_id

    def render(self, messages: Sequence[Mapping[str, str]], is_answer_next: bool) -> str:
        """Return a conversation as the model reads it. Raises ValueError when its template refuses."""
        if not self._tokenizer.chat_template:
            raise ValueError("the base model has no chat template; train on prompts and completions")
        try:
            text = self._tokenizer.apply_chat_template(
                list(messages), tokenize=False, add_generation_prompt=is_answer_next
            )
        except (jinja2.TemplateError, TypeError) as error:
            raise ValueError(f"the model's chat template refuses it: {error}") from error
        return str(text)

    def encode(self, text: str) -> Sequence[Piece]:
        """Return the tokens of a text as it stands."""
        found = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        pairs = zip(found["input_ids"], found["offset_mapping"], strict=True)
        return [Piece(token, start, end) for token, (start, end) in pairs]


@dataclass(frozen=True, slots=True)
class Base:
    """A model that is ready to be trained, and its language."""

    model: Any
    language: ModelLanguage
    device: str


def load_language(order: Order) -> ModelLanguage:
    """Return the tokenizer of the base. Raises TrainingError when it cannot be read."""
    return ModelLanguage(_load(transformers.AutoTokenizer, order.base, {}))


def load_base(order: Order, language: ModelLanguage) -> Base:
    """Return the base with fresh LoRA layers drawn from the seed, or with those of `order.parent`."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(order.threads)
    torch.manual_seed(order.seed)
    model = _load(transformers.AutoModelForCausalLM, order.base, {"dtype": _number_type(device)})
    model.config.use_cache = False
    return Base(_with_adapter(model, order.parent).to(device).train(), language, device)


def _with_adapter(model: Any, parent: str | None) -> Any:
    if parent:
        if not (Path(parent) / "adapter_config.json").is_file():
            raise TrainingError("no_peft_adapter", f"{parent} holds no PEFT adapter, which training on needs", "model")
        return peft.PeftModel.from_pretrained(model, parent, is_trainable=True)
    return peft.get_peft_model(
        model, peft.LoraConfig(r=_RANK, lora_alpha=_ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")
    )


def _load(loader: Any, base: str, options: Mapping[str, Any]) -> Any:
    """Load from a folder, or from a GGUF file as transformers wants it: its folder and its name."""
    path = Path(base)
    places = {"gguf_file": path.name} if path.is_file() else {}
    try:
        return loader.from_pretrained(path.parent if path.is_file() else path, **places, **options)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise TrainingError("unsupported_base", f"transformers cannot load {path.name}: {error}", "model") from error


def _number_type(device: str) -> Any:
    """Return bfloat16 where the processor computes in it, about twice as fast; elsewhere it would be emulated."""
    is_fast = device == "cuda" or torch.cpu.get_capabilities().get("avx512_bf16", False)
    return torch.bfloat16 if is_fast else torch.float32


def calm_libraries() -> None:
    """Keep libraries from asking the network and from drawing progress bars. Call it before anything is loaded."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
