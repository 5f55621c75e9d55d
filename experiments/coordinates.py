"""Numbers and names as a figure in a browser takes them: short, and plain values of Python."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

DIGITS = 4
"""Significant digits of a coordinate: more than a screen can show."""
POSSIBLE: Mapping[str, tuple[float, float]] = {
    "accuracy, %": (0.0, 100.0),
    "F1, %": (0.0, 100.0),
    "F1": (0.0, 1.0),
}
"""What a quantity can be, by how its label ends: no axis shows more, whatever a band covers."""
FEW = 8
"""Values of a logarithmic axis that have a tick each."""
WIDE = 300
"""The ratio of its ends from which a logarithmic axis shows whole powers of ten."""


def by_series(data: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each series by its name; one without a name where there is no such column."""
    if "series" not in data.columns:
        yield "", data
        return
    for name, part in data.groupby("series", sort=False):
        yield str(name), part


def steps(values: pd.Series) -> dict[str, Any]:
    """Evenly spaced places as their first and their distance, all others one by one."""
    places = numbers(values)
    distances = {b - a for a, b in pairwise(places) if None not in (a, b)}
    if len(places) > 2 and len(distances) == 1:
        return {"x0": places[0], "dx": distances.pop()}
    return {"x": places}


def numbers(values: Iterable[Any]) -> list[Any]:
    """Rounded, and None for what JSON cannot hold."""
    return [rounded(float(value)) for value in values]


def rounded(value: float) -> float | int | None:
    """To the digits that show; None where it is not finite."""
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() else short


def ends(part: pd.DataFrame) -> list[list[Any]]:
    """The ends of each row's interval."""
    both = zip(numbers(part["low"]), numbers(part["high"]), strict=True)
    return [["–" if end is None else end for end in pair] for pair in both]


def possible(*labels: object) -> tuple[float, float] | None:
    """Between which values the quantity of an axis lies, if one of its labels says so."""
    for label in labels:
        for ending, limits in POSSIBLE.items():
            if _ends(label, ending):
                return limits
    return None


def _ends(label: object, ending: str) -> bool:
    return isinstance(label, str) and (label == ending or label.endswith(f" {ending}"))


def places(values: Iterable[float]) -> list[float]:
    """Where a logarithmic axis has its ticks: at the values, where they are few."""
    own = sorted({float(value) for value in values if value > 0})
    return own if len(own) <= FEW else decades(own[0], own[-1])


def decades(low: float, high: float) -> list[float]:
    """1, 2, 5 and their tens from low to high; powers of ten where these are far apart."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    digits = (1, 2, 5) if high < WIDE * low else (1,)
    found = (float(f"{digit}e{exponent}") for exponent in exponents for digit in digits)
    return [place for place in found if low * 0.999 <= place <= high * 1.001]


def wrapped(label: object, width: int) -> str:
    """A label in lines of at most ``width`` characters."""
    return "<br>".join(textwrap.wrap(str(label), width))


def short(value: object) -> str:
    """A value as a label."""
    return f"{value:g}" if isinstance(value, float) else str(value)
