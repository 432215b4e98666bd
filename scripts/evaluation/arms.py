"""The three ways of asking: the bare base model, the base with the persona's whole prompt, and the tuned model."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.manifest import PromptManifest, as_trained
from app.core.persona import Persona
from app.core.prompt import Prompt, build_prompt
from scripts.evaluation.types import ArmName, Item

_ONE_LINE = "You are a helpful assistant. Answer in a few sentences."


@dataclass(frozen=True, slots=True)
class Arm:
    """A model, and the persona as it is asked there. `language` is "" where the prompt is not to name one."""

    name: ArmName
    model: str
    persona: Persona
    language: str
    history_tokens: int

    def prompt(self, item: Item) -> Prompt:
        """Return what the model is asked, as the server would build it."""
        return build_prompt(self.persona, item.history, item.text, self.language, self.history_tokens)


def make_arms(
    persona: Persona, base: str, tuned: str, manifest: PromptManifest, language: str, history_tokens: int
) -> Sequence[Arm]:
    """Return the arms. All three are asked in the format that the tuned model was trained in."""
    full = persona.model_copy(update={"format": manifest.format})
    bare = full.model_copy(update={"instructions": _ONE_LINE, "examples": ()})
    return (
        Arm("base", base, bare, "", history_tokens),
        Arm("prompted", base, full, language, history_tokens),
        Arm("tuned", tuned, as_trained(persona, manifest), language, history_tokens),
    )
