"""Timing as figures: how many times as fast as torch.nn, by size and by backend."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from experiments.outcome import Figure
from experiments.timing.comparison import AGAIN, Comparison
from experiments.timing.measured import Measured
from experiments.timing.summary import scaled

Row = dict[str, Any]
FASTER = "times as fast as torch.nn"
AXES = {
    "width": "width of the hidden layers",
    "batch size": "batch size",
    "depth": "hidden layers",
    "runs": "runs that train together",
}


def figures(measured: Measured) -> tuple[Figure, ...]:
    """All figures of a timing run."""
    return tuple(figure for figure in _all(measured) if not figure.data.empty)


def _all(measured: Measured) -> Iterator[Figure]:
    rows = [
        {"label": problem, "series": label, **_ratio(comparison, label, "value")}
        for problem, comparison in measured.of("steps").items()
        for label in _compared(comparison)
    ]
    options = {"y_label": FASTER}
    yield Figure("steps", "One step of training", "bars", pd.DataFrame(rows), options)
    for axis, words in AXES.items():
        options = {"x_label": words, "y_label": FASTER}
        name = f"scaling-{axis.replace(' ', '-')}"
        title = f"One step of training by {words}"
        yield Figure(name, title, "scaling", pd.DataFrame(_scaled(measured, axis)), options)


def _scaled(measured: Measured, axis: str) -> list[Row]:
    rows = []
    for name, comparison in measured.of("scaling").items():
        along, value, problem = scaled(name)
        if along != axis:
            continue
        together = sorted({comparison.runs(label) for label in comparison.turns})
        for label in _compared(comparison):
            series, _, _ = label.partition(", ")
            places = [value]
            if axis == "runs":  # torch.nn trains one after the other, however many there are
                places = [comparison.runs(label)] if series == "framework" else together
            row: Row = {"panel": problem, "series": series, **_ratio(comparison, label, "y")}
            rows += [{**row, "x": x} for x in places]
    return rows


def _compared(comparison: Comparison) -> list[str]:
    return [label for label in comparison.turns if label != AGAIN and comparison.agrees(label)]


def _ratio(comparison: Comparison, label: str, name: str) -> Row:
    ratio = comparison.ratio(label)
    return {name: ratio.median, "low": ratio.low, "high": ratio.high}
