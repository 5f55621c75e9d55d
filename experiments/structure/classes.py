"""The class diagram of the framework, from the classes themselves."""

from __future__ import annotations

import inspect
import math
import re
import textwrap
from collections.abc import Iterable, Iterator

import framework
from experiments.structure.diagrams import Arrow, Box, Diagram

WIDTH = 40
"""Characters in a line of a box, unless it is long."""


def class_diagram() -> Diagram:
    """Every public class: those that others build on with their methods, the others by package.

    An arrow leads to the class that one inherits from or, dashed, that it takes, makes or gives.
    """
    public = [each for name in framework.__all__ if inspect.isclass(each := vars(framework)[name])]
    families = _families(public)
    core = list(dict.fromkeys([*families.values(), *(c for c in public if not _package(c))]))
    boxes, arrows = [], [arrow for cls in core for arrow in _arrows(cls, core)]
    for package, base in families.items():
        names = [c.__name__ for c in public if _package(c) == package and c is not base]
        boxes.append(Box(package, _boxed(f"{package}: {len(names)} classes", names)))
        arrows.append(Arrow(package, base.__name__, kind="inherits"))
    boxes += [Box(cls.__name__, _boxed(cls.__name__, _methods(cls))) for cls in core]
    return Diagram(boxes, arrows)


def _package(cls: type) -> str:
    """The package of the framework that a class lies in; none where it lies in the framework."""
    parts = cls.__module__.split(".")
    return parts[1] if len(parts) > 2 else ""


def _families(public: Iterable[type]) -> dict[str, type]:
    """Each package's name and the class that all its public classes derive from."""
    members: dict[str, list[type]] = {}
    for cls in public:
        if _package(cls):
            members.setdefault(_package(cls), []).append(cls)
    return {
        package: next(c for c in classes[0].__mro__ if all(issubclass(m, c) for m in classes))
        for package, classes in members.items()
    }


def _methods(cls: type) -> list[str]:
    return [
        name if isinstance(value, property) else f"{name}()"
        for name, value in vars(cls).items()
        if not name.startswith("_") and (callable(value) or isinstance(value, property))
    ]


def _boxed(title: str, names: Iterable[str]) -> str:
    text = ", ".join(names)
    width = max(WIDTH, round(math.sqrt(3.5 * len(text))))  # long lists in boxes of a screen's shape
    return "\n".join([title, *textwrap.wrap(text, width, break_long_words=False)])


def _arrows(cls: type, core: list[type]) -> Iterator[Arrow]:
    parent = next((base for base in cls.__mro__[1:] if base in core), None)
    if parent is not None:
        yield Arrow(cls.__name__, parent.__name__, kind="inherits")
    mentioned = set(re.findall(r"\w+", " ".join(_annotations(cls))))
    for other in core:
        if other.__name__ in mentioned and not issubclass(cls, other):
            yield Arrow(cls.__name__, other.__name__, kind="uses")


def _annotations(cls: type) -> Iterator[str]:
    for value in vars(cls).values():
        yield from map(str, getattr(value, "__annotations__", {}).values())
