"""A real model that is tiny: a llama of two layers with chance weights and SmolLM2's words, as folder and GGUF."""

from pathlib import Path
from typing import Any

import gguf
import torch
import transformers

_SIZES = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "max_position_embeddings": 512}
_HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2}
_OWN_KEYS = ("general.", "llama.", "GGUF.")


def make_tiny_model(folder: Path, smollm2: Path) -> Path:
    """Write the model into a folder: Hugging Face files to train from and tiny.gguf to serve. Returns the folder."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(smollm2.parent, gguf_file=smollm2.name)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer), tie_word_embeddings=True, initializer_range=0.2, **_SIZES, **_HEADS
    )
    model = transformers.LlamaForCausalLM(config)
    model.save_pretrained(folder)
    _write_gguf(folder / "tiny.gguf", model, gguf.GGUFReader(smollm2))
    return folder


def _write_gguf(path: Path, model: Any, words: Any) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_context_length(512)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(16)
    writer.add_layer_norm_rms_eps(model.config.rms_norm_eps)
    writer.add_rope_freq_base(model.config.rope_parameters["rope_theta"])
    for name, field in words.fields.items():
        if not name.startswith(_OWN_KEYS):
            kind = field.types[0]
            writer.add_key_value(name, field.contents(), kind, field.types[-1] if len(field.types) > 1 else None)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 2)
    for name, weights in model.state_dict().items():
        if name != "lm_head.weight":
            module = name.removesuffix(".weight")
            writer.add_tensor(f"{names.get_name(module)}.weight", _turned(module, weights).float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _turned(module: str, weights: Any) -> Any:
    """Return q and k as llama.cpp has them: row 2i of a head is transformers' row i, row 2i + 1 its row i + half."""
    heads = {"q_proj": 4, "k_proj": 2}.get(module.rpartition(".")[2])
    if heads is None:
        return weights
    half = weights.shape[0] // heads // 2
    order = [head * 2 * half + side * half + i for head in range(heads) for i in range(half) for side in (0, 1)]
    return weights[order]
