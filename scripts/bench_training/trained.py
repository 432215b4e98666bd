"""What a way tells when it has trained."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trained:
    """`seconds` from the first batch to the end, with everything that the way does meanwhile; loading is left out.

    `loss` is the mean over the second half of the steps: both ways must have learnt, or the figures say nothing.
    """

    examples: int
    tokens: int
    seconds: float
    loss: float
