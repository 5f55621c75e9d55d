"""Flowcharts of what code does, drawn from watching it run.

A box is a call, a diamond a loop or a branch, an arrow what came next; a number at an arrow says
how often it did.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from types import CodeType, FrameType
from typing import Any

from experiments.structure.diagrams import Arrow, Box, Diagram

Event = tuple[str, str]
"""A label and the shape of its box."""

_WIDTH = 26
"""Characters in a line of a diamond."""

_LOOKED_INTO = ("__init__", "__call__", "reset_parameters")
"""Public methods whose own calls are shown too; so are those of private ones."""


def flowchart(run: Callable[[], Any], watched: Callable[..., Any], shown: Sequence[str]) -> Diagram:
    """The calls below ``watched`` while ``run`` runs, and its own loops and branches.

    ``shown`` names the methods that count as steps, of all classes or, as "Class.method", of one;
    functions of `framework.init` always do.
    """
    events = [("begin", "ellipse"), *_watch(run, watched, shown), ("end", "ellipse")]
    labels = [label for label, _ in events]
    nexts = Counter(pair for pair in pairwise(labels) if pair[0] != pair[1])
    boxes = [Box(label, label, shape) for label, shape in dict(events).items()]
    several = Counter(source for source, _ in nexts)
    arrows = [
        Arrow(source, target, f"{count}×" if several[source] > 1 or count > 1 else "")
        for (source, target), count in nexts.items()
    ]
    return Diagram(boxes, arrows)


def _watch(
    run: Callable[[], Any], watched: Callable[..., Any], shown: Sequence[str]
) -> list[Event]:
    events: list[Event] = []
    code = inspect.unwrap(watched).__code__
    control = _control_lines(watched)

    def see_line(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line" and frame.f_lineno in control:
            events.append((control[frame.f_lineno], "diamond"))
        return see_line

    def see_call(frame: FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_code is code:
            return see_line
        label = _label(frame, shown)
        if label and _below(frame, code):
            events.append((label, "box"))
        return None

    before = sys.gettrace()
    sys.settrace(see_call)
    try:
        run()
    finally:
        sys.settrace(before)
    return events


def _control_lines(function: Callable[..., Any]) -> dict[int, str]:
    """The lines of loops and branches, and what stands there."""
    lines, first = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    return {first + line - 1: text for line, text in _controls(tree)}


def _controls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            header = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
            yield node.lineno, textwrap.fill(header, _WIDTH)
        elif isinstance(node, ast.If):
            yield node.lineno, textwrap.fill(f"if {ast.unparse(node.test)}", _WIDTH)


def _label(frame: FrameType, shown: Sequence[str]) -> str:
    """What a call is called in the drawing; nothing where it is no step."""
    module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
    owner = frame.f_locals.get("self")
    if module == "framework.init" and not name.startswith("_"):
        return f"init.{name}"
    kind = type(owner).__name__
    if not module.startswith("framework") or not {name, f"{kind}.{name}"} & set(shown):
        return ""
    return kind if name == "__init__" else f"{kind}()" if name == "__call__" else f"{kind}.{name}()"


def _below(frame: FrameType, code: CodeType) -> bool:
    """Whether only calls that are looked into lie between ``frame`` and the watched one."""
    above = frame.f_back
    while above is not None and above.f_code is not code:
        name = above.f_code.co_name
        if not name.startswith("_") and name not in _LOOKED_INTO:
            return False
        above = above.f_back
    return above is not None
