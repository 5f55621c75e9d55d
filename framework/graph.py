"""`Graph`, a recorded graph as data that can be drawn."""

from __future__ import annotations

from dataclasses import dataclass

from framework.variable import Parameter, Variable


@dataclass(frozen=True)
class Node:
    """One circle of the drawing: a leaf, a function, or a named variable."""

    id: int
    label: str
    kind: str  # "leaf", "parameter", "function" or "variable"


@dataclass(frozen=True)
class Graph:
    """Nodes and directed edges (from, to), in the order in which they were computed."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, variable: Variable) -> Graph:
        """Draw everything `variable` was computed from, each node once."""
        nodes: list[Node] = []
        edges: list[tuple[int, int]] = []
        ends: dict[Variable, int] = {}

        def add(label: str, kind: str) -> int:
            nodes.append(Node(len(nodes), label, kind))
            return len(nodes) - 1

        for member in reversed(variable.history()):
            shape = "×".join(map(str, member.shape)) or "scalar"
            if member.function is None:
                kind = "parameter" if isinstance(member, Parameter) else "leaf"
                ends[member] = add(member.name or f"{kind} {shape}", kind)
                continue
            here = add(member.function.name, "function")
            edges += [(ends[i], here) for i in member.inputs if isinstance(i, Variable)]
            ends[member] = here
            if member.name:
                ends[member] = add(member.name, "variable")
                edges.append((here, ends[member]))
        return cls(tuple(nodes), tuple(edges))

    def mermaid(self) -> str:
        """The graph as Mermaid text."""
        shapes = {"function": ('(["', '"])'), "leaf": ('["', '"]'), "parameter": ('[/"', '"/]')}
        lines = ["flowchart TD"]
        for node in self.nodes:
            left, right = shapes.get(node.kind, ('{"', '"}'))
            label = node.label.replace('"', "#quot;")
            lines.append(f"    n{node.id}{left}{label}{right}")
        lines += [f"    n{a} --> n{b}" for a, b in self.edges]
        return "\n".join(lines) + "\n"

    def dot(self) -> str:
        """The graph in Graphviz' language."""
        shapes = {"function": "ellipse", "leaf": "box", "parameter": "box", "variable": "diamond"}
        lines = ["digraph {"]
        for node in self.nodes:
            label = node.label.replace("\\", "\\\\").replace('"', '\\"')
            style = "" if node.kind == "function" else ", style=filled"
            lines.append(f'    n{node.id} [label="{label}", shape={shapes[node.kind]}{style}];')
        lines += [f"    n{a} -> n{b};" for a, b in self.edges]
        return "\n".join([*lines, "}"]) + "\n"
