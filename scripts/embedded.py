"""What goes with the local engine when scripts/serve brings it: shipped adapters, settings to match, a first question.

launch.py starts the processes; this says with what.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace

from app.core.deadline import Deadline
from app.core.errors import ModelError
from app.core.prompt import build_prompt
from app.models.endpoint import Endpoint
from app.personas import as_asked, load_personas
from scripts.local_engine.shipped import Shipped
from scripts.local_engine.weights import MODEL_ID

_HISTORY_TOKENS = "500"  # the small model reads 170 tokens/s on one core, and there are 4.5 s for everything
_PATIENCE_S = 30.0


def adapter_options(tuned: Sequence[Shipped]) -> list[str]:
    """Return the engine's options for serving adapters."""
    return [word for adapter in tuned for word in ("--adapter", f"{adapter.model}={adapter.gguf}")]


def engine_defaults(tuned: Sequence[Shipped], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that go with the local engine: each persona its tuned model, any other the base.

    A persona of one's own may bear the name of one of ours and is not what our model was tuned to be.
    """
    ours = () if environment.get("PERSONAS_DIR") else tuned
    models = [*(f"{adapter.persona}={adapter.model}" for adapter in ours), f"*={MODEL_ID}"]
    return {"DEFAULT_MODELS": " ".join(models), "HISTORY_TOKENS": _HISTORY_TOKENS}


def warm_up(base_url: str, tuned: Sequence[Shipped]) -> None:
    """Have each tuned model read its persona's prompt once: on a busy machine the first turn came too late without.

    An engine that does not answer is left to the turns, which know what to say then.
    """
    personas = load_personas()
    with closing(Endpoint(base_url, "local", max_calls=1)) as endpoint, suppress(ModelError):
        for adapter in tuned:
            persona = as_asked(personas[adapter.persona], adapter.model)
            prompt = build_prompt(persona, (), "Hello", persona.default_language)
            short = replace(prompt, sampling=prompt.sampling.model_copy(update={"max_tokens": 8}))
            deadline = Deadline(time.monotonic() + _PATIENCE_S, time.monotonic)
            endpoint.ask(short, adapter.model, deadline).by(deadline)
