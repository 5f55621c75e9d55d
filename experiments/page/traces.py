"""What each kind of figure looks like in a browser: its data as plotly's traces and shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from experiments.figures.appearance import FAINT, INK, Look
from experiments.figures.panels import by_series, short
from experiments.figures.ticks import decades, places, possible
from experiments.outcome import MEAN
from experiments.page.coordinates import ends, numbers, rounded, steps, wrapped

Looks = Mapping[str, Look]
Panel = dict[str, Any]

_MARKERS = {
    "o": "circle",
    "s": "square",
    "^": "triangle-up",
    "v": "triangle-down",
    "D": "diamond",
    "P": "cross",
    "X": "x",
    "*": "star",
    "h": "hexagon",
    "p": "pentagon",
    "d": "diamond-tall",
    "<": "triangle-left",
    ">": "triangle-right",
}
_INTERVAL = "[%{customdata[0]}, %{customdata[1]}]"
_CIVIDIS = ((0.0, "rgb(0,34,78)"), (0.5, "rgb(125,124,120)"), (1.0, "rgb(254,232,56)"))
_VLAG = ((0.0, "rgb(35,105,189)"), (0.5, "rgb(250,250,250)"), (1.0, "rgb(169,55,59)"))


def _curves(panel: Panel, data: pd.DataFrame, series: Looks, options: Mapping[str, Any]) -> None:
    for name, part in by_series(data):
        runs = dict(list(part.groupby(part["run"].astype(str), sort=False)))
        mean = runs.pop(MEAN, None)
        for run, line in runs.items():
            trace = _line(name, line, series[name], options, hover=f"{name}, run {run}")
            style = {"line": {"color": series[name].colour, "width": 0.8}, "opacity": 0.4}
            panel["traces"].append(
                trace | style | {"meta": {"run": run}, "showlegend": mean is None}
            )
        if mean is not None:
            hover = f"{name}, mean of {len(runs)} runs"
            panel["traces"].append(_line(name, mean, series[name], options, hover=hover))


def _bands(panel: Panel, data: pd.DataFrame, series: Looks, options: Mapping[str, Any]) -> None:
    for name, part in by_series(data):
        panel["traces"].append(_band(name, part, series[name]))
    for name, part in by_series(data):
        panel["traces"].append(_line(name, part, series[name], options))


def _learning_rates(
    panel: Panel, data: pd.DataFrame, series: Looks, options: Mapping[str, Any]
) -> None:
    _ticks_at(panel, data["x"])
    _bands(panel, data, series, options)
    for trace in panel["traces"][len(series) :]:
        trace["mode"] = "lines+markers"
    top = data["y"].max()
    for name, part in by_series(data[data["y"].isna()]):
        marker = {
            "symbol": "x-thin",
            "size": 9,
            "line": {"width": 2.5, "color": series[name].colour},
        }
        hover = f"no run finished at %{{x}}<extra>{name}</extra>"
        points = {"x": numbers(part["x"]), "y": [rounded(top)] * len(part)}
        label = {"name": "no run finished", "legendgroup": "no run finished"}
        panel["traces"].append(
            {"type": "scatter", "mode": "markers", "marker": marker, "hovertemplate": hover}
            | points
            | label
        )


def _scaling(panel: Panel, data: pd.DataFrame, series: Looks, options: Mapping[str, Any]) -> None:
    _ticks_at(panel, data["x"])
    panel["y"] |= {"type": "log", "exponentformat": "power"}
    for name, part in by_series(data):
        trace = _line(name, part, series[name], options) | {"mode": "lines+markers"}
        if "low" in part.columns:
            trace["error_y"] = _error(part, "y", series[name].colour)
        panel["traces"].append(trace)


def _bars(panel: Panel, data: pd.DataFrame, series: Looks, _options: Mapping[str, Any]) -> None:
    labels = [wrapped(label, 16) for label in data["label"].unique()]
    panel["x"] |= {"type": "category", "categoryorder": "array", "categoryarray": labels}
    for name, part in by_series(data):
        look = series[name]
        shape = look.hatch[:1].replace("o", ".")
        hatch = {"shape": shape, "fillmode": "overlay", "fgcolor": "#FFFFFF", "fgopacity": 0.6}
        marker = {"color": look.colour, "pattern": {**hatch, "size": 6, "solidity": 0.2}}
        panel["traces"].append(
            {
                "type": "bar",
                "name": name,
                "legendgroup": name,
                "x": [wrapped(label, 16) for label in part["label"]],
                "y": numbers(part["value"]),
                "error_y": _error(part, "value", INK),
                "marker": marker,
                "hovertemplate": f"%{{y}} {_INTERVAL}<br>%{{x}}<extra>{name}</extra>",
                "customdata": ends(part),
            }
        )


def _intervals(panel: Panel, data: pd.DataFrame, series: Looks, options: Mapping[str, Any]) -> None:
    labels = list(dict.fromkeys(map(str, data["label"])))
    panel["height"] = 40 + max(26, 14 * len(series)) * len(labels)
    panel["listed"] = True
    panel["y"] |= {"type": "category", "autorange": "reversed", "showgrid": False}
    panel["x"] |= {"zeroline": True}
    for name, part in by_series(data):
        verdicts = part["verdict"] if "verdict" in part.columns else [""] * len(part)
        panel["traces"].append(
            {
                "type": "scatter",
                "mode": "markers",
                "orientation": "h",
                "name": name,
                "legendgroup": name,
                "x": numbers(part["estimate"]),
                "y": [wrapped(label, 34) for label in part["label"]],
                "error_x": _error(part, "estimate", series[name].colour),
                "marker": {
                    "color": series[name].colour,
                    "symbol": _MARKERS[series[name].marker],
                    "size": 8,
                },
                "customdata": [
                    [*pair, str(verdict)]
                    for pair, verdict in zip(ends(part), verdicts, strict=True)
                ],
                "hovertemplate": f"%{{y}}: %{{x}} {_INTERVAL}<br>%{{customdata[2]}}"
                f"<extra>{name}</extra>",
            }
        )
    margin = options.get("margin")
    if margin is not None:
        region = {"type": "rect", "x0": -margin, "x1": margin, "y0": 0, "y1": 1, "tall": True}
        panel["shapes"].append(region | {"fillcolor": FAINT, "opacity": 0.3, "line": {"width": 0}})


def _scatter(panel: Panel, data: pd.DataFrame, series: Looks, options: Mapping[str, Any]) -> None:
    panel |= {"height": 400, "square": True}
    for name, part in by_series(data):
        look = series[name]
        marker = {"color": look.colour, "symbol": _MARKERS[look.marker], "size": 5, "opacity": 0.8}
        points = {"x": numbers(part["x"]), "y": numbers(part["y"])}
        label = {"name": name, "legendgroup": name}
        panel["traces"].append(
            {"type": "scatter", "mode": "markers", "marker": marker} | points | label
        )
    if options.get("circle"):
        x, y, radius = options["circle"]
        corners = {"x0": x - radius, "x1": x + radius, "y0": y - radius, "y1": y + radius}
        panel["shapes"].append({"type": "circle", "line": {"color": INK, "width": 1.5}} | corners)


def _heat_map(panel: Panel, data: pd.DataFrame, _series: Looks, options: Mapping[str, Any]) -> None:
    cells = data.pivot(index="row", columns="column", values="value").astype(float)
    cells = cells.reindex(index=data["row"].unique(), columns=data["column"].unique())
    shown = options.get("format", ".3g")
    panel |= {"height": max(150, 40 * len(cells)), "matrix": True}
    panel["x"] |= {"type": "category"}
    panel["y"] |= {"type": "category", "autorange": "reversed"}
    values = [numbers(row) for _, row in cells.iterrows()]
    centred = options.get("centre") is not None
    panel["traces"].append(
        {
            "type": "heatmap",
            "x": [short(name) for name in cells.columns],
            "y": [short(name) for name in cells.index],
            "z": values,
            "text": [["" if z is None else format(z, shown) for z in row] for row in values],
            "texttemplate": "%{text}",
            "hovertemplate": "%{y}, %{x}: %{text}<extra></extra>",
            "colorscale": [list(stop) for stop in (_VLAG if centred else _CIVIDIS)],
            "xgap": 1,
            "ygap": 1,
            "showscale": False,
        }
    )


def share_colours(panels: list[Panel], options: Mapping[str, Any]) -> None:
    """One scale for all panels, so that a colour means the same everywhere."""
    traces = [trace for panel in panels for trace in panel["traces"]]
    values = [z for trace in traces for row in trace["z"] for z in row if z is not None]
    if not values:
        return
    low, high = options.get("value_limits") or (min(values), max(values))
    centre = options.get("centre")
    if centre is not None:
        reach = max(high - centre, centre - low)
        low, high = centre - reach, centre + reach
    for trace in traces:
        trace |= {"zmin": low, "zmax": high}


def _line(
    name: str, part: pd.DataFrame, look: Look, options: Mapping[str, Any], hover: str = ""
) -> dict[str, Any]:
    x = options.get("x_label") or "x"
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "legendgroup": name,
        **steps(part["x"]),
        "y": numbers(part["y"]),
        "line": {"color": look.colour, "width": 2.2, "dash": _dash(look)},
        "marker": {"color": look.colour, "symbol": _MARKERS[look.marker], "size": 7},
        "hovertemplate": f"%{{y}}<br>{x} %{{x}}<extra>{hover or name}</extra>",
    }


def _band(name: str, part: pd.DataFrame, look: Look) -> dict[str, Any]:
    known = part.dropna(subset=["low", "high"])
    back = known[::-1]
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": numbers(known["x"]) + numbers(back["x"]),
        "y": numbers(known["low"]) + numbers(back["high"]),
        "fillcolor": look.colour,
        "opacity": 0.16,
        "line": {"width": 0, "color": look.colour},
        "legendgroup": name,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _error(part: pd.DataFrame, centre: str, colour: str) -> dict[str, Any]:
    middle = part[centre].astype(float)
    return {
        "array": numbers(part["high"].astype(float) - middle),
        "arrayminus": numbers(middle - part["low"].astype(float)),
        "symmetric": False,
        "color": colour,
        "thickness": 1.4,
        "width": 3,
    }


def _ticks_at(panel: Panel, values: pd.Series) -> None:
    """A logarithmic axis with its ticks at the values themselves, where they are few."""
    panel["x"] |= {"type": "log", **_ticks(places(values))}


def label_axes(panel: Panel, data: pd.DataFrame) -> None:
    """Ticks where a reader wants them, and no room for what a quantity cannot be."""
    limits = possible(panel["y"]["title"], panel["title"])
    if limits is not None:
        panel["y"]["autorangeoptions"] = {"clipmin": limits[0], "clipmax": limits[1]}
    if panel["y"].get("type") == "log":
        panel["y"] |= _ticks(decades(*_covered(data)))
    x = data["x"].astype(float) if "x" in data.columns else pd.Series(dtype=float)
    if "type" not in panel["x"] and len(x) and (x % 1 == 0).all() and x.max() - x.min() <= 10:
        panel["x"]["dtick"] = 1


def _covered(data: pd.DataFrame) -> tuple[float, float]:
    """The least and the largest positive value on the vertical axis."""
    columns = [data[name].astype(float) for name in ("y", "low", "high") if name in data.columns]
    values = pd.concat(columns)
    values = values[(values > 0) & (values < float("inf"))]
    return (float(values.min()), float(values.max())) if len(values) else (1.0, 1.0)


def _ticks(values: Sequence[float]) -> dict[str, Any]:
    return {
        "tickmode": "array",
        "tickvals": list(values),
        "ticktext": [_power(value) for value in values],
    }


def _power(value: float) -> str:
    """Plain digits, or a power of ten where these are many."""
    if 1e-4 <= value < 1e5:
        return short(value)
    digit, exponent = f"{value:e}".split("e")
    factor = "" if float(digit) == 1 else f"{float(digit):g}·"
    return f"{factor}10<sup>{int(exponent)}</sup>".replace("-", "−")


def _dash(look: Look) -> str:
    return ",".join(f"{2 * length:g}px" for length in look.dashes) or "solid"


KINDS: Mapping[str, Callable[[Panel, pd.DataFrame, Looks, Mapping[str, Any]], None]] = {
    "curves": _curves,
    "bands": _bands,
    "learning-rates": _learning_rates,
    "scaling": _scaling,
    "bars": _bars,
    "intervals": _intervals,
    "scatter": _scatter,
    "heat-map": _heat_map,
}
