"""Student's interval."""

import math

import numpy as np

from experiments.reports.measured import Values


def interval(values: Values, confidence: float) -> tuple[float, float]:
    """Student's interval of the mean of the finite values; not numbers below two of them."""
    from scipy.stats import t

    values = values[np.isfinite(values)]
    if len(values) < 2:
        return math.nan, math.nan
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    reach = float(t.ppf((1 + confidence) / 2, len(values) - 1)) * error
    centre = float(values.mean())
    return centre - reach, centre + reach
