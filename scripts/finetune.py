"""The command: fine-tune a model, from a training file to a loss curve, at OpenAI or on your own machine."""

import click

from scripts.finetuning.commands.creation import create, estimate
from scripts.finetuning.commands.models import delete, models
from scripts.finetuning.commands.results import results
from scripts.finetuning.commands.steering import cancel, pause, resume
from scripts.finetuning.commands.watching import checkpoints, events, follow_job, list_jobs, show_job

_COMMANDS = (
    *(estimate, create, follow_job, list_jobs, show_job, events, checkpoints, results),
    *(cancel, pause, resume, models, delete),
)

_EPILOG = """\b
The endpoint is OPENAI_BASE_URL with OPENAI_API_KEY (in .env or the environment): OpenAI, Azure, or the local engine.
Notes about jobs are kept in .data/finetuning. Exit code: 0 done, 1 the answer is no, 2 used wrongly.

\b
example:
  python -m scripts.finetune create --train train.jsonl --validation valid.jsonl --suffix joy
  python -m scripts.finetune follow ftjob-abc123
"""


class _InOrder(click.Group):
    """Lists the subcommands in the order of a run rather than of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_InOrder, epilog=_EPILOG, commands=_COMMANDS)
def main() -> None:
    """Fine-tune a model: estimate, create, follow; look at jobs, results and models."""


if __name__ == "__main__":
    main()
