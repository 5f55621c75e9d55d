"""Products of matrices, on the last two dimensions."""

from __future__ import annotations

import operator

import torch

from framework.derivatives.common import Tensors
from framework.products import product
from framework.variable import Function

Function("mm", torch.mm, lambda g, _, a, b: g @ b.mT, lambda g, _, a, b: a.mT @ g)
Function("bmm", torch.bmm, lambda g, _, a, b: g @ b.mT, lambda g, _, a, b: a.mT @ g)
Function(
    "matmul",
    operator.matmul,
    lambda g, _, a, b: _as_matrix(g, a, b) @ (b.mT if b.dim() > 1 else b.unsqueeze(0)),
    lambda g, _, a, b: (
        _left_transposed(a) @ _as_matrix(g, a, b)
        if b.dim() > 1
        else (_left_transposed(a) @ _as_matrix(g, a, b)).squeeze(-1)
    ),
)
#: x Wᵀ + b. Shapes: x (…, n, in), weight (…, out, in), bias (…, out), where … is the run dimension.
linear = Function(
    "linear",
    lambda x, weight, bias=None: product(x, weight.mT, bias),
    lambda g, _, x, weight, bias=None: product(g, weight),
    lambda g, _, x, weight, bias=None: product(g.mT, x),
    lambda g, *_: g.sum(-2),
)


def _as_matrix(g: Tensors, a: Tensors, b: Tensors) -> Tensors:
    """The gradient of a product, with the dimensions back that vectors have lost in it."""
    g = g.unsqueeze(-1) if b.dim() == 1 else g
    return g.unsqueeze(-2) if a.dim() == 1 else g


def _left_transposed(a: Tensors) -> Tensors:
    return a.mT if a.dim() > 1 else a.unsqueeze(-1)
