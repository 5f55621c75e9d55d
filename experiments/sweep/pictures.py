"""The figures of a sweep."""

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from experiments.figures.appearance import OTHERS
from experiments.outcome import Figure
from experiments.reports.quantities import TEST_ACCURACY, TEST_F1, TEST_LOSS, Quantity
from experiments.statistics import finite, mean
from experiments.sweep.gathering import Cell
from experiments.sweep.tables import Results, side

RATE = "learning rate"


def figures(results: Results, quick: bool) -> tuple[Figure, ...]:
    """Robustness to the learning rate, training curves (quick: of one backend), heat maps."""
    several = any(len(setting.rates) > 1 for setting in results.settings)
    robustness = [_robustness(results, each) for each in (TEST_ACCURACY, TEST_F1, TEST_LOSS)]
    curves = [
        _curves(results, backend) for backend in results.sweep.backends[: 1 if quick else None]
    ]
    heat_maps = [_heat_map(results)] if several else []
    return (*(robustness if several else []), *curves, *heat_maps)


def _panel(results: Results, cell: Cell, *without: str) -> str:
    words = results.labels(cell.setting)
    return " · ".join(word for axis, word in words.items() if axis not in without)


def _robustness(results: Results, quantity: Quantity) -> Figure:
    # One row of panels a backend: drawn over each other, equal backends hide one another.
    cells = sorted(results.cells, key=lambda cell: results.sweep.backends.index(cell.backend))
    lines = [_at_rate(results, cell, quantity) for cell in cells]
    across = len({_panel(results, cell, "optimizer") for cell in cells})
    return Figure(
        name=f"learning-rates-{quantity.label.replace(' ', '-').lower()}",
        title=f"{quantity.label.capitalize().replace('f1', 'F1')} by learning rate",
        kind="learning-rates",
        data=pd.DataFrame(lines),
        options={
            "x_label": RATE,
            "y_label": quantity.shown,
            "log_y": quantity is TEST_LOSS,
            "columns": min(across, 3),
            "ordered": len({line["series"] for line in lines}) > len(OTHERS),
        },
        notes=(
            "Mean of the runs that finished, after the last epoch; the band holds all of them. No "
            "rate was chosen by what is shown here.",
            *_lost(results),
        ),
    )


def _at_rate(results: Results, cell: Cell, quantity: Quantity) -> dict[str, object]:
    values = finite(cell.values(quantity.key)) * quantity.scale
    return {
        "panel": _side_panel(results, cell),
        "series": cell.setting.words["optimizer"],
        "x": cell.rate,
        "y": mean(values),
        "low": values.min() if len(values) else math.nan,
        "high": values.max() if len(values) else math.nan,
    }


def _lost(results: Results) -> Iterator[str]:
    """A sentence for each cell with runs that diverged, failed or are missing."""
    for cell in results.cells:
        if cell.lost:
            words = _panel(results, cell)
            yield f"{words} at {cell.rate:g}, {side(cell.backend)}: {cell.lost_words}."


def _curves(results: Results, backend: str) -> Figure:
    parts = [
        cell.curve.assign(panel=_panel(results, cell), series=f"{cell.rate:g}")
        for cell in sorted(results.cells, key=lambda cell: cell.rate)
        if cell.backend == backend and len(cell.curve)
    ]
    columns = ["x", "y", "low", "high", "panel", "series"]
    data = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    data = _in_order(data, "panel", [_panel(results, cell) for cell in results.cells])
    limits = _without_explosions(data)
    name = "".join(letter if letter.isalnum() else "-" for letter in side(backend).lower())
    return Figure(
        name="curves-" + "-".join(filter(None, name.split("-"))),
        title=f"Training loss by learning rate, {side(backend)}",
        kind="bands",
        data=data,
        options={
            "x_label": "epoch",
            "y_label": "train loss",
            "log_y": True,
            "y_limits": limits,
            "legend_title": RATE,
            "ordered": True,
        },
        notes=(
            "Mean of the runs that finished; the band holds all of them.",
            *_ends(limits),
            *_lost(results),
        ),
    )


def _ends(limits: tuple[float, float] | None) -> Iterator[str]:
    if limits is not None:
        yield f"The axis ends at {limits[1]:g}: losses that explode lie above."


def _without_explosions(data: pd.DataFrame) -> tuple[float, float] | None:
    """An axis that ends well above where trainings begin, if a loss goes farther than that."""
    if data.empty:
        return None
    top = float(f"{20 * data.loc[data['x'] == data['x'].min(), 'y'].median():.1g}")
    lowest = float(data.loc[data["low"] > 0, "low"].min())
    return (0.8 * lowest, top) if data["high"].max() > top > lowest else None


def _heat_map(results: Results) -> Figure:
    split = "validation" if all(data.validation for data in results.sweep.data) else "test"
    shown = Quantity(f"{split} accuracy", f"{split}_accuracy", 100)
    lines = [
        {
            "panel": _side_panel(results, cell),
            "row": cell.setting.words["optimizer"],
            "column": cell.rate,
            "value": cell.mean(shown.key) * shown.scale,
        }
        for cell in sorted(results.cells, key=lambda cell: cell.rate)
    ]
    data = pd.DataFrame(lines)
    rows = [cell.setting.words["optimizer"] for cell in results.cells]
    panels = [_side_panel(results, cell) for cell in results.cells]
    data = _in_order(_in_order(data, "row", rows), "panel", panels)
    return Figure(
        name="heat-map",
        title=f"{shown.label.capitalize()} by optimizer and learning rate",
        kind="heat-map",
        data=data.reset_index(drop=True),
        options={
            "x_label": RATE,
            "y_label": "optimizer",
            "value_label": shown.shown,
            "format": ".1f",
            "columns": len(results.sweep.backends) if results.others else 3,
        },
        notes=("Means of the runs that finished; grey: none did.", *_lost(results)),
    )


def _side_panel(results: Results, cell: Cell) -> str:
    words = [_panel(results, cell, "optimizer"), side(cell.backend)]
    return ", ".join(filter(None, words))


def _in_order(data: pd.DataFrame, column: str, names: Sequence[str]) -> pd.DataFrame:
    """The rows sorted by where the column's value comes first among `names`."""
    ranks = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return data.sort_values(column, key=lambda values: values.map(ranks), kind="stable")
