"""How large a panel of each kind is, in inches, by what it has to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from experiments.figures.graphs import frame

PANEL_WIDTH, PANEL_HEIGHT = 3.4, 2.6


def _panel_size(_data: pd.DataFrame) -> tuple[float, float]:
    return PANEL_WIDTH, PANEL_HEIGHT


def _list_size(data: pd.DataFrame) -> tuple[float, float]:
    if data.empty:
        return PANEL_WIDTH, PANEL_HEIGHT
    by_line = data.groupby(["panel", "label"] if "panel" in data.columns else ["label"]).size()
    lines = by_line.groupby("panel").size().max() if "panel" in data.columns else len(by_line)
    width = PANEL_WIDTH + _text_width(data["label"])
    return width, 0.75 + max(0.24, 0.19 * by_line.max()) * lines


def _cell_size(data: pd.DataFrame) -> tuple[float, float]:
    columns, rows = data["column"].nunique(), data["row"].nunique()
    width = 0.6 + 0.6 * columns + _text_width(data["row"]) / 2
    if "panel" in data.columns:
        width = max(width, 0.2 + min(_text_width(data["panel"]), 3.3))
    return max(2.2, width), max(1.4, 0.8 + 0.36 * rows)


def _text_width(labels: pd.Series) -> float:
    return 0.075 * float(labels.astype(str).str.len().max() if len(labels) else 0)


def _extent(data: pd.DataFrame) -> tuple[float, float]:
    left, right, bottom, top = frame(data)
    return right - left, top - bottom


SIZES: Mapping[str, Callable[[pd.DataFrame], tuple[float, float]]] = {
    "curves": _panel_size,
    "bands": _panel_size,
    "learning-rates": _panel_size,
    "scaling": _panel_size,
    "bars": _panel_size,
    "scatter": _panel_size,
    "intervals": _list_size,
    "heat-map": _cell_size,
    "graph": _extent,
}
"""Width and height of a panel by kind, from the rows of its figure."""
