"""What the nodes and arrows of a graph cover, and where its arrows run; lengths are inches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from experiments.figures.layered import BELOW, size


def frame(data: pd.DataFrame) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of what a graph's nodes and arrows cover."""
    nodes = data[data["target"].isna()]
    sizes = [size(str(node.label), str(node.shape)) for node in nodes.itertuples()]
    wide, high = (np.array(lengths) / 2 for lengths in zip(*sizes, strict=True))
    x, y = nodes["x"].to_numpy(float), nodes["y"].to_numpy(float)
    lanes = data.loc[data["target"].notna(), "x"].dropna().to_numpy(float) + 0.2
    right = max([*(x + wide), *lanes])
    return min(x - wide) - 0.1, right + 0.1, min(y - high) - 0.1, max(y + high) + 0.1


def way(edge: Any, source: Any, target: Any) -> list[tuple[float, float]]:
    """The corners of an arrow: straight, down past other boxes, or up at the right."""
    if not pd.isna(edge.x) and pd.isna(edge.y):
        right = [end.x + size(end.label, end.shape)[0] / 2 for end in (source, target)]
        corners = [(right[0], source.y), (edge.x, source.y)]
        return [*corners, (edge.x, target.y), (right[1], target.y)]
    if source.y < target.y:
        return way(edge, target, source)[::-1]
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
