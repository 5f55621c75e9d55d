"""The figures of a sweep."""

from collections.abc import Iterator

import pandas as pd

from experiments.outcome import Figure
from experiments.reports.quantities import TEST_ACCURACY, TEST_F1, TEST_LOSS, Quantity
from experiments.statistics import mean_interval
from experiments.sweep.gathering import Cell
from experiments.sweep.tables import Results, side

RATE = "learning rate"


def figures(results: Results) -> tuple[Figure, ...]:
    """Robustness to the learning rate, training curves, heat maps."""
    several = any(len(setting.rates) > 1 for setting in results.settings)
    robustness = [_robustness(results, each) for each in (TEST_ACCURACY, TEST_F1, TEST_LOSS)]
    curves = [_curves(results, backend) for backend in results.sweep.backends]
    heat_maps = [_heat_map(results)] if several else []
    return (*(robustness if several else []), *curves, *heat_maps)


def _panel(results: Results, cell: Cell, *without: str) -> str:
    words = results.labels(cell.setting)
    return " · ".join(word for axis, word in words.items() if axis not in without)


def _robustness(results: Results, quantity: Quantity) -> Figure:
    lines = [_at_rate(results, cell, quantity) for cell in results.cells]
    return Figure(
        name=f"learning-rates-{quantity.label.replace(' ', '-').lower()}",
        title=f"{quantity.label.capitalize().replace('f1', 'F1')} by learning rate",
        kind="learning-rates",
        data=pd.DataFrame(lines),
        options={
            "x_label": RATE,
            "y_label": quantity.shown,
            "log_y": quantity is TEST_LOSS,
        },
        notes=(
            "Mean of the runs that finished and its 95 % interval, after the last epoch. No rate "
            "was chosen by what is shown here.",
            *_lost(results),
        ),
    )


def _at_rate(results: Results, cell: Cell, quantity: Quantity) -> dict[str, object]:
    found = mean_interval(cell.values(quantity.key) * quantity.scale)
    return {
        "panel": _panel(results, cell, "optimizer"),
        "series": f"{cell.setting.words['optimizer']}, {side(cell.backend)}",
        "x": cell.rate,
        "y": found.estimate,
        "low": found.low,
        "high": found.high,
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
    order = {_panel(results, cell): None for cell in results.cells}
    ranks = {panel: place for place, panel in enumerate(order)}
    data = data.sort_values("panel", key=lambda panels: panels.map(ranks), kind="stable")
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
            "legend_title": RATE,
            "ordered": True,
        },
        notes=("Mean of the runs that finished; the band holds all of them.", *_lost(results)),
    )


def _heat_map(results: Results) -> Figure:
    split = "validation" if all(data.validation for data in results.sweep.data) else "test"
    shown = Quantity(f"{split} accuracy", f"{split}_accuracy", 100)
    lines = [
        {
            "panel": ", ".join(
                filter(None, [_panel(results, cell, "optimizer"), side(cell.backend)])
            ),
            "row": cell.setting.words["optimizer"],
            "column": cell.rate,
            "value": cell.mean(shown.key) * shown.scale,
        }
        for cell in sorted(results.cells, key=lambda cell: cell.rate)
    ]
    data = pd.DataFrame(lines)
    for column in ("row", "panel"):
        order = list(dict.fromkeys(_order(results, column)))
        data = data.sort_values(
            column, key=lambda names, o=order: names.map(o.index), kind="stable"
        )
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
            "columns": len(results.sweep.backends),
        },
        notes=("Means of the runs that finished; grey: none did.", *_lost(results)),
    )


def _order(results: Results, column: str) -> Iterator[str]:
    for cell in results.cells:
        if column == "row":
            yield cell.setting.words["optimizer"]
        else:
            yield ", ".join(filter(None, [_panel(results, cell, "optimizer"), side(cell.backend)]))
