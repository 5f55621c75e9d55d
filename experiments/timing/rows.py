"""Rows that several tables share: who took how long, and how that compares."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from experiments.timing.comparison import AGAIN, BASELINE, Comparison

Row = dict[str, Any]
TUNED = "torch-tuned"
VOID = "void: the losses disagree"
MICRO = 1e6
RATIOS = {"speed-up": ".2f", "low": ".2f", "high": ".2f", "over torch-tuned": ".2f"}
INTERVAL = (
    "Speed-up: torch's time divided by the other's, the median over the rounds; low and high: "
    "95 % bootstrap interval of that median."
)
STEP = (
    "A step is batch selection, forward, loss, backward and update; where runs train together, it "
    "is a step of one of them."
)


def times(comparison: Comparison, label: str, name: str, scale: float) -> Row:
    """A label's median time and its ratios, or why there are none."""
    row: Row = {name: None, **dict.fromkeys(RATIOS), "losses": "", "note": ""}
    if label in comparison.unsupported:
        return {**row, "note": comparison.unsupported[label]}
    row["losses"] = str(comparison.agreements[label])
    if not comparison.agrees(label):
        return {**row, "note": VOID}
    row[name] = comparison.seconds(label) * scale
    if label != BASELINE:
        ratio = comparison.ratio(label)
        row |= {"speed-up": ratio.median, "low": ratio.low, "high": ratio.high}
    if label != TUNED and TUNED in comparison.turns and comparison.agrees(TUNED):
        row["over torch-tuned"] = comparison.ratio(label, TUNED).median
    return row


def void(row: Row) -> Row:
    """A row without its numbers."""
    kept = {key: None if isinstance(value, float) else value for key, value in row.items()}
    return {**kept, "note": VOID}


def everybody(comparison: Comparison) -> Iterable[str]:
    """Who took part or would have, but for the control."""
    return [*(label for label in comparison.turns if label != AGAIN), *comparison.unsupported]


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as a table: what is missing is NaN among numbers, and nothing among words."""
    columns: dict[str, list[Any]] = {name: [] for row in rows for name in row}
    for row in rows:
        for name, values in columns.items():
            values.append(row.get(name))
    return pd.DataFrame({name: _series(values) for name, values in columns.items()})


def _series(values: list[Any]) -> pd.Series:
    there = [value for value in values if value is not None]
    if any(isinstance(value, str) for value in there):
        return pd.Series([value or "" for value in values], dtype="str")
    if there and len(there) == len(values) and all(isinstance(value, int) for value in there):
        return pd.Series(values, dtype="int64")
    return pd.Series(values, dtype="float64")
