"""Arithmetic of two tensors or numbers, and choices between them."""

from __future__ import annotations

import math
import operator
from typing import Any

import torch
from torch import Tensor

from framework.derivatives.common import Tensors, constant, is_number
from framework.derivatives.elementwise import log
from framework.variable import Function

Function("add", operator.add, lambda g, *_: g, lambda g, *_: g)
Function("sub", operator.sub, lambda g, *_: g, lambda g, *_: -g)
Function("mul", operator.mul, lambda g, _, a, b: g * b, lambda g, _, a, b: g * a)
Function("div", operator.truediv, lambda g, _, a, b: g / b, lambda g, _, a, b: -g * ((a / b) / b))
Function("neg", operator.neg, lambda g, *_: -g)
Function(
    "pow",
    operator.pow,
    lambda g, _, x, n: g * _slope_in_base(x, n),
    lambda g, y, x, n: g * _slope_in_exponent(y, x, n),
)
#: x log y, and 0 where x = 0.
xlogy = Function(
    "xlogy",
    torch.xlogy,
    lambda g, _, x, y: g * where(torch.eq(x, 0) & torch.le(y, 0), 0.0, log(y)),
    lambda g, _, x, y: g * (x / y),
)
reciprocal = Function("reciprocal", torch.reciprocal, lambda g, y, _: -g * (y * y))
square = Function("square", torch.square, lambda g, _, x: g * (2 * x))


def _slope_in_base(x: Tensors, n: Any) -> Tensors:
    """∂xⁿ/∂x; with n = 0 it is 0, also at x = 0."""
    if is_number(n):
        return n * x ** (n - 1) if n else 0 * x
    return where(torch.eq(constant(n), 0), 0.0, n * x ** (n - 1))


def _slope_in_exponent(y: Tensors, x: Any, n: Tensors) -> Tensors:
    """∂xⁿ/∂n; at x = 0 it is 0 for n ≥ 0, though log x is not finite there."""
    if is_number(x):
        return y * math.log(x) if x else 0 * y
    return where(torch.eq(constant(x), 0) & torch.ge(constant(n), 0), 0.0, y * log(x))


def _addcmul(c: Any, a: Tensor, b: Tensor, value: float = 1) -> Tensor:
    """C + value·a·b in one rounding (torch.addcmul is a fused multiply-add)."""
    if not isinstance(c, Tensor):
        c = torch.full((), c, dtype=a.dtype, device=a.device)
    return torch.addcmul(c, a, b, value=value)


addcmul = Function(
    "addcmul",
    _addcmul,
    lambda g, *_, **__: g,
    lambda g, _, c, a, b, value=1: g * (value * b),
    lambda g, _, c, a, b, value=1: g * (value * a),
)

# Choices

where: Function = Function(
    "where",
    torch.where,
    None,
    lambda g, _, condition, a, b: where(condition, g, 0.0),
    lambda g, _, condition, a, b: where(condition, 0.0, g),
)
clamp: Function = Function(
    "clamp",
    torch.clamp,
    lambda g, _, x, min=None, max=None: g * _inside(constant(x), min, max),
)
# Where both are equal, each gets half of the gradient, as in torch.
maximum = Function(
    "maximum",
    torch.maximum,
    lambda g, y, a, b: g * _share(torch.gt(a, b), torch.eq(a, b)),
    lambda g, y, a, b: g * _share(torch.gt(b, a), torch.eq(a, b)),
)
minimum = Function(
    "minimum",
    torch.minimum,
    lambda g, y, a, b: g * _share(torch.lt(a, b), torch.eq(a, b)),
    lambda g, y, a, b: g * _share(torch.lt(b, a), torch.eq(a, b)),
)


def _inside(x: Tensor, low: Any, high: Any) -> Tensor:
    inside = torch.ones_like(x)
    if low is not None:
        inside = inside * (x >= constant(low))
    if high is not None:
        inside = inside * (x <= constant(high))
    return inside


def _share(wins: Tensor, ties: Tensor) -> Tensor:
    return wins + 0.5 * ties
