"""What `v + 1`, `v[0]`, `v.exp()` and `torch.exp(v)` mean for a `Variable` v."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from framework.variable import Function, Variable


class UnknownFunctionError(AttributeError, TypeError):
    """A function that the derivative table has no line for."""


def function_named(name: str) -> Callable[..., Any]:
    """What `Variable.name` or `torch.name(variable)` does: a function of the table, or a constant.

    `derivatives.spellings` puts torch's ways of calling a function into the table's.
    """
    from framework import derivatives

    plain = name.strip("_") if name.startswith("__") else name
    for table in (derivatives.spellings, Function.table):
        if plain in table:
            return table[plain]
    raise UnknownFunctionError(
        f"Variable has no function {name!r}: the derivative table knows "
        + ", ".join(sorted(Function.table))
        + "; for a constant use .data"
    )


def _operator(name: str) -> Callable[..., Any]:
    def call(self: Variable, *others: Any) -> Any:
        return Function.table[name](self, *others)

    return call


def _reflected(name: str) -> Callable[..., Any]:
    def call(self: Variable, other: Any) -> Any:
        return Function.table[name](other, self)

    return call


def _comparison(name: str) -> Callable[..., Any]:
    def call(self: Variable, other: Any) -> Tensor:
        value = other._data if isinstance(other, Variable) else other
        return getattr(torch, name)(self._data, value)

    return call


for _name, _method_name in {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "matmul": "matmul", "pow": "pow",
}.items():  # fmt: skip
    setattr(Variable, f"__{_name}__", _operator(_method_name))
    setattr(Variable, f"__r{_name}__", _reflected(_method_name))
for _name, _method_name in {"getitem": "getitem", "abs": "abs", "neg": "neg"}.items():
    setattr(Variable, f"__{_name}__", _operator(_method_name))
for _name in ("gt", "lt", "ge", "le"):
    setattr(Variable, f"__{_name}__", _comparison(_name))
