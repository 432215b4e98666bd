"""A trained adapter as files: PEFT's own format for other servers, and a LoRA GGUF for llama.cpp."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import peft
import safetensors.torch
import torch

from scripts.local_engine.trainer.order import GGUF_FILE
from scripts.local_engine.trainer.wire import TrainingError

_WEIGHTS_FILE = "adapter_model.safetensors"

_ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "mistral": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "qwen3": gguf.MODEL_ARCH.QWEN3,
}


def check_exportable(model: Any) -> None:
    """Raise TrainingError when adapters of this kind of model cannot be served afterwards."""
    kind = model.config.model_type
    if kind not in _ARCHITECTURES:
        known = ", ".join(sorted(_ARCHITECTURES))
        raise TrainingError(
            "unsupported_base", f"adapters for {kind} models cannot be exported; known: {known}", "model"
        )


def write_adapter(folder: Path, model: Any) -> None:
    """Write the adapter into a folder in both formats. Raises OSError when the disk is full."""
    weights = peft.get_peft_model_state_dict(model, save_embedding_layers=False)
    plain = {name: tensor.detach().float().cpu().contiguous() for name, tensor in weights.items()}
    model.peft_config["default"].save_pretrained(folder)
    (folder / _WEIGHTS_FILE).write_bytes(safetensors.torch.save(plain, metadata={"format": "pt"}))
    _write_gguf(folder / GGUF_FILE, plain, model)


def _write_gguf(path: Path, weights: Mapping[str, Any], model: Any) -> None:
    config = model.config
    architecture = _ARCHITECTURES[config.model_type]
    names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[architecture])
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(model.peft_config["default"].lora_alpha))
    for name, tensor in weights.items():
        module, _, side = name.removeprefix("base_model.model.").removesuffix(".weight").rpartition(".")
        known = names.get_name(module)
        if architecture == gguf.MODEL_ARCH.LLAMA and side == "lora_B":
            tensor = _as_llama_cpp_turns(tensor, module.rpartition(".")[2], config)
        writer.add_tensor(f"{known}.weight.{side.lower()}", tensor.to(torch.float16).numpy())
    _finish(writer)


def _as_llama_cpp_turns(tensor: Any, layer: str, config: Any) -> Any:
    """Return the rows of q and k in llama.cpp's order: of each head, the two halves interleaved.

    Its llama architecture rotates neighbouring rows, transformers rotates row i with row i + half; other
    architectures and layers agree.
    """
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(layer)
    if heads is None:
        return tensor
    return tensor.view(heads, 2, -1, tensor.shape[1]).transpose(1, 2).reshape(tensor.shape)


def _finish(writer: Any) -> None:
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()
