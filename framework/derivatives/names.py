"""Torch's other ways of calling functions of the table, and functions nothing flows back from."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from framework.derivatives.activations import hardtanh
from framework.derivatives.arithmetic import clamp
from framework.derivatives.common import constant
from framework.derivatives.losses import log_softmax
from framework.derivatives.reductions import amax, amin, softmax
from framework.derivatives.shapes import cat, flip, gather, permute, reshape, stack, transpose
from framework.variable import Function, Variable


def _of_data(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*inputs: Any, **arguments: Any) -> Any:
        return function(*map(constant, inputs), **arguments)

    return call


def _listed(function: Function) -> Callable[..., Any]:
    def call(tensors: Any, dim: int = 0) -> Any:
        return function(*tensors, dim=dim)

    return call


def _by_dimension(function: Function) -> Callable[..., Any]:
    def call(x: Any, dim: int = -1) -> Any:
        return function(x, dim=dim)

    return call


def _many(function: Function) -> Callable[..., Any]:
    def call(x: Any, *dims: Any) -> Any:
        return function(x, dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims)

    return call


def _extreme(reduced: Function, position: Callable[..., Any]) -> Callable[..., Any]:
    """`x.max()` reduces everything; `x.max(dim)` gives values and indices."""

    def call(x: Any, dim: int | None = None, keepdim: bool = False) -> Any:
        if dim is None:
            return reduced(x)
        index = position(constant(x), dim, keepdim=True)
        values = gather(x, dim, index)
        return (values, index) if keepdim else (values.squeeze(dim), index.squeeze(dim))

    return call


def _flatten(x: Variable, start: int = 0, end: int = -1) -> Any:
    shape = list(x.shape)
    start, end = start % len(shape), end % len(shape)
    return reshape(x, *shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])


def _variance(x: Variable, dim: Any = None, correction: int = 1, keepdim: bool = False) -> Any:
    centred = x - (x.mean() if dim is None else x.mean(dim, True))
    squares = centred * centred
    mean = squares.mean() if dim is None else squares.mean(dim, keepdim)
    elements = x.numel() // mean.numel()
    return mean * (elements / (elements - correction))


def _unbind(x: Variable, dim: int = 0) -> tuple[Any, ...]:
    return tuple(x.select(dim, index) for index in range(x.shape[dim]))


def _split(x: Variable, size: int, dim: int = 0) -> tuple[Any, ...]:
    length = x.shape[dim]
    return tuple(
        x.narrow(dim, start, min(size, length - start)) for start in range(0, length, size)
    )


CONSTANT = (
    *("gt", "lt", "ge", "le", "eq", "ne", "isnan", "isinf", "isfinite", "equal", "allclose"),
    *("argmax", "argmin", "zeros_like", "ones_like", "empty_like", "floor", "ceil", "round"),
)

spellings: dict[str, Callable[..., Any]] = {
    **{name: _of_data(getattr(torch, name)) for name in CONSTANT},
    "mT": lambda x: transpose(x, -2, -1),
    "T": lambda x: Function.table["t"](x),
    "view": lambda x, *shape: reshape(x, *shape),
    "flatten": _flatten,
    "permute": _many(permute),
    "flip": _many(flip),
    "cat": _listed(cat),
    "stack": _listed(stack),
    "unbind": _unbind,
    "split": _split,
    "chunk": lambda x, chunks, dim=0: _split(x, -(-x.shape[dim] // chunks), dim),
    "softmax": _by_dimension(softmax),
    "log_softmax": _by_dimension(log_softmax),
    "max": _extreme(amax, torch.argmax),
    "min": _extreme(amin, torch.argmin),
    "var": _variance,
    "std": lambda x, *args, **arguments: _variance(x, *args, **arguments).sqrt(),
    "clamp_min": lambda x, low: clamp(x, min=low),
    "clamp_max": lambda x, high: clamp(x, max=high),
    "hardtanh": lambda x, low=-1.0, high=1.0: hardtanh(x, low=low, high=high),
    "truediv": Function.table["div"],
    "rsub": lambda a, b: b - a,
    "radd": lambda a, b: b + a,
    "rmul": lambda a, b: b * a,
    "rtruediv": lambda a, b: b / a,
    "rdiv": lambda a, b: b / a,
    "rpow": lambda a, b: b**a,
    "rmatmul": lambda a, b: b @ a,
    "contiguous": lambda x: x,
}
