"""How a figure's rows divide into panels and series, whoever draws them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd


def panels_of(data: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each panel by its name; one without a name where there is no such column."""
    if "panel" not in data.columns or data.empty:
        return {"": data}
    return {str(name): part for name, part in data.groupby("panel", sort=False)}


def for_panel(value: Any, panel: str) -> Any:
    """An option's value for one panel."""
    return value.get(panel) if isinstance(value, Mapping) else value


def by_series(data: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each series by its name; one without a name where there is no such column."""
    if "series" not in data.columns:
        yield "", data
        return
    for name, part in data.groupby("series", sort=False):
        yield str(name), part


def same_lines(panels: Iterable[pd.DataFrame]) -> bool:
    """Whether panels that list things one below the other list the same ones."""
    listing = [panel.get("row", panel.get("label")) for panel in panels]
    return len({None if lines is None else tuple(lines.unique()) for lines in listing}) == 1


def limits(values: pd.Series) -> tuple[float, float] | None:
    """The least and the greatest of what is known; None where nothing is."""
    known = values.astype(float).dropna()
    return (float(known.min()), float(known.max())) if len(known) else None


def short(value: object) -> str:
    """A value as a label."""
    return f"{value:g}" if isinstance(value, float) else str(value)
