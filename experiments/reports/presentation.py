"""Numbers as a reader wants them: with their spread, to as many digits as that is worth."""

import numpy as np

from experiments import statistics
from experiments.reports.measured import Values
from experiments.reports.published import Published
from experiments.tables import MISSING

TINY = 1e-4
"""Numbers all smaller than this are written with an exponent."""

SMALLEST = 1e-6
"""A spread below this has no digit among the six decimals that are shown at most."""


def decimals(spread: float) -> int:
    """How many decimals show two digits of the spread, six at most."""
    if not np.isfinite(spread) or spread <= 0:
        return 4
    return int(np.clip(1 - np.floor(np.log10(spread)), 0, 6))


def with_spread(value: float, spread: float | None) -> str:
    """`value ± spread`, rounded to two digits of the spread."""
    if not np.isfinite(value):
        return MISSING
    if spread is None or not np.isfinite(spread):
        return f"{value:.4g}"
    if spread == 0:
        return f"{value:.4g} ± 0"
    if spread < SMALLEST:
        return f"{value:.4g} ± {spread:.1e}"
    digits = decimals(spread)
    return f"{value:.{digits}f} ± {spread:.{digits}f}"


def with_interval(estimate: float, low: float, high: float) -> str:
    """`estimate [low, high]` to two digits of the half width; "0" where all three are.

    Where all three are the same number, because every pair differs by it, its own digits.
    """
    if not np.isfinite(estimate):
        return MISSING
    if estimate == low == high == 0:
        return "0"
    numbers = (estimate, low, high)
    return _interval(numbers, "+" + _format((high - low) / 2, max(map(abs, numbers))))


def _interval(numbers: tuple[float, float, float], form: str) -> str:
    return "{} [{}, {}]".format(*(format(each, form).replace("-", "−") for each in numbers))


def _format(half_width: float, largest: float) -> str:
    """Decimals for two digits of the half width; an exponent only where all numbers are tiny."""
    if 0 < largest < TINY:
        return ".1e"
    if half_width <= 1e-6 * largest:  # nothing, or what rounding leaves of it
        return ".4g"
    return f".{decimals(half_width)}f"


def published(number: Published, scale: float = 1.0) -> str:
    """A published number with its spread, to the digits published; `scale` 100 for per cent."""
    value = f"{number.value * scale:.4g}"
    return value if number.spread is None else f"{value} ± {number.spread * scale:.4g}"


def mean(values: Values, scale: float = 1.0) -> str:
    """Mean ± unbiased standard deviation of the finite values."""
    return with_spread(statistics.mean(values) * scale, statistics.deviation(values) * scale)


def median(values: Values, scale: float = 1.0) -> str:
    """Median ± unbiased standard deviation of the finite values."""
    numbers = statistics.finite(values)
    middle = float(np.median(numbers)) if len(numbers) else np.nan
    return with_spread(middle * scale, statistics.deviation(values) * scale)


def mean_interval(values: Values, possible: tuple[float, float] = (-np.inf, np.inf)) -> str:
    """`mean [low, high]`, the 95 % interval of the mean of the finite values.

    Student's interval may reach beyond what the quantity can be; `possible` takes that off.
    """
    found = statistics.mean_interval(values)
    if not np.isfinite(found.low):
        return with_spread(found.estimate, None)
    low, high = (float(end) for end in np.clip((found.low, found.high), *possible))
    form = _format((found.high - found.low) / 2, abs(found.estimate))
    return _interval((found.estimate, low, high), form)
