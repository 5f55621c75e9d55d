"""Boxes and arrows, as a figure and as Mermaid text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from experiments.figures.layered import lanes, layered, size
from experiments.outcome import Figure

_STRAIGHT = (math.nan, math.nan)


@dataclass(frozen=True)
class Box:
    """A node: ``name`` is its own alone, ``label`` is shown; "box", "ellipse" or "diamond".

    Lines after a label's first are a class's members.
    """

    name: str
    label: str
    shape: str = "box"


@dataclass(frozen=True)
class Arrow:
    """From one box's name to another's; ``kind`` is "", "inherits" or "uses"."""

    source: str
    target: str
    label: str = ""
    kind: str = ""

    def downwards(self) -> tuple[str, str]:
        """Its ends, the upper first: a class stands above those that inherit from it."""
        ends = (self.source, self.target)
        return ends[::-1] if self.kind == "inherits" else ends


@dataclass(frozen=True)
class Diagram:
    """Boxes in reading order, and arrows between them."""

    boxes: Sequence[Box]
    arrows: Sequence[Arrow]

    def figure(self, name: str, title: str, notes: tuple[str, ...] = ()) -> Figure:
        """The diagram laid out, as a figure of the kind ``graph``."""
        sizes = {box.name: size(box.label, box.shape) for box in self.boxes}
        edges = [arrow.downwards() for arrow in self.arrows]
        places, through = layered(sizes, edges)
        via = through | {edge: (x, math.nan) for edge, x in lanes(places, sizes, edges).items()}
        rows: list[tuple[object, ...]] = [
            (box.name, None, box.label, box.shape, *places[box.name]) for box in self.boxes
        ]
        rows += [
            (arrow.source, arrow.target, arrow.label, arrow.kind, *via.get(edge, _STRAIGHT))
            for arrow, edge in zip(self.arrows, edges, strict=True)
        ]
        columns = ["source", "target", "label", "shape", "x", "y"]
        frame = pd.DataFrame(rows, columns=columns).astype({"x": float, "y": float})
        return Figure(name, title, "graph", frame, notes=notes)

    def flowchart(self) -> str:
        """Mermaid's ``flowchart``."""
        ends = {"box": ('["', '"]'), "ellipse": ('(["', '"])'), "diamond": ('{"', '"}')}
        names = {box.name: f"n{number}" for number, box in enumerate(self.boxes)}
        lines = ["flowchart TD"]
        for box in self.boxes:
            left, right = ends[box.shape]
            lines.append(f"    {names[box.name]}{left}{_quoted(box.label)}{right}")
        for arrow in self.arrows:
            label = f'|"{_quoted(arrow.label)}"|' if arrow.label else ""
            lines.append(f"    {names[arrow.source]} -->{label} {names[arrow.target]}")
        return "\n".join(lines) + "\n"

    def class_diagram(self) -> str:
        """Mermaid's ``classDiagram``."""
        names = {box.name: f"n{number}" for number, box in enumerate(self.boxes)}
        lines = ["classDiagram"]
        for box in self.boxes:
            title, *members = box.label.split("\n")
            lines.append(f'    class {names[box.name]}["{_quoted(title)}"] {{')
            if any("()" in member for member in members):  # each method on its own line
                members = ", ".join(members).replace(",,", ",").split(", ")
            lines += [f"        {member}" for member in members]
            lines.append("    }")
        for arrow in self.arrows:
            upper, lower = (names[end] for end in arrow.downwards())
            sign = "<|--" if arrow.kind == "inherits" else "..>"
            lines.append(f"    {upper} {sign} {lower}")
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;").replace("\n", "<br>")
