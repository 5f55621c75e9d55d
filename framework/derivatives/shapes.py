"""Functions that move elements and change none."""

from __future__ import annotations

import math
import operator
from typing import Any

import torch
from torch import Tensor

from framework.derivatives.common import Tensors
from framework.variable import Function

reshape = Function(
    "reshape", lambda x, *shape: x.reshape(*shape), lambda g, _, x, *s: g.reshape(x.shape)
)
expand = Function("expand", lambda x, *shape: x.expand(*shape), lambda g, *_: g)
transpose = Function(
    "transpose",
    lambda x, a, b: x.transpose(a, b),
    lambda g, _, x, a, b: g.transpose(a, b),
)
Function("t", lambda x: x.t(), lambda g, *_: g.t())
permute: Function = Function(
    "permute",
    lambda x, dims: x.permute(dims),
    lambda g, _, x, dims: permute(g, _inverse(dims)),
)
Function("unsqueeze", lambda x, dim: x.unsqueeze(dim), lambda g, _, x, dim: g.reshape(x.shape))
Function("squeeze", lambda x, *dim: x.squeeze(*dim), lambda g, _, x, *dim: g.reshape(x.shape))
Function("repeat", lambda x, *sizes: x.repeat(*sizes), lambda g, _, x, *s: _unrepeat(g, x, s))
flip: Function = Function("flip", lambda x, dims: x.flip(dims), lambda g, _, x, dims: flip(g, dims))
getitem = Function(
    "getitem", operator.getitem, lambda g, _, x, index: put(g, index, tuple(x.shape))
)
#: Zeros of a shape, with g added at an index.
put: Function = Function(
    "put",
    lambda g, index, shape: _put(g, index, shape),
    lambda g, _, x, index, shape: g[index],
)
cat = Function(
    "cat",
    lambda *tensors, dim=0: torch.cat(tensors, dim),
    lambda g, _, *tensors, dim=0, position: _slice_of(g, tensors, dim, position),
    variadic=True,
)
stack = Function(
    "stack",
    lambda *tensors, dim=0: torch.stack(tensors, dim),
    lambda g, _, *tensors, dim=0, position: g.select(dim, position),
    variadic=True,
)
Function(
    "select",
    lambda x, dim, index: x.select(dim, index),
    lambda g, _, x, dim, index: put(g, _at(x, dim, index), tuple(x.shape)),
)
Function(
    "narrow",
    lambda x, dim, start, length: x.narrow(dim, start, length),
    lambda g, _, x, dim, start, length: put(
        g, _at(x, dim, slice(start, start + length)), tuple(x.shape)
    ),
)
gather: Function = Function(
    "gather", torch.gather, lambda g, _, x, dim, index: scatter_add(g, x.shape, dim, index)
)
#: Zeros of a shape, with g added where `gather` would read.
scatter_add: Function = Function(
    "scatter_add",
    lambda g, shape, dim, index: torch.zeros(shape, dtype=g.dtype, device=g.device).scatter_add_(
        dim, index, g
    ),
    lambda g, _, x, shape, dim, index: gather(g, dim, index),
)
index_select: Function = Function(
    "index_select",
    torch.index_select,
    lambda g, _, x, dim, index: index_add(g, x.shape, dim, index),
)
#: Zeros of a shape, with g added where `index_select` would read.
index_add: Function = Function(
    "index_add",
    lambda g, shape, dim, index: torch.zeros(shape, dtype=g.dtype, device=g.device).index_add_(
        dim, index, g
    ),
    lambda g, _, x, shape, dim, index: index_select(g, dim, index),
)
#: `widths` (before, after) of the last dimension first, then the one before it; negative ones cut.
pad: Function = Function(
    "pad",
    lambda x, widths, value=0.0: torch.constant_pad_nd(x, widths, value),
    lambda g, _, x, widths, value=0.0: pad(g, [-width for width in widths]),
)
#: Windows along dimension `dim` (counted from the end) as a new last dimension:
#: y[…, i, …, k] = x[…, i·step + k·dilation, …].
unfold: Function = Function(
    "unfold",
    lambda x, dim, size, step=1, dilation=1: _unfold(x, dim, size, step, dilation),
    lambda g, _, x, dim, size, step=1, dilation=1: fold(g, x.shape[dim], dim, step, dilation),
)
#: Windows added up where `unfold` would read them, along a dimension of the given length.
fold: Function = Function(
    "fold",
    lambda g, length, dim, step=1, dilation=1: _fold(g, length, dim, step, dilation),
    lambda g, _, x, length, dim, step=1, dilation=1: unfold(g, dim, x.shape[-1], step, dilation),
)


def _inverse(dims: Any) -> list[int]:
    dims = [d % len(dims) for d in dims]
    return [dims.index(d) for d in range(len(dims))]


def _unrepeat(g: Tensors, x: Tensors, sizes: tuple[Any, ...]) -> Tensors:
    counts = list(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else list(sizes)
    lengths = [1] * (len(counts) - x.dim()) + list(x.shape)
    pairs = [n for pair in zip(counts, lengths, strict=True) for n in pair]
    return g.reshape(pairs).sum(dim=list(range(0, len(pairs), 2))).reshape(x.shape)


def _put(g: Tensor, index: Any, shape: tuple[int, ...]) -> Tensor:
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, (Tensor, list)) for part in parts):
        # An element that was read twice gets both gradients.
        places = torch.arange(math.prod(shape), device=g.device).reshape(shape)[index]
        result = g.new_zeros(math.prod(shape))
        return result.index_add_(0, places.flatten(), g.flatten()).reshape(shape)
    result = g.new_zeros(shape)
    result[index] += g
    return result


def _at(x: Tensors, dim: int, index: Any) -> tuple[Any, ...]:
    return (slice(None),) * (dim % x.dim()) + (index,)


def _slice_of(g: Tensors, tensors: tuple[Any, ...], dim: int, position: int) -> Tensors:
    start = sum(t.shape[dim] for t in tensors[:position])
    return g.narrow(dim, start, tensors[position].shape[dim])


def _unfold(x: Tensor, dim: int, size: int, step: int, dilation: int) -> Tensor:
    windows = x.unfold(dim, dilation * (size - 1) + 1, step)
    return windows if dilation == 1 else windows[..., ::dilation]


def _fold(g: Tensor, length: int, dim: int, step: int, dilation: int) -> Tensor:
    pieces = g.movedim(dim - 1, -2)
    *leading, windows, size = pieces.shape
    result = g.new_zeros((*leading, length))
    for k in range(size):
        start = k * dilation
        result[..., start : start + step * (windows - 1) + 1 : step] += pieces[..., k]
    return result.movedim(-1, dim)
