"""Where an axis has its ticks, and what it has no room for, whoever draws it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

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
