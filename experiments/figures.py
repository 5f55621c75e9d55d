"""Figures to SVG and PDF: what was computed before is only drawn here.

The only file that imports matplotlib and seaborn. The same figure always gives the same bytes.
Every kind draws one panel; data with a column ``panel`` gives small multiples. Options that all
kinds take: ``x_label``, ``y_label`` (with units), ``x_limits``, ``y_limits`` (each one value, or a
mapping from panel to value), ``log_x``, ``log_y``, ``share_y`` (default true), ``columns`` (of
panels), ``legend_title``, ``ordered`` (the series are steps of one quantity: one scale of colours).
A kind's own options are the keywords of its function.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Ellipse, FancyArrowPatch, Patch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogFormatterMathtext,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from experiments.appearance import FAINT, GRID, INK, Look, looks
from experiments.coordinates import FEW, WIDE, places, possible
from experiments.files import write_whole
from experiments.layered import BELOW, LINE, size
from experiments.outcome import MEAN, Figure, Outcome

PANEL_WIDTH, PANEL_HEIGHT, NARROWEST = 3.4, 2.6, 4.8  # inches
_STYLE = {
    **sns.plotting_context("paper"),
    **sns.axes_style("ticks", {"axes.grid": True, "grid.color": GRID, "axes.axisbelow": True}),
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.titlesize": 10,
    "legend.frameon": False,
    "legend.handlelength": 3.4,
    "hatch.linewidth": 0.5,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
    "svg.hashsalt": "scratchmark",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}
_METADATA: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
TITLE = "figure-title"
"""The title's identifier in an SVG, so that a page with captions of its own can leave it out."""

Looks = Mapping[str, Look]


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
    with _style():
        canvas = draw(figure)
        canvas.draw_without_rendering()
        canvas.set_layout_engine("none")  # laid out once, the same in every format
        return {name: _save(canvas, name, figure.title) for name in formats}


@contextmanager
def _style() -> Iterator[None]:
    """Our settings on top of matplotlib's own, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def _save(canvas: Canvas, ending: str, title: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {**_METADATA[ending], "Title": title}
    canvas.savefig(buffer, format=ending, metadata=metadata, dpi=150)
    return buffer.getvalue()


def draw(figure: Figure) -> Canvas:
    """The figure as matplotlib's, not yet laid out."""
    options = dict(figure.options)
    panels = panels_of(figure.data)
    columns = min(len(panels), options.pop("columns", 3))
    share_y = options.pop("share_y", _same_lines(panels.values()))
    canvas, grid = _canvas(figure, len(panels), columns, share_y)
    series = series_looks(figure.data, options.pop("ordered", False))
    legend_title, value_label = options.pop("legend_title", None), options.pop("value_label", "")
    if figure.kind == "heat-map" and not figure.data.empty:
        options.setdefault("value_limits", _limits(figure.data["value"]))
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
    width = max(NARROWEST, columns * _SIZES[figure.kind](figure.data)[0])
    title = textwrap.fill(figure.title, int(width * 10))
    height = rows * (_SIZES[figure.kind](figure.data)[1]) + 0.5 + 0.2 * title.count("\n")
    canvas = Canvas(figsize=(width, height), layout="constrained")
    canvas.suptitle(title, fontweight="bold").set_gid(TITLE)
    grid = canvas.subplots(rows, columns, squeeze=False, sharey=share_y).ravel().tolist()
    for unused in grid[panels:]:
        unused.remove()
    return canvas, grid


def _same_lines(panels: Iterable[pd.DataFrame]) -> bool:
    """Whether panels that list things one below the other list the same ones."""
    listing = [panel.get("row", panel.get("label")) for panel in panels]
    return len({None if lines is None else tuple(lines.unique()) for lines in listing}) == 1


def _limits(values: pd.Series) -> tuple[float, float] | None:
    known = values.astype(float).dropna()
    return (float(known.min()), float(known.max())) if len(known) else None


def panels_of(data: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each panel by its name; one without a name where there is no such column."""
    if "panel" not in data.columns or data.empty:
        return {"": data}
    return {str(name): part for name, part in data.groupby("panel", sort=False)}


def for_panel(value: Any, panel: str) -> Any:
    """An option's value for one panel."""
    return value.get(panel) if isinstance(value, Mapping) else value


def series_looks(data: pd.DataFrame, ordered: bool) -> dict[str, Look]:
    """A look for each series, the same in all panels."""
    names = list(map(str, data["series"].unique())) if "series" in data.columns else [""]
    if not ordered:
        return looks(names)
    colours = sns.color_palette("viridis", len(names) + 1).as_hex()  # the last is too bright
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
    limits, log_x, log_y = (options.pop(name, None) for name in ("y_limits", "log_x", "log_y"))
    if data.empty:
        axes.text(0.5, 0.5, "no finished runs", ha="center", transform=axes.transAxes)
        axes.set(xticks=[], yticks=[], xlabel=common["x_label"], ylabel=common["y_label"])
        return {}
    if log_x:
        axes.set_xscale("log")
    if log_y:
        axes.set_yscale("log")
    if kind in ("curves", "bands") and not log_x and (data["x"].astype(float) % 1 == 0).all():
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    extra = KINDS[kind](axes, data, series, **options) or {}
    axes.set(xlabel=common["x_label"] or "", ylabel=common["y_label"] or "")
    if common["x_limits"] is not None:
        axes.set_xlim(common["x_limits"])
    if limits is not None:
        axes.set_ylim(limits)
    _within(axes, possible(common["y_label"], axes.get_title().replace("\n", " ")))
    if axes.get_yscale() == "log":
        _label_logarithmic_y(axes)
    return extra


def _within(axes: Axes, limits: tuple[float, float] | None) -> None:
    """Take from a vertical axis what its quantity cannot be."""
    if limits is not None:
        low, high = axes.get_ylim()
        axes.set_ylim(max(low, limits[0]), min(high, limits[1]))


def _by_series(data: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if "series" not in data.columns:
        yield "", data
        return
    for name, part in data.groupby("series", sort=False):
        yield str(name), part


def _line(axes: Axes, part: pd.DataFrame, look: Look, place: int, marks: int = 0) -> None:
    """One line; ``marks`` markers along it, shifted from series to series, or one at each point."""
    step = max(1, len(part) // marks) if marks else 1
    offset = (place * max(1, step // 3)) % step if marks else 0
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


def _curves(axes: Axes, data: pd.DataFrame, series: Looks) -> None:
    """A thin line for each run, a bold one for the run called "mean"."""
    for place, (name, part) in enumerate(_by_series(data)):
        runs = part["run"].astype(str)
        lines = [run[["x", "y"]].to_numpy(float) for _, run in part[runs != MEAN].groupby("run")]
        colour = series[name].colour
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=0.5, alpha=0.35))
        _line(axes, part[runs == MEAN], series[name], place, marks=8)
    axes.autoscale_view()


def _bands(axes: Axes, data: pd.DataFrame, series: Looks) -> None:
    """A line for each series in a band from ``low`` to ``high``."""
    for place, (name, part) in enumerate(_by_series(data)):
        _band(axes, part, series[name])
        _line(axes, part, series[name], place, marks=8)


def _band(axes: Axes, part: pd.DataFrame, look: Look) -> None:
    low, high = part["low"].astype(float), part["high"].astype(float)
    axes.fill_between(part["x"], low, high, color=look.colour, alpha=0.16, linewidth=0)


def _learning_rates(axes: Axes, data: pd.DataFrame, series: Looks) -> dict[str, Any]:
    """``y`` by learning rate, in bands; a cross at the top where ``y`` is missing."""
    _ticks_at(axes, data["x"])
    lost = False
    for place, (name, part) in enumerate(_by_series(data)):
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
    cross = Line2D([], [], color=INK, marker="x", linestyle="", markersize=7, markeredgewidth=2)
    return {"no run finished": cross} if lost else {}


def _ticks_at(axes: Axes, values: pd.Series) -> None:
    """A logarithmic axis with its ticks at the values, or at round ones where they are many."""
    axes.set_xscale("log")
    ticks = places(values)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    if len(values.unique()) <= FEW or ticks[-1] < WIDE * ticks[0]:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _label_logarithmic_y(axes: Axes) -> None:
    """Plain numbers at 1, 2, 5 and their tens over a few decades, else powers of ten."""
    low, high = axes.get_ylim()
    if high < WIDE * low:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        axes.yaxis.set_major_locator(LogLocator())
        axes.yaxis.set_major_formatter(LogFormatterMathtext())
    axes.yaxis.set_minor_formatter(NullFormatter())


def _scaling(axes: Axes, data: pd.DataFrame, series: Looks) -> None:
    """Both axes logarithmic; bars from ``low`` to ``high`` where the data has them."""
    axes.set_yscale("log")
    _ticks_at(axes, data["x"])
    for place, (name, part) in enumerate(_by_series(data)):
        _line(axes, part, series[name], place)
        if "low" in part.columns:
            _error_bars(axes, part["x"], part["y"], part, series[name].colour)


def _error_bars(
    axes: Axes, x: Any, y: Any, part: pd.DataFrame, colour: str, across: bool = False
) -> None:
    centre = (x if across else y).astype(float)
    size = np.stack([centre - part["low"].astype(float), part["high"].astype(float) - centre])
    style: dict[str, Any] = {"fmt": "none", "ecolor": colour, "capsize": 2.5, "elinewidth": 1.2}
    style["xerr" if across else "yerr"] = np.maximum(size, 0)  # rounding may leave -1e-17
    axes.errorbar(x, y, **style, zorder=4)


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
    for place, (name, part) in enumerate(_by_series(data)):
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
    return {"differences that do not matter": Patch(color=FAINT, alpha=0.35, linewidth=0)}


def _right_labels(axes: Axes, places: pd.Series, texts: pd.Series) -> None:
    right = axes.secondary_yaxis("right")
    right.set_yticks(places.tolist(), texts.astype(str).tolist())
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)


def _scatter(
    axes: Axes,
    data: pd.DataFrame,
    series: Looks,
    circle: tuple[float, float, float] | None = None,
) -> None:
    """Points; ``circle`` is (centre x, centre y, radius)."""
    for name, part in _by_series(data):
        look = series[name]
        style: dict[str, Any] = {"s": 9, "marker": look.marker, "linewidth": 0, "alpha": 0.8}
        sns.scatterplot(part, x="x", y="y", ax=axes, color=look.colour, legend=False, **style)
    if circle is not None:
        axes.add_patch(Circle(circle[:2], circle[2], fill=False, color=INK, linewidth=1.4))
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
    cells = data.pivot(index="row", columns="column", values="value").astype(float)
    cells = cells.reindex(index=data["row"].unique(), columns=data["column"].unique())
    low, high = value_limits or (None, None)
    sns.heatmap(
        cells,
        ax=axes,
        annot=True,
        fmt=format,
        annot_kws={"fontsize": 8},
        cmap="cividis" if centre is None else "vlag",
        center=centre,
        vmin=low,
        vmax=high,
        cbar=False,
        linewidths=0.6,
        xticklabels=[_short(name) for name in cells.columns],
        yticklabels=[_short(name) for name in cells.index],
    )
    axes.set_facecolor(FAINT)
    axes.grid(visible=False)
    axes.tick_params(axis="y", rotation=0)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _colour_bar(canvas: Canvas, panels: list[Axes], label: str) -> None:
    coloured = [axes for axes in panels if axes.collections]
    if coloured:
        canvas.colorbar(coloured[0].collections[0], ax=panels, label=label, fraction=0.05)


def _graph(axes: Axes, data: pd.DataFrame, _series: Looks) -> None:
    """Nodes (rows without ``target``) and arrows between them; ``x`` and ``y`` in inches.

    A node's ``shape`` is "ellipse", "box" or "diamond", which is filled; an arrow's is "",
    "inherits" or "uses". An arrow with ``x`` and ``y`` passes boxes there; with ``x`` alone it
    goes up there.
    """
    left, right, bottom, top = _frame(data)
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    axes.set_axis_off()
    is_node = data["target"].isna()
    nodes = {str(node.source): node for node in data[is_node].itertuples()}
    for node in nodes.values():
        _node(axes, node)
    for edge in data[~is_node].itertuples():
        _arrow(axes, edge, nodes[str(edge.source)], nodes[str(edge.target)])


def _arrow(axes: Axes, edge: Any, source: Any, target: Any) -> None:
    head = "-|>,head_width=0.3,head_length=0.5" if edge.shape == "inherits" else "-|>"
    style: dict[str, Any] = {"arrowstyle": head, "mutation_scale": 9, "linewidth": 0.8}
    style |= {"edgecolor": INK, "facecolor": "white" if edge.shape == "inherits" else INK}
    style |= {"linestyle": "--" if edge.shape == "uses" else "-"}
    points = _way(edge, source, target)
    arrow = FancyArrowPatch(path=Outline(points), **style)
    first, last = points[len(points) // 2 - 1 : len(points) // 2 + 1]
    middle = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)
    axes.add_patch(arrow)
    if isinstance(edge.label, str) and edge.label:
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        text = axes.text(*middle, edge.label, ha="center", va="center", fontsize=7, zorder=5)
        text.set_bbox(behind)


def _way(edge: Any, source: Any, target: Any) -> list[tuple[float, float]]:
    """The corners of an arrow: straight, down past other boxes, or up at the right."""
    if not pd.isna(edge.x) and pd.isna(edge.y):
        right = [end.x + size(end.label, end.shape)[0] / 2 for end in (source, target)]
        corners = [(right[0], source.y), (edge.x, source.y)]
        return [*corners, (edge.x, target.y), (right[1], target.y)]
    if source.y < target.y:
        return _way(edge, target, source)[::-1]
    if pd.isna(edge.x):
        begin = _end(source, target, target.x)
        return [begin, _end(target, source, begin[0])]
    begin = _end(source, target, edge.x)
    through = [(edge.x, max(begin[1] - BELOW, edge.y)), (edge.x, edge.y)]
    return [begin, *through, _end(target, source, edge.x)]


def _end(node: Any, other: Any, towards: float) -> tuple[float, float]:
    """Where an arrow touches a node: on the side of the other one, and as near to it as it can."""
    width, height = size(node.label, node.shape)
    side = 1 if other.y > node.y else -1
    reach = 0.42 * width if node.shape == "box" else 0.0
    return min(max(towards, node.x - reach), node.x + reach), node.y + side * height / 2


def _node(axes: Axes, node: Any) -> None:
    place, (width, height) = (node.x, node.y), size(node.label, node.shape)
    style: dict[str, Any] = {"facecolor": "white", "edgecolor": INK, "zorder": 3}
    if node.shape == "diamond":
        corners = [(-width / 2, 0), (0, height / 2), (width / 2, 0), (0, -height / 2)]
        shifted = [(node.x + x, node.y + y) for x, y in corners]
        patch: Patch = Polygon(shifted, **{**style, "facecolor": "#F3D9A4"})
    elif node.shape == "box":
        corner = (node.x - width / 2, node.y - height / 2)
        patch = Rectangle(corner, width, height, **style)
    else:
        patch = Ellipse(place, width, height, **style)
    axes.add_patch(patch)
    first, *rest = node.label.split("\n")
    top = node.y + LINE * len(rest) / 2
    across = node.x - width / 2 + 0.13 if rest and node.shape == "box" else node.x
    side = "center" if across == node.x else "left"
    weight = "bold" if side == "left" else "normal"
    axes.text(across, top, first, ha=side, va="center", fontsize=8, zorder=4, weight=weight)
    for place_, line in enumerate(rest, start=1):
        axes.text(across, top - LINE * place_, line, ha=side, va="center", fontsize=8, zorder=4)


def _frame(data: pd.DataFrame) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of what a graph's nodes and arrows cover."""
    nodes = data[data["target"].isna()]
    sizes = [size(str(node.label), str(node.shape)) for node in nodes.itertuples()]
    wide, high = (np.array(lengths) / 2 for lengths in zip(*sizes, strict=True))
    x, y = nodes["x"].to_numpy(float), nodes["y"].to_numpy(float)
    lanes = data.loc[data["target"].notna(), "x"].dropna().to_numpy(float) + 0.2
    right = max([*(x + wide), *lanes])
    return min(x - wide) - 0.1, right + 0.1, min(y - high) - 0.1, max(y + high) + 0.1


def _handles(kind: str, series: Looks) -> dict[str, Any]:
    """A legend entry for each series, none where there is only one without a name."""
    if list(series) == [""] or kind == "graph":
        return {}
    return {name: _handle(kind, look) for name, look in series.items()}


def _handle(kind: str, look: Look) -> Any:
    if kind == "bars":
        return Patch(facecolor=look.colour, hatch=look.hatch, edgecolor="white")
    line = Line2D([], [], color=look.colour, marker=look.marker)
    if kind in ("scatter", "intervals"):
        line.set_linestyle("")
    elif look.dashes:
        line.set_dashes(look.dashes)
    return line


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
    left, right, bottom, top = _frame(data)
    return right - left, top - bottom


_SIZES: Mapping[str, Callable[[pd.DataFrame], tuple[float, float]]] = {
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
