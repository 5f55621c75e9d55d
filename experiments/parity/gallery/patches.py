"""How a bug is switched on: inside a `with` block, one thing of the framework is another."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import framework as fw
from framework.variable import Function

Patch = Callable[[], Any]
"""A function that gives a context in which the bug is there."""


@dataclass(frozen=True)
class Bug:
    """A mistake somebody could make, or did.

    Args:
        name: what is wrong, in a few words.
        near: how the names of the cases begin that look at it first; only the order depends on it.
        patch: switches it on.
        source: the report that had it, if any.
        backend: where it is hunted first.
    """

    name: str
    near: str
    patch: Patch
    source: str = ""
    backend: str = "framework"


def vjp(name: str, wrong: Callable[..., Any], position: int = 0) -> Patch:
    """The derivative of the table's function `name` for one input is another function."""

    def switch() -> Any:
        entry = Function.table[name]
        changed = [*entry.vjps]
        changed[position] = wrong
        return patch.object(entry, "vjps", tuple(changed))

    return switch


def value(name: str, wrong: Callable[..., Any]) -> Patch:
    """The value of the table's function `name` is another function."""
    return lambda: patch.object(Function.table[name], "value", wrong)


def attribute(owner: Any, name: str, wrong: Any) -> Patch:
    """An attribute of a class or module is something else."""
    return lambda: patch.object(owner, name, wrong)


def around(owner: Any, name: str, wrong: Callable[..., Any]) -> Patch:
    """A method or function is `wrong(right, *what it is called with)`."""

    def switch() -> Any:
        right = getattr(owner, name)

        def call(*arguments: Any, **named: Any) -> Any:
            return wrong(right, *arguments, **named)

        return patch.object(owner, name, call)

    return switch


def ignored(owner: Any, default: Any = None, **wrong: Any) -> Patch:
    """A constructor takes another value for an argument than it is given.

    What is callable is asked for the wrong value of the right one; where an argument is not given,
    of `default`, or, without one, it is left alone.
    """

    def build(right: Any, self: Any, *arguments: Any, **named: Any) -> None:
        for name, value in wrong.items():
            if name not in named and default is None:
                continue
            named[name] = value(named.get(name, default)) if callable(value) else value
        right(self, *arguments, **named)

    return around(owner, "__init__", build)


def constructed(owner: Any, **changes: Any) -> Patch:
    """A module, loss or optimizer keeps other values than it was constructed with."""

    def build(right: Any, self: Any, *arguments: Any, **named: Any) -> None:
        right(self, *arguments, **named)
        for name, wrong in changes.items():
            setattr(self, name, wrong(getattr(self, name)) if callable(wrong) else wrong)

    return around(owner, "__init__", build)


def forward(owner: Any, wrong: Callable[..., Any]) -> Patch:
    """A module computes another function."""
    return attribute(owner, "forward", wrong)


def both(*patches: Patch) -> Patch:
    """Several patches together."""

    @contextmanager
    def switch() -> Iterator[None]:
        with ExitStack() as stack:
            for each in patches:
                stack.enter_context(each())
            yield

    return switch


__all__ = ["Bug", "Patch", "around", "attribute", "both", "constructed", "forward", "fw",
           "ignored", "value", "vjp"]  # fmt: skip
