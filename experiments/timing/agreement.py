"""Whether two sides train the same thing; a time is void where they do not."""

from dataclasses import dataclass

from torch import Tensor

FIRST = 1e-2
"""Largest relative difference of the first losses: rounding grows this far, mistakes farther."""

LAST = 0.25
"""Largest relative difference of the mean loss after timing, where rounding has long diverged."""


@dataclass(frozen=True)
class Agreement:
    """How far the losses of two sides lie apart.

    `first` is the largest relative difference of single losses in the first epochs from equal
    starts, 0 where they are the same to the bit; `last` that of the mean loss of the last turn.
    """

    first: float
    last: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether both sides trained the same thing."""
        return self.first <= FIRST and self.last <= LAST

    def __str__(self) -> str:
        if not self.holds:
            return "disagree"
        return "identical" if self.first == 0 else f"within {self.first:.1g}"


def apart(ours: Tensor, theirs: Tensor) -> float:
    """The largest relative difference; infinite where shapes differ, NaN where there is a NaN."""
    if ours.shape != theirs.shape:
        return float("inf")
    ours, theirs = ours.double(), theirs.double()
    return float(((ours - theirs).abs() / theirs.abs().clamp(min=1e-6)).max())
