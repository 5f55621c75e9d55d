"""What numbers of many runs allow to be said. Knows no records and draws nothing.

*Published against measured.* z = (measured - published) / sqrt(both standard errors squared), its
two-sided p from the normal distribution, adjusted by Holm over a table: a number is *reproduced*
unless p falls below the level.

*One side against the other*, paired by seed, within a margin stated beforehand: *identical* where
no pair differs; *equivalent* where two one-sided tests (Schuirmann 1987) both reject a mean
difference beyond the margin; else *different* where the paired t-test rejects zero; else
*undecided*. A difference that is real and yet within the margin is *equivalent*.

Values that are not finite (runs that diverged or are missing) are left out, pair by pair; how many
were used is part of every result. Where one side of a pair is left out for want of a value and the
other has one, the two are neither identical nor equivalent, but different or *undecided*.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.05
CONFIDENCE = 0.95
_OF_A_MEDIAN = math.sqrt(math.pi / 2)
"""Standard error of a median over that of a mean, for normal values."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate from ``count`` values and where it may lie; the ends are NaN below two values."""

    estimate: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Comparison:
    """A mean paired difference, its 95 % interval, and what follows from it.

    Args:
        margin: the largest difference that does not matter, stated beforehand.
        p_equivalent: the larger p-value of the two one-sided tests against the margin.
        p_different: the p-value of the paired t-test against zero.
        one_sided: pairs in which one side alone has a value.
        verdict: identical, equivalent, different, undecided; "not measured" below two pairs.
    """

    difference: Interval
    margin: float
    p_equivalent: float
    p_different: float
    verdict: str
    one_sided: int = 0


@dataclass(frozen=True)
class Reproduction:
    """How far a measured mean (or median) lies from a published one, and what follows from it."""

    z: float
    p: float
    verdict: str


def finite(values: ArrayLike) -> Values:
    """The values that are neither infinite nor NaN, as float64."""
    numbers = np.asarray(values, dtype=np.float64)
    return numbers[np.isfinite(numbers)]


def mean(values: ArrayLike) -> float:
    """Mean of the finite values, NaN without any."""
    numbers = finite(values)
    return float(numbers.mean()) if len(numbers) else math.nan


def deviation(values: ArrayLike, kind: str = "unbiased") -> float:
    """Standard deviation of the finite values: "unbiased" (over n - 1) or "population" (over n).

    Raises:
        ValueError: another kind.
    """
    if kind not in ("unbiased", "population"):
        raise ValueError(f"kind of standard deviation {kind!r}: use 'unbiased' or 'population'")
    numbers, lost = finite(values), 1 if kind == "unbiased" else 0
    return float(numbers.std(ddof=lost)) if len(numbers) > lost else math.nan


def mean_interval(values: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """The mean with Student's interval: mean ± t s / sqrt(n)."""
    from scipy.stats import t

    numbers = finite(values)
    if len(numbers) < 2:
        return Interval(mean(numbers), math.nan, math.nan, len(numbers))
    reach = t.ppf((1 + confidence) / 2, len(numbers) - 1) * _standard_error(numbers)
    centre = mean(numbers)
    return Interval(centre, float(centre - reach), float(centre + reach), len(numbers))


def paired_difference(
    first: ArrayLike, second: ArrayLike, confidence: float = CONFIDENCE
) -> Interval:
    """The mean of first - second, pair by pair, with Student's interval."""
    return mean_interval(_gaps(first, second), confidence)


def compare(first: ArrayLike, second: ArrayLike, margin: float, level: float = LEVEL) -> Comparison:
    """First - second, paired, against a margin stated beforehand: see the head of this file.

    Raises:
        ValueError: the two have different lengths, or the margin is not above 0.
    """
    if not margin > 0 and not math.isnan(margin):
        raise ValueError(f"a margin of equivalence is above 0, not {margin}")
    gaps = _gaps(first, second)
    difference = mean_interval(gaps)
    p_equivalent, p_different = _paired_tests(gaps, margin)
    one_sided = _one_sided(first, second)
    comparison = Comparison(
        difference, margin, p_equivalent, p_different, "identical", one_sided=one_sided
    )
    decided = len(gaps) > 1 and not gaps.any() and not one_sided
    return comparison if decided else _judged(comparison, level)


def compare_all(
    pairs: Sequence[tuple[ArrayLike, ArrayLike, float]], level: float = LEVEL
) -> list[Comparison]:
    """`compare` for each (first, second, margin) of a table, p-values adjusted by Holm over it."""
    single = [compare(*pair, level) for pair in pairs]
    untested = ("identical", "not measured")  # no test decides these, so none is corrected for them
    asked = [each.verdict not in untested for each in single]
    equivalent = holm(np.where(asked, [each.p_equivalent for each in single], np.nan))
    different = holm(np.where(asked, [each.p_different for each in single], np.nan))
    adjusted = [
        replace(each, p_equivalent=float(p), p_different=float(q)) if test else each
        for each, test, p, q in zip(single, asked, equivalent, different, strict=True)
    ]
    return [
        _judged(each, level) if test else each for each, test in zip(adjusted, asked, strict=True)
    ]


def p_less(first: ArrayLike, second: ArrayLike, margin: float) -> float:
    """p-value of the one-sided paired t-test for a mean of first - second below the margin.

    NaN below two pairs. That no difference was found proves none: this test can rule a gain out.
    """
    from scipy.stats import t

    gaps = _gaps(first, second)
    if len(gaps) < 2:
        return math.nan
    centre, error = float(gaps.mean()) - margin, _standard_error(gaps)
    if error == 0:
        return float(not centre < 0)
    return float(t.cdf(centre / error, len(gaps) - 1))


def z_score(
    value: float,
    spread: float | None,
    count: int,
    measured: ArrayLike,
    statistic: str = "mean",
    kind: str = "unbiased",
) -> float:
    """(measured - published) / both standard errors; NaN below two finite measured values.

    ``value`` is the mean or median of ``count`` published values with standard deviation
    ``spread`` of that ``kind``. Where none was published, one of single runs here is taken for it.
    """
    numbers = finite(measured)
    if len(numbers) < 2:
        return math.nan
    ours = deviation(numbers)
    theirs = ours if spread is None else spread
    if spread is not None and kind == "population" and count > 1:
        theirs *= math.sqrt(count / (count - 1))
    factor = _OF_A_MEDIAN if statistic == "median" else 1.0
    error = factor * math.hypot(theirs / math.sqrt(count), ours / math.sqrt(len(numbers)))
    gap = float(np.median(numbers) if statistic == "median" else numbers.mean()) - value
    if error == 0:
        return math.copysign(math.inf, gap) if gap else 0.0
    return gap / error


def reproductions(scores: ArrayLike, level: float = LEVEL) -> list[Reproduction]:
    """What the z-scores of one table say, their p-values adjusted by Holm over it."""
    from scipy.stats import norm

    z = np.asarray(scores, dtype=np.float64)
    adjusted = holm(2 * norm.sf(np.abs(z)))
    return [
        Reproduction(float(score), float(p), _reproduced(float(p), level))
        for score, p in zip(z, adjusted, strict=True)
    ]


def holm(p_values: ArrayLike) -> Values:
    """p-values adjusted for all of them together (Holm 1979); those that are NaN do not count."""
    from statsmodels.stats.multitest import multipletests

    p = np.asarray(p_values, dtype=np.float64)
    known = ~np.isnan(p)
    adjusted = np.full(p.shape, np.nan)
    if known.any():
        adjusted[known] = multipletests(p[known], method="holm")[1]
    return adjusted


def _standard_error(numbers: Values) -> float:
    return deviation(numbers) / math.sqrt(len(numbers))


def _gaps(first: ArrayLike, second: ArrayLike) -> Values:
    """first - second where both are finite."""
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != other.shape:
        raise ValueError(f"pairs need two samples of one length, got {one.shape} and {other.shape}")
    both = np.isfinite(one) & np.isfinite(other)
    gaps: Values = one[both] - other[both]
    return gaps


def _one_sided(first: ArrayLike, second: ArrayLike) -> int:
    """How many pairs are finite on one side alone."""
    one, other = (np.isfinite(np.asarray(each, dtype=np.float64)) for each in (first, second))
    return int((one != other).sum())


def _paired_tests(gaps: Values, margin: float) -> tuple[float, float]:
    """p-values of equivalence and of difference; certain where all gaps are the same."""
    from scipy.stats import t

    if len(gaps) < 2:
        return math.nan, math.nan
    centre, error = float(gaps.mean()), _standard_error(gaps)
    if error == 0:
        return float(not abs(centre) < margin), float(centre == 0)
    freedom = len(gaps) - 1
    p_equivalent = float(t.sf((margin - abs(centre)) / error, freedom))
    p_different = float(2 * t.sf(abs(centre) / error, freedom))
    return p_equivalent, p_different


def _judged(comparison: Comparison, level: float) -> Comparison:
    if comparison.difference.count < 2:
        verdict = "not measured"
    elif comparison.p_equivalent < level and not comparison.one_sided:
        verdict = "equivalent"
    else:
        verdict = "different" if comparison.p_different < level else "undecided"
    return replace(comparison, verdict=verdict)


def _reproduced(p: float, level: float) -> str:
    if math.isnan(p):
        return "not measured"
    return "reproduced" if p >= level else "not reproduced"
