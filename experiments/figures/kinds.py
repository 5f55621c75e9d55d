"""The kinds of figure: each draws one panel on the axes it is given.

What a kind returns belongs in the legend beside the series. Its own options are its keywords.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from experiments.figures import marks
from experiments.figures.appearance import FAINT, INK, Look
from experiments.figures.graphs import frame
from experiments.figures.marks import Axes
from experiments.figures.panels import by_series
from experiments.figures.sizes import PANEL_WIDTH
from experiments.outcome import MEAN

Looks = Mapping[str, Look]


def _curves(axes: Axes, data: pd.DataFrame, series: Looks) -> None:
    """A thin line for each run, a bold one for the run called "mean"."""
    for place, (name, part) in enumerate(by_series(data)):
        runs = part["run"].astype(str)
        lines = [run[["x", "y"]].to_numpy(float) for _, run in part[runs != MEAN].groupby("run")]
        marks.bundle(axes, lines, series[name].colour)
        _line(axes, part[runs == MEAN], series[name], place, markers=8)
    axes.autoscale_view()


def _bands(axes: Axes, data: pd.DataFrame, series: Looks) -> None:
    """A line for each series in a band from ``low`` to ``high``."""
    for place, (name, part) in enumerate(by_series(data)):
        _band(axes, part, series[name])
        _line(axes, part, series[name], place, markers=8)


def _learning_rates(axes: Axes, data: pd.DataFrame, series: Looks) -> dict[str, Any]:
    """``y`` by learning rate, in bands; a cross at the top where ``y`` is missing."""
    marks.ticks_at(axes, data["x"])
    lost = False
    for place, (name, part) in enumerate(by_series(data)):
        _band(axes, part, series[name])
        _line(axes, part, series[name], place)
        gone = part.loc[part["y"].isna(), "x"]
        lost = lost or len(gone) > 0
        axes.plot(
            gone,
            [0.97 - 0.06 * place] * len(gone),
            color=series[name].colour,
            transform=axes.get_xaxis_transform(),
            linestyle="",
            marker="x",
            markersize=7,
            markeredgewidth=2,
        )
    return {"no run finished": marks.cross()} if lost else {}


def _scaling(axes: Axes, data: pd.DataFrame, series: Looks) -> None:
    """Both axes logarithmic; bars from ``low`` to ``high`` where the data has them."""
    axes.set_yscale("log")
    marks.ticks_at(axes, data["x"])
    for place, (name, part) in enumerate(by_series(data)):
        _line(axes, part, series[name], place)
        if "low" in part.columns:
            _error_bars(axes, part["x"], part["y"], part, series[name].colour)


def _bars(axes: Axes, data: pd.DataFrame, series: Looks) -> None:
    """A bar for each label and series, with error bars from ``low`` to ``high``."""
    labels = list(map(str, data["label"].unique()))
    width = 0.8 / len(series)
    for place, (name, look) in enumerate(series.items()):
        part = data[data["series"].astype(str) == name]
        x = part["label"].astype(str).map(labels.index) + (place - (len(series) - 1) / 2) * width
        axes.bar(
            x, part["value"], 0.92 * width, color=look.colour, hatch=look.hatch, edgecolor="white"
        )
        _error_bars(axes, x, part["value"], part, INK)
    room = max(7, int(13 * PANEL_WIDTH / len(labels)))
    axes.set_xticks(range(len(labels)), [textwrap.fill(label, room) for label in labels])
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")


def _intervals(
    axes: Axes, data: pd.DataFrame, series: Looks, margin: float | None = None
) -> dict[str, Any]:
    """An interval on each line, around zero; ``margin`` shades the differences that do not matter.

    A column ``verdict`` is written at the right of its line.
    """
    labels = list(map(str, data["label"].unique()))
    gap = 0.8 / len(series)
    axes.axvline(0, color=INK, linewidth=0.8)
    places = pd.Series(0.0, index=data.index)
    for place, (name, part) in enumerate(by_series(data)):
        look = series[name]
        y = part["label"].astype(str).map(labels.index) + (place - (len(series) - 1) / 2) * gap
        places[part.index] = y
        _error_bars(axes, part["estimate"], y, part, look.colour, across=True)
        axes.plot(part["estimate"], y, color=look.colour, marker=look.marker, linestyle="")
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels)
    axes.grid(visible=False, axis="y")
    if "verdict" in data.columns:
        _right_labels(axes, places, data["verdict"])
    if margin is None:
        return {}
    axes.axvspan(-margin, margin, color=FAINT, alpha=0.35, linewidth=0, zorder=0)
    return {"differences that do not matter": marks.shade()}


def _scatter(
    axes: Axes,
    data: pd.DataFrame,
    series: Looks,
    circle: tuple[float, float, float] | None = None,
) -> None:
    """Points; ``circle`` is (centre x, centre y, radius)."""
    for name, part in by_series(data):
        marks.points(axes, part, series[name])
    if circle is not None:
        marks.circle(axes, circle[:2], circle[2])
    axes.set_aspect("equal")


def _heat_map(
    axes: Axes,
    data: pd.DataFrame,
    _series: Looks,
    format: str = ".3g",
    centre: float | None = None,
    value_limits: tuple[float, float] | None = None,
) -> None:
    """A coloured number for each row and column; grey where there is none."""
    values = data.pivot(index="row", columns="column", values="value").astype(float)
    values = values.reindex(index=data["row"].unique(), columns=data["column"].unique())
    marks.cells(axes, values, format, centre, value_limits)
    axes.grid(visible=False)
    axes.tick_params(axis="y", rotation=0)


def _graph(axes: Axes, data: pd.DataFrame, _series: Looks) -> None:
    """Nodes (rows without ``target``) and arrows between them; ``x`` and ``y`` in inches.

    A node's ``shape`` is "ellipse", "box" or "diamond", which is filled; an arrow's is "",
    "inherits" or "uses". An arrow with ``x`` and ``y`` passes boxes there; with ``x`` alone it
    goes up there.
    """
    left, right, bottom, top = frame(data)
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.set_axis_off()
    is_node = data["target"].isna()
    nodes = {str(node.source): node for node in data[is_node].itertuples()}
    for node in nodes.values():
        marks.node(axes, node)
    for edge in data[~is_node].itertuples():
        marks.arrow(axes, edge, nodes[str(edge.source)], nodes[str(edge.target)])


def _line(axes: Axes, part: pd.DataFrame, look: Look, place: int, markers: int = 0) -> None:
    """One line; ``markers`` marks along it, shifted from series to series, or one at each point."""
    step = max(1, len(part) // markers) if markers else 1
    offset = (place * max(1, step // 3)) % step if markers else 0
    axes.plot(
        part["x"],
        part["y"],
        color=look.colour,
        dashes=look.dashes or (None, None),
        marker=look.marker,
        markevery=(offset, step),
        markeredgecolor="white",
        markeredgewidth=0.4,
        zorder=3,
    )


def _band(axes: Axes, part: pd.DataFrame, look: Look) -> None:
    low, high = part["low"].astype(float), part["high"].astype(float)
    axes.fill_between(part["x"], low, high, color=look.colour, alpha=0.16, linewidth=0)


def _error_bars(
    axes: Axes, x: Any, y: Any, part: pd.DataFrame, colour: str, across: bool = False
) -> None:
    centre = (x if across else y).astype(float)
    size = np.stack([centre - part["low"].astype(float), part["high"].astype(float) - centre])
    style: dict[str, Any] = {"fmt": "none", "ecolor": colour, "capsize": 2.5, "elinewidth": 1.2}
    style["xerr" if across else "yerr"] = np.maximum(size, 0)  # rounding may leave -1e-17
    axes.errorbar(x, y, **style, zorder=4)


def _right_labels(axes: Axes, places: pd.Series, texts: pd.Series) -> None:
    right = axes.secondary_yaxis("right")
    right.set_yticks(places.tolist(), texts.astype(str).tolist())
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)


KINDS: Mapping[str, Callable[..., dict[str, Any] | None]] = {
    "curves": _curves,
    "bands": _bands,
    "learning-rates": _learning_rates,
    "scaling": _scaling,
    "bars": _bars,
    "intervals": _intervals,
    "scatter": _scatter,
    "heat-map": _heat_map,
    "graph": _graph,
}
