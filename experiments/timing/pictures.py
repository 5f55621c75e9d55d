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
INTERVALS = "Median of the rounds with its 95 % bootstrap interval."
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
        title = "One step of training, one run alone"
        drawn.append(_figure("steps", title, "bars", rows, _void(measured, False)))
    if rows := _steps(measured, together=True):
        title = f"One step of training, {TOGETHER} runs together"
        drawn.append(_figure("steps-together", title, "bars", rows, _void(measured, True)))
    for axis, words in AXES.items():
        if rows := _scaled(measured, axis):
            name = f"scaling-{axis.replace(' ', '-')}"
            title = f"One step of training by {words}"
            drawn.append(_figure(name, title, "scaling", rows, (), x_label=words))
    return tuple(drawn)


def _figure(
    name: str, title: str, kind: str, rows: list[Row], void: tuple[str, ...], **options: str
) -> Figure:
    data = pd.DataFrame(rows)
    data["series"] = data["series"].replace(BASELINE, "torch.nn")
    return Figure(name, title, kind, data, {**options, "y_label": FASTER}, (INTERVALS, *void))


def _void(measured: Measured, together: bool) -> tuple[str, ...]:
    """What has no bar, because its losses are not torch.nn's."""
    lost = [
        f"{label} ({problem})"
        for problem, comparison in measured.of("steps").items()
        for label in comparison.turns
        if not comparison.agrees(label) and together == (comparison.runs(label) > 1)
    ]
    return (f"Left out, because the losses disagree: {', '.join(lost)}.",) if lost else ()


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
