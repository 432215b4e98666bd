"""Running the model: llama.cpp's own OpenAI-compatible server, inside this process, on this machine only."""

from pathlib import Path

import xllamacpp

_CONTEXT_TOKENS = 4_096  # of each slot; the model itself was trained on 8,192
_SLOTS = 2  # answers computed at a time; more would only share the same core
_THREADS = 1  # two are faster alone, but fall to 5 tokens/s as soon as anything else wants a core
_PROMPT_CACHE_MIB = 256  # prompts already read, so that a conversation goes on without reading it anew
_ERRORS_ONLY = 1


def start_server(model: Path, model_id: str, port: int, api_key: str | None = None) -> xllamacpp.Server:
    """Return a running server on 127.0.0.1:port (0: any free one, see listening_address); deleting it stops it.

    It speaks /v1/models, /v1/chat/completions and /v1/completions, streamed or not, and /health. Raises RuntimeError
    when the model cannot be loaded or the port is taken.
    """
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.model_alias = {model_id}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = _CONTEXT_TOKENS * _SLOTS
    parameters.n_parallel = _SLOTS
    parameters.cpuparams.n_threads = _THREADS
    parameters.cache_ram_mib = _PROMPT_CACHE_MIB
    parameters.verbosity = _ERRORS_ONLY  # more would print prompts
    parameters.ui = False
    parameters.endpoint_slots = False  # it shows what others wrote
    parameters.cors_origins = "http://127.0.0.1"  # the default lets every page in a browser read answers
    if api_key:
        parameters.api_keys = [api_key]
    return xllamacpp.Server(parameters)
