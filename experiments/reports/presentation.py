"""Numbers as a reader wants them: with their spread, to as many digits as that is worth."""

import numpy as np

from experiments.reports.intervals import interval
from experiments.reports.measured import Values
from experiments.reports.published import Published
from experiments.tables import MISSING


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
    digits = decimals(spread)
    return f"{value:.{digits}f} ± {spread:.{digits}f}"


def with_interval(estimate: float, low: float, high: float) -> str:
    """`estimate [low, high]` to two digits of the half width; "0" where all three are."""
    if not np.isfinite(estimate):
        return MISSING
    if estimate == low == high == 0:
        return "0"
    half_width = (high - low) / 2
    form = "+.1e" if half_width < 5e-6 else f"+.{decimals(half_width)}f"
    numbers = (format(each, form).replace("-", "−") for each in (estimate, low, high))
    return "{} [{}, {}]".format(*numbers)


def published(number: Published, scale: float = 1.0) -> str:
    """A published number with its spread, to the digits published; `scale` 100 for per cent."""
    value = f"{number.value * scale:.4g}"
    return value if number.spread is None else f"{value} ± {number.spread * scale:.4g}"


def mean(values: Values, scale: float = 1.0) -> str:
    """Mean ± unbiased standard deviation of the finite values."""
    values = values[np.isfinite(values)] * scale
    if len(values) < 2:
        return with_spread(float(values.mean()) if len(values) else np.nan, None)
    return with_spread(float(values.mean()), float(values.std(ddof=1)))


def median(values: Values, scale: float = 1.0) -> str:
    """Median ± unbiased standard deviation of the finite values."""
    values = values[np.isfinite(values)] * scale
    if len(values) < 2:
        return with_spread(float(values.mean()) if len(values) else np.nan, None)
    return with_spread(float(np.median(values)), float(values.std(ddof=1)))


def mean_interval(values: Values) -> str:
    """`mean [low, high]`, the 95 % interval of the mean of the finite values."""
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return with_spread(float(values.mean()) if len(values) else np.nan, None)
    low, high = interval(values, 0.95)
    if low == high:
        return f"{low:.4g} [{low:.4g}, {high:.4g}]"
    digits = decimals((high - low) / 2)
    return f"{values.mean():.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
