"""Figures to SVG and PDF: what was computed before is only drawn here.

The same figure always gives the same bytes. Every kind draws one panel; data with a column
``panel`` gives small multiples. Options that all kinds take: ``x_label``, ``y_label`` (with units),
``x_limits``, ``y_limits`` (each one value, or a mapping from panel to value), ``log_x``, ``log_y``,
``share_y`` (default true), ``columns`` (of panels), ``legend_title``, ``ordered`` (the series are
steps of one quantity: one scale of colours). A kind's own options are the keywords of its function
in `experiments.figures.kinds`.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.figures.appearance import Look, looks
from experiments.figures.kinds import KINDS, Looks
from experiments.figures.marks import (
    Axes,
    Canvas,
    handle,
    label_logarithmic_y,
    paper,
    save,
    shades,
    style,
    whole_ticks,
)
from experiments.figures.panels import for_panel, limits, panels_of, same_lines
from experiments.figures.sizes import SIZES
from experiments.figures.ticks import possible
from experiments.outcome import Figure, Outcome
from experiments.store.files import write_whole

NARROWEST = 4.8
"""Width of the narrowest figure, in inches."""


def write(outcome: Outcome, results: Path) -> list[Path]:
    """Draw every figure of ``outcome`` into ``results/figures/`` and return the files.

    Its diagrams are written beside them as Mermaid text.
    """
    written = []
    for name, text in outcome.diagrams.items():
        path = results / "figures" / f"{outcome.name}-{name}.mmd"
        write_whole(path, text.encode())
        written.append(path)
    for figure in outcome.figures:
        for ending, content in render(figure, ("svg", "pdf")).items():
            path = results / "figures" / f"{outcome.name}-{figure.name}.{ending}"
            write_whole(path, content)
            written.append(path)
    return written


def render(figure: Figure, formats: Sequence[str] = ("svg",)) -> dict[str, bytes]:
    """The figure in each of ``formats`` ("svg", "pdf", "png")."""
    with style():
        canvas = draw(figure)
        canvas.draw_without_rendering()
        canvas.set_layout_engine("none")  # laid out once, the same in every format
        return {name: save(canvas, name, figure.title) for name in formats}


def draw(figure: Figure) -> Canvas:
    """The figure as matplotlib's, not yet laid out."""
    options = dict(figure.options)
    panels = panels_of(figure.data)
    columns = min(len(panels), options.pop("columns", 3))
    share_y = options.pop("share_y", same_lines(panels.values()))
    canvas, grid = _canvas(figure, len(panels), columns, share_y)
    series = series_looks(figure.data, options.pop("ordered", False))
    legend_title, value_label = options.pop("legend_title", None), options.pop("value_label", "")
    if figure.kind == "heat-map" and not figure.data.empty:
        options.setdefault("value_limits", limits(figure.data["value"]))
    # A heat map shares its width with the names of its rows and the bar of colours.
    room = (9 if figure.kind == "heat-map" else 13) * canvas.get_figwidth()
    title_width = int(room / columns)
    extra: dict[str, Any] = {}
    for place, (axes, (name, data)) in enumerate(zip(grid, panels.items(), strict=False)):
        axes.set_title(textwrap.fill(name, title_width))
        own = {key: for_panel(value, name) for key, value in options.items()}
        if place % columns and share_y:
            own["y_label"] = ""
        if place + columns < len(panels) and not isinstance(options.get("x_label"), Mapping):
            own["x_label"] = ""
        extra |= _draw_panel(axes, figure.kind, data, series, own)
    if figure.kind == "heat-map":
        _colour_bar(canvas, grid[: len(panels)], value_label)
    elif extra := {**_handles(figure.kind, series), **extra}:
        _legend(canvas, extra, legend_title)
    return canvas


def _canvas(figure: Figure, panels: int, columns: int, share_y: bool) -> tuple[Canvas, list[Axes]]:
    rows = math.ceil(panels / columns)
    width = max(NARROWEST, columns * SIZES[figure.kind](figure.data)[0])
    title = textwrap.fill(figure.title, int(width * 10))
    height = rows * (SIZES[figure.kind](figure.data)[1]) + 0.5 + 0.2 * title.count("\n")
    canvas = paper(width, height, title)
    grid = canvas.subplots(rows, columns, squeeze=False, sharey=share_y).ravel().tolist()
    for unused in grid[panels:]:
        unused.remove()
    return canvas, grid


def series_looks(data: pd.DataFrame, ordered: bool) -> dict[str, Look]:
    """A look for each series, the same in all panels."""
    names = list(map(str, data["series"].unique())) if "series" in data.columns else [""]
    if not ordered:
        return looks(names)
    colours = shades(len(names))
    marks = list(looks(map(str, range(8))).values())
    return {
        name: Look(colours[place], marks[place % 8].dashes, marks[place % 8].marker, "")
        for place, name in enumerate(names)
    }


def _draw_panel(
    axes: Axes, kind: str, data: pd.DataFrame, series: Looks, options: dict[str, Any]
) -> dict[str, Any]:
    """Draw one panel and return what the legend needs beyond the series."""
    common = {name: options.pop(name, None) for name in ("x_label", "y_label", "x_limits")}
    y_limits, log_x, log_y = (options.pop(name, None) for name in ("y_limits", "log_x", "log_y"))
    if data.empty:
        axes.text(0.5, 0.5, "no finished runs", ha="center", transform=axes.transAxes)
        axes.set(xticks=[], yticks=[], xlabel=common["x_label"], ylabel=common["y_label"])
        return {}
    if log_x:
        axes.set_xscale("log")
    if log_y:
        axes.set_yscale("log")
    if kind in ("curves", "bands") and not log_x and (data["x"].astype(float) % 1 == 0).all():
        whole_ticks(axes)
    extra = KINDS[kind](axes, data, series, **options) or {}
    axes.set(xlabel=common["x_label"] or "", ylabel=common["y_label"] or "")
    if common["x_limits"] is not None:
        axes.set_xlim(common["x_limits"])
    if y_limits is not None:
        axes.set_ylim(y_limits)
    _within(axes, possible(common["y_label"], axes.get_title().replace("\n", " ")))
    if axes.get_yscale() == "log":
        label_logarithmic_y(axes)
    return extra


def _within(axes: Axes, limits: tuple[float, float] | None) -> None:
    """Take from a vertical axis what its quantity cannot be."""
    if limits is not None:
        low, high = axes.get_ylim()
        axes.set_ylim(max(low, limits[0]), min(high, limits[1]))


def _colour_bar(canvas: Canvas, panels: list[Axes], label: str) -> None:
    coloured = [axes for axes in panels if axes.collections]
    if coloured:
        canvas.colorbar(coloured[0].collections[0], ax=panels, label=label, fraction=0.05)


def _handles(kind: str, series: Looks) -> dict[str, Any]:
    """A legend entry for each series, none where there is only one without a name."""
    if list(series) == [""] or kind == "graph":
        return {}
    return {name: handle(kind, look) for name, look in series.items()}


def _legend(canvas: Canvas, handles: Mapping[str, Any], title: str | None) -> None:
    """Below all panels, so that it covers nothing."""
    longest = max(map(len, handles))
    fitting = int(canvas.get_figwidth() / (0.75 + 0.068 * longest))
    columns = max(1, min(len(handles), fitting))
    rows = math.ceil(len(handles) / columns) + bool(title)
    # The first row has its room already; further ones must not take it from the panels.
    canvas.set_figheight(canvas.get_figheight() + 0.17 * (rows - 1))
    canvas.legend(
        list(handles.values()),
        list(handles),
        loc="outside lower center",
        ncols=columns,
        title=title,
    )
