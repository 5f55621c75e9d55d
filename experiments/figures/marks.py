"""The marks that figures are made of, and the paper that they stand on.

The only file that imports matplotlib and seaborn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

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

from experiments.figures.appearance import FAINT, GRID, INK, Look
from experiments.figures.graphs import way
from experiments.figures.layered import LINE, size
from experiments.figures.panels import short
from experiments.figures.ticks import FEW, WIDE, places

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


@contextmanager
def style() -> Iterator[None]:
    """Our settings on top of matplotlib's own, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def save(canvas: Canvas, ending: str, title: str) -> bytes:
    """The drawing as a file; the same drawing always gives the same bytes."""
    buffer = io.BytesIO()
    metadata = {**_METADATA[ending], "Title": title}
    canvas.savefig(buffer, format=ending, metadata=metadata, dpi=150)
    return buffer.getvalue()


def paper(width: float, height: float, title: str) -> Canvas:
    """An empty figure of this size in inches under its title."""
    canvas = Canvas(figsize=(width, height), layout="constrained")
    canvas.suptitle(title, fontweight="bold").set_gid(TITLE)
    return canvas


def shades(count: int) -> list[str]:
    """Colours for the steps of one quantity, dark to bright."""
    return list(sns.color_palette("viridis", count + 1).as_hex())[:count]  # the last is too bright


def bundle(axes: Axes, lines: Sequence[Any], colour: str) -> None:
    """Thin lines, each (points, 2)."""
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=0.5, alpha=0.35))


def points(axes: Axes, part: pd.DataFrame, look: Look) -> None:
    """A mark at each ``x`` and ``y``."""
    settings: dict[str, Any] = {"s": 9, "marker": look.marker, "linewidth": 0, "alpha": 0.8}
    sns.scatterplot(part, x="x", y="y", ax=axes, color=look.colour, legend=False, **settings)


def circle(axes: Axes, centre: tuple[float, float], radius: float) -> None:
    """The outline of a circle."""
    axes.add_patch(Circle(centre, radius, fill=False, color=INK, linewidth=1.4))


def cells(
    axes: Axes,
    values: pd.DataFrame,
    format: str,
    centre: float | None,
    limits: tuple[float, float] | None,
) -> None:
    """A coloured number for each row and column; grey where there is none."""
    # seaborn looks for the limits, and warns where there is no number at all.
    low, high = limits or ((0.0, 1.0) if values.isna().all(axis=None) else (None, None))
    sns.heatmap(
        values,
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
        xticklabels=[short(name) for name in values.columns],
        yticklabels=[short(name) for name in values.index],
    )
    axes.set_facecolor(FAINT)


def arrow(axes: Axes, edge: Any, source: Any, target: Any) -> None:
    """An arrow of a graph from one node to another, with its label."""
    head = "-|>,head_width=0.3,head_length=0.5" if edge.shape == "inherits" else "-|>"
    settings: dict[str, Any] = {"arrowstyle": head, "mutation_scale": 9, "linewidth": 0.8}
    settings |= {"edgecolor": INK, "facecolor": "white" if edge.shape == "inherits" else INK}
    settings |= {"linestyle": "--" if edge.shape == "uses" else "-"}
    corners = way(edge, source, target)
    first, last = corners[len(corners) // 2 - 1 : len(corners) // 2 + 1]
    middle = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)
    axes.add_patch(FancyArrowPatch(path=Outline(corners), **settings))
    if isinstance(edge.label, str) and edge.label:
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        text = axes.text(*middle, edge.label, ha="center", va="center", fontsize=7, zorder=5)
        text.set_bbox(behind)


def node(axes: Axes, drawn: Any) -> None:
    """A node of a graph with the lines of its label."""
    place, (width, height) = (drawn.x, drawn.y), size(drawn.label, drawn.shape)
    settings: dict[str, Any] = {"facecolor": "white", "edgecolor": INK, "zorder": 3}
    if drawn.shape == "diamond":
        corners = [(-width / 2, 0), (0, height / 2), (width / 2, 0), (0, -height / 2)]
        shifted = [(drawn.x + x, drawn.y + y) for x, y in corners]
        patch: Patch = Polygon(shifted, **{**settings, "facecolor": "#F3D9A4"})
    elif drawn.shape == "box":
        corner = (drawn.x - width / 2, drawn.y - height / 2)
        patch = Rectangle(corner, width, height, **settings)
    else:
        patch = Ellipse(place, width, height, **settings)
    axes.add_patch(patch)
    first, *rest = drawn.label.split("\n")
    top = drawn.y + LINE * len(rest) / 2
    across = drawn.x - width / 2 + 0.13 if rest and drawn.shape == "box" else drawn.x
    side = "center" if across == drawn.x else "left"
    weight = "bold" if side == "left" else "normal"
    axes.text(across, top, first, ha=side, va="center", fontsize=8, zorder=4, weight=weight)
    for number, line in enumerate(rest, start=1):
        axes.text(across, top - LINE * number, line, ha=side, va="center", fontsize=8, zorder=4)


def whole_ticks(axes: Axes) -> None:
    """Ticks at round whole numbers alone."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def ticks_at(axes: Axes, values: pd.Series) -> None:
    """A logarithmic axis with its ticks at the values, or at round ones where they are many."""
    axes.set_xscale("log")
    at = places(values)
    axes.xaxis.set_major_locator(FixedLocator(at))
    axes.xaxis.set_minor_locator(NullLocator())
    if len(values.unique()) <= FEW or at[-1] < WIDE * at[0]:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def label_logarithmic_y(axes: Axes) -> None:
    """Plain numbers at 1, 2, 5 and their tens over a few decades, else powers of ten."""
    low, high = axes.get_ylim()
    if high < WIDE * low:
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        axes.yaxis.set_major_locator(LogLocator())
        axes.yaxis.set_major_formatter(LogFormatterMathtext())
    axes.yaxis.set_minor_formatter(NullFormatter())


def handle(kind: str, look: Look) -> Any:
    """How a series of this kind of figure looks in the legend."""
    if kind == "bars":
        return Patch(facecolor=look.colour, hatch=look.hatch, edgecolor="white")
    line = Line2D([], [], color=look.colour, marker=look.marker)
    if kind in ("scatter", "intervals"):
        line.set_linestyle("")
    elif look.dashes:
        line.set_dashes(look.dashes)
    return line


def cross() -> Line2D:
    """What is missing, in the legend."""
    return Line2D([], [], color=INK, marker="x", linestyle="", markersize=7, markeredgewidth=2)


def shade() -> Patch:
    """A shaded range, in the legend."""
    return Patch(color=FAINT, alpha=0.35, linewidth=0)
