"""Where the boxes of a diagram stand: in layers, so that arrows point down.

Lengths are inches. The method is Sugiyama's (1981), shortened: arrows that close a cycle are left
aside, layers are longest paths, the order in a layer follows the mean place of the neighbours.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

Node = Any
Edge = tuple[Any, Any]
Place = tuple[float, float]

LETTER, LINE = 0.069, 0.142
BESIDE, BELOW, LANE, PASSAGE = 0.3, 0.46, 0.28, 0.1
_SWEEPS = 40


def size(label: str, shape: str) -> Place:
    """Width and height of a box around a text of one or more lines."""
    lines = label.split("\n")
    width, height = 0.26 + LETTER * max(map(len, lines)), 0.2 + LINE * len(lines)
    if shape == "diamond":
        return 1.5 * width, 1.8 * height
    return (1.15 * width, height) if shape == "ellipse" else (width, height)


def layered(
    sizes: Mapping[Node, Place], edges: Sequence[Edge]
) -> tuple[dict[Node, Place], dict[Edge, Place]]:
    """The middle of each node, y growing upwards; where each long arrow has passed all layers.

    ``sizes`` are in reading order.
    """
    down = [edge for edge in edges if edge not in set(closing(sizes, edges))]
    layers = _layers(sizes, down)
    outside = {node for edge in set(edges) - set(down) for node in edge}
    space, steps = _with_passages(layers, sizes, down)
    _order(layers, steps, outside)
    x = _columns(layers, space, steps)
    places: dict[Node, Place] = {}
    top = 0.0
    for layer in layers:
        height = max(space[node][1] for node in layer)
        places |= {node: (x[node], top - space[node][1] / 2) for node in layer}
        top -= height + BELOW
    ends = {
        (source, target): (x, y - space[source, target, place][1] / 2)
        for (source, target, place), (x, y) in (
            each for each in places.items() if each[0] not in sizes
        )
    }
    return {node: places[node] for node in sizes}, ends


def lanes(
    places: Mapping[Node, Place], sizes: Mapping[Node, Place], edges: Sequence[Edge]
) -> dict[Edge, float]:
    """How far right each arrow that closes a cycle goes up, the shorter ones inside."""
    right = max(places[node][0] + sizes[node][0] / 2 for node in places)
    back = sorted(
        closing(sizes, edges), key=lambda edge: abs(places[edge[0]][1] - places[edge[1]][1])
    )
    return {edge: right + LANE * (1 + number) for number, edge in enumerate(back)}


def closing(nodes: Iterable[Node], edges: Sequence[Edge]) -> list[Edge]:
    """The arrows that lead back to where a walk through the nodes has come from."""
    after: dict[Node, list[Node]] = {node: [] for node in nodes}
    for source, target in edges:
        after[source].append(target)
    found: list[Edge] = []
    done: set[Node] = set()
    above: set[Node] = set()
    for start in after:
        stack = [] if start in done else [(start, iter(after[start]))]
        above.update(node for node, _ in stack)
        while stack:
            node, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                above.discard(node)
                done.add(node)
            elif target in above:
                found.append((node, target))
            elif target not in done:
                above.add(target)
                stack.append((target, iter(after[target])))
    return found


def _layers(nodes: Iterable[Node], down: Sequence[Edge]) -> list[list[Node]]:
    depth = dict.fromkeys(nodes, 0)
    for _ in depth:
        before = dict(depth)
        for source, target in down:
            depth[target] = max(depth[target], depth[source] + 1)
        if depth == before:
            break
    reached = {target for _, target in down}
    for node in depth:
        nexts = [depth[target] for source, target in down if source == node]
        if node not in reached and nexts:
            depth[node] = min(nexts) - 1  # what nothing leads to stands just above its use
    layers: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node, place in depth.items():
        layers[place].append(node)
    return [_framed(layer, reached) for layer in layers if layer]


def _with_passages(
    layers: list[list[Node]], sizes: Mapping[Node, Place], down: Sequence[Edge]
) -> tuple[dict[Node, Place], list[Edge]]:
    """Sizes and arrows with a narrow place in every layer that a long arrow crosses."""
    depth = {node: place for place, layer in enumerate(layers) for node in layer}
    space, steps = dict(sizes), []
    for source, target in down:
        above = source
        for place in range(depth[source] + 1, depth[target]):
            passage = (source, target, place)
            space[passage] = (
                PASSAGE,
                max(sizes[node][1] for node in layers[place] if node in sizes),
            )
            layers[place].append(passage)
            steps.append((above, passage))
            above = passage
        steps.append((above, target))
    return space, steps


def _framed(layer: list[Node], reached: set[Node]) -> list[Node]:
    """What comes from above in the middle, what begins here at both sides."""
    middle = [node for node in layer if node in reached]
    begins = [node for node in layer if node not in reached]
    half = (len(begins) + 1) // 2
    return [*begins[:half], *middle, *begins[half:]]


def _order(layers: list[list[Node]], steps: Sequence[Edge], outside: Container[Node]) -> None:
    """Sort each layer by where the neighbours above it stand, then by those below, and again.

    Nodes in ``outside``, which arrows reach from the right, stand at the right of their layer.
    """
    above: dict[Node, list[Node]] = {node: [] for layer in layers for node in layer}
    below: dict[Node, list[Node]] = {node: [] for layer in layers for node in layer}
    for source, target in steps:
        below[source].append(target)
        above[target].append(source)
    for sweep in range(_SWEEPS // 4):
        beside = below if sweep % 2 else above
        rank = {node: place for layer in layers for place, node in enumerate(layer)}
        for layer in reversed(layers) if sweep % 2 else layers:
            wanted = {
                node: _mean([rank[other] for other in beside[node]], rank[node]) for node in layer
            }
            layer.sort(key=lambda node: (node in outside, wanted[node]))
            rank |= {node: place for place, node in enumerate(layer)}


def _columns(
    layers: list[list[Node]], sizes: Mapping[Node, Place], steps: Sequence[Edge]
) -> dict[Node, float]:
    """Each node's x: as near to the mean of its neighbours as the boxes beside it allow."""
    neighbours: dict[Node, list[Node]] = {node: [] for node in sizes}
    for source, target in steps:
        neighbours[source].append(target)
        neighbours[target].append(source)
    x = dict.fromkeys(sizes, 0.0)
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 else reversed(layers):
            wanted = {
                node: _mean([x[other] for other in neighbours[node]], x[node]) for node in layer
            }
            x |= _apart(layer, wanted, sizes)
    return x


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _apart(
    layer: list[Node], wanted: Mapping[Node, float], sizes: Mapping[Node, Place]
) -> dict[Node, float]:
    """Places in the layer's order that do not overlap, their mean where it was wanted."""
    if not layer:
        return {}
    x, edge = {}, float("-inf")
    for node in layer:
        x[node] = max(wanted[node], edge + sizes[node][0] / 2)
        edge = x[node] + sizes[node][0] / 2 + BESIDE
    shift = sum(wanted[node] - x[node] for node in layer) / len(layer)
    return {node: x[node] + shift for node in layer}
