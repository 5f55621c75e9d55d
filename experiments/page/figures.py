"""Figures one can explore: the data that `experiments.figures` draws, as plotly's traces.

Nothing is computed here and no colour is chosen: a figure is a list of panels, each with its two
axes, its traces and its shapes. The page's script arranges the panels to the width of the screen
and turns the colours into those of the light or dark page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from experiments.figures.drawing import series_looks
from experiments.figures.panels import for_panel, panels_of
from experiments.outcome import Figure
from experiments.page.traces import KINDS, Panel, label_axes, share_colours

NUMBERS_UP = ("curves", "bands", "learning-rates", "scaling", "bars")
"""Kinds whose panels can share a vertical axis."""


def interactive(figure: Figure) -> dict[str, Any] | None:
    """The figure as plain values for the page's script, or None where its kind stays a picture."""
    draw = KINDS.get(figure.kind)
    if draw is None or figure.data.empty:
        return None
    options = dict(figure.options)
    series = series_looks(figure.data, bool(options.get("ordered")))
    parts = panels_of(figure.data)
    shared = bool(options.get("share_y", True)) and figure.kind in NUMBERS_UP and len(parts) > 1
    panels = []
    for name, data in parts.items():
        own = {key: for_panel(value, name) for key, value in options.items()}
        axes = {"x": _axis(own, "x"), "y": _axis(own, "y")}
        panel: Panel = {"title": name, **axes, "traces": [], "shapes": []}
        draw(panel, data, series, own)
        if figure.kind in NUMBERS_UP:
            label_axes(panel, figure.data if shared else data)
        panels.append(panel)
    if figure.kind == "heat-map":
        share_colours(panels, options)
    return {"panels": panels, "share_y": shared, "legend": options.get("legend_title") or ""}


def _axis(options: Mapping[str, Any], name: str) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": options.get(f"{name}_label") or ""}
    is_log = bool(options.get(f"log_{name}"))
    if is_log:
        axis |= {"type": "log", "exponentformat": "power"}
    limits = options.get(f"{name}_limits")
    if limits is not None:
        axis["range"] = [math.log10(limit) if is_log else limit for limit in limits]
    return axis
