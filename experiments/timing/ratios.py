"""From seconds per round to ratios with intervals, and what a control says about them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

TOLERANCE = 0.05
"""How far from 1 the interval of the A-against-A control may reach."""


@dataclass(frozen=True)
class Ratio:
    """Median over the rounds of baseline seconds / candidate seconds, and its 95 % interval.

    Above 1 the candidate is faster. `spread` holds the 2.5 and 97.5 % quantiles of single rounds.
    """

    median: float
    low: float
    high: float
    spread: tuple[float, float]
    rounds: int

    def scaled(self, factor: float) -> "Ratio":
        """The same comparison with the candidate's times divided by `factor`."""
        low, high = self.spread
        return Ratio(
            self.median * factor,
            self.low * factor,
            self.high * factor,
            (low * factor, high * factor),
            self.rounds,
        )


def ratio(baseline: Sequence[float], candidate: Sequence[float]) -> Ratio:
    """Compare two lists of seconds, one entry a round, that were taken in the same rounds.

    Each round gives one ratio, so whatever slows a whole round down cancels; the interval is the
    percentile bootstrap of their median.
    """
    if len(baseline) != len(candidate) or len(baseline) < 3:
        raise ValueError(
            "a ratio needs the same rounds on both sides, three at least: "
            f"got {len(baseline)} and {len(candidate)}"
        )
    ratios = np.asarray(baseline, dtype=float) / np.asarray(candidate, dtype=float)
    low, high = _interval(ratios)
    spread = np.quantile(ratios, [0.025, 0.975])
    return Ratio(
        float(np.median(ratios)), low, high, (float(spread[0]), float(spread[1])), len(ratios)
    )


def _interval(values: np.ndarray) -> tuple[float, float]:
    bounds = stats.bootstrap(
        (values,), np.median, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return float(bounds.low), float(bounds.high)


@dataclass(frozen=True)
class Control:
    """The same backend timed against itself: what this machine's noise alone would show."""

    ratio: Ratio

    @property
    def floor(self) -> float:
        """The noise floor: how far from 1 the interval of the control reaches."""
        return max(abs(self.ratio.low - 1), abs(self.ratio.high - 1))

    @property
    def passes(self) -> bool:
        """Whether the noise floor is low enough for verdicts."""
        return self.floor <= TOLERANCE


def reached(measured: Ratio, target: float, control: Control, agrees: bool = True) -> str:
    """Whether a ratio reaches its target.

    "yes" and "no" need the whole interval on that side of the target, else it is "open"; "void"
    where the losses disagree, "withheld" where the control fails.
    """
    if not agrees:
        return "void"
    if not control.passes:
        return "withheld"
    if measured.low >= target:
        return "yes"
    return "no" if measured.high < target else "open"
