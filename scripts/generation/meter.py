"""What a run has brought and used so far."""

import threading
from collections.abc import Callable

from scripts.dataset.cost import Price
from scripts.generation.answers import Answer, Answers
from scripts.generation.estimate import spent
from scripts.progress import Step


class Meter:
    """Keeps answers, and knows what they have cost so far."""

    def __init__(self, answers: Answers, price: Price | None) -> None:
        """Count from nothing."""
        self.count = 0
        self._answers = answers
        self._price = price
        self._input_tokens = 0
        self._output_tokens = 0
        self._lock = threading.Lock()

    def keeper(self, step: Step) -> Callable[[Answer], None]:
        """Return what takes an answer: onto disk first, then into the sums and the progress line."""

        def keep(answer: Answer) -> None:
            self._answers.keep(answer)
            with self._lock:
                self.count += 1
                self._input_tokens += answer.input_tokens
                self._output_tokens += answer.output_tokens
                step()

        return keep

    def note(self) -> str:
        """Return what has been used so far, for the progress line."""
        return spent(self._input_tokens, self._output_tokens, self._price)
