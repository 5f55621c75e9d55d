"""Timing as figures: how many times as fast as torch.nn, by size and by backend."""

from typing import Any

import pandas as pd

from experiments.outcome import Figure
from experiments.timing.comparison import AGAIN, BASELINE, Comparison
from experiments.timing.measured import Measured
from experiments.timing.plan import TOGETHER
from experiments.timing.rows import TUNED
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
    """All figures of a timing run; those of comparisons that were not made are left out."""
    drawn = []
    if rows := _steps(measured, together=False):
        drawn.append(_figure("steps", "One step of training, one run alone", "bars", rows))
    if rows := _steps(measured, together=True):
        title = f"One step of training, {TOGETHER} runs together"
        drawn.append(_figure("steps-together", title, "bars", rows))
    for axis, words in AXES.items():
        if rows := _scaled(measured, axis):
            name = f"scaling-{axis.replace(' ', '-')}"
            title = f"One step of training by {words}"
            drawn.append(_figure(name, title, "scaling", rows, x_label=words))
    return tuple(drawn)


def _figure(name: str, title: str, kind: str, rows: list[Row], **options: str) -> Figure:
    return Figure(name, title, kind, pd.DataFrame(rows), {**options, "y_label": FASTER})


def _steps(measured: Measured, together: bool) -> list[Row]:
    """By problem and backend; torch.nn always trains one run after the other."""
    return [
        {"label": problem, "series": _backend(label), **_ratio(comparison, label, "value")}
        for problem, comparison in measured.of("steps").items()
        if not together or any(comparison.runs(label) > 1 for label in comparison.turns)
        for label in _compared(comparison)
        if together == (comparison.runs(label) > 1) or _backend(label) in (BASELINE, TUNED)
    ]


def _backend(label: str) -> str:
    return label.partition(", ")[0]


def _scaled(measured: Measured, axis: str) -> list[Row]:
    rows = []
    for name, comparison in measured.of("scaling").items():
        along, value, problem = scaled(name)
        if along != axis:
            continue
        together = sorted({comparison.runs(label) for label in comparison.turns})
        for label in _compared(comparison):
            series = _backend(label)
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
