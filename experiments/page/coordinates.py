"""Numbers and names as a figure in a browser takes them: short, and plain values of Python."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pandas as pd

DIGITS = 4
"""Significant digits of a coordinate: more than a screen can show."""


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


def wrapped(label: object, width: int) -> str:
    """A label in lines of at most ``width`` characters."""
    return "<br>".join(textwrap.wrap(str(label), width))
