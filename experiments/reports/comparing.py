"""One side against the other, paired by seed: framework against torch.nn, or one setting's.

*Identical* where no seed differs; *equivalent* where two one-sided tests at .05 put the mean
difference within the margin; *different* where a paired t-test rejects zero; else *undecided*. The
margin: half a percentage point of accuracy and F1, a tenth of torch.nn's mean loss.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from experiments import statistics
from experiments.reports.measured import Values
from experiments.statistics import LEVEL

MARGIN_OF_FRACTIONS, MARGIN_OF_LOSSES = 0.005, 0.1


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, its 95 % interval, the margin, verdict, p against zero."""

    estimate: float
    low: float
    high: float
    margin: float
    verdict: str
    p: float

    @property
    def numbers(self) -> tuple[float, float, float]:
        """Estimate, low and high."""
        return self.estimate, self.low, self.high


def margin_of(quantity: str, reference: Values) -> float:
    """Half a percentage point for fractions, a tenth of the reference's mean for losses."""
    if "loss" not in quantity:
        return MARGIN_OF_FRACTIONS
    # Where nothing is lost there is no tenth of it: only identical or different is left.
    return MARGIN_OF_LOSSES * abs(statistics.mean(reference)) or math.nan


def compare(first: Values, second: Values, margin: float = math.nan) -> Difference:
    """first - second, run by run; runs that either side lacks are left out."""
    return _difference(statistics.compare(first, second, margin))


def compare_all(pairs: Sequence[tuple[Values, Values]], margin: float) -> list[Difference]:
    """The same for every pair of a table, p-values adjusted by Holm over it."""
    found = statistics.compare_all([(first, second, margin) for first, second in pairs])
    return [_difference(each) for each in found]


def _difference(found: statistics.Comparison) -> Difference:
    of = found.difference
    return Difference(of.estimate, of.low, of.high, found.margin, found.verdict, found.p_different)


def below(gaps: Sequence[Difference]) -> list[str]:
    """For each difference whether it is negative, at .05 after Holm's correction over them all."""
    adjusted = statistics.holm([gap.p for gap in gaps])
    return [_sign(gap, float(p)) for gap, p in zip(gaps, adjusted, strict=True)]


def _sign(gap: Difference, p: float) -> str:
    if math.isnan(p):
        return "not measured"
    if p >= LEVEL:
        return "undecided"
    return "holds" if gap.estimate < 0 else "reversed"


def overall(verdicts: Sequence[str]) -> str:
    """The one verdict of several, or in how many cases the claim holds."""
    kinds = set(verdicts)
    held = sum(verdict == "holds" for verdict in verdicts)
    return kinds.pop() if len(kinds) == 1 else f"holds in {held} cases of {len(verdicts)}"


def tally(verdicts: Sequence[str]) -> str:
    """ "12 identical, 4 equivalent" """
    counts = pd.Series(list(verdicts)).value_counts(sort=False)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())


def agreement(verdicts: Sequence[str]) -> str:
    """The weakest of several verdicts on framework against torch.nn."""
    order = ("not measured", "different", "undecided", "equivalent", "identical")
    return min(verdicts, key=order.index, default="not measured")
