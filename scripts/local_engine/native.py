"""The model at work: llama.cpp's own server in a process of its own, with the adapters it was started with.

python -m scripts.local_engine.native NAME GGUF [ADAPTER_GGUF ...] prints its address and lives until its stdin ends. A
process of its own, because a crash in native code would otherwise take files and jobs with it.
"""

import sys
from collections.abc import Sequence

import xllamacpp

CONTEXT_TOKENS = 4_096  # of each slot; the model itself was trained on 8,192
_SLOTS = 2  # answers computed at a time; more would only share the same core
_THREADS = 1  # two are faster alone, but fall to 5 tokens/s as soon as anything else wants a core
_PROMPT_CACHE_MIB = 256  # prompts already read, so that a conversation goes on without reading it anew
_ERRORS_ONLY = 1


def main() -> None:
    """Serve until whoever started this closes stdin or dies."""
    name, model, *adapters = sys.argv[1:]
    server = xllamacpp.Server(_parameters(name, model, adapters))
    print(server.listening_address, flush=True)
    sys.stdin.read()


def _parameters(name: str, model: str, adapters: Sequence[str]) -> xllamacpp.CommonParams:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.model_alias = {name}
    parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 0.0) for path in adapters]
    parameters.lora_init_without_apply = True  # each request names its adapter; one that names none gets the base
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT_TOKENS * _SLOTS
    parameters.n_parallel = _SLOTS
    parameters.cpuparams.n_threads = _THREADS
    parameters.cache_ram_mib = _PROMPT_CACHE_MIB
    parameters.verbosity = _ERRORS_ONLY  # more would print prompts
    parameters.ui = False
    parameters.endpoint_slots = False  # it shows what others wrote
    parameters.cors_origins = "http://127.0.0.1"  # the default lets every page in a browser read answers
    return parameters


if __name__ == "__main__":
    main()
