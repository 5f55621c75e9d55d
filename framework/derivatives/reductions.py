"""Functions that make one element of many, or weigh each by its neighbours."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from framework.derivatives.common import Tensors, count, spread
from framework.derivatives.elementwise import rsqrt
from framework.derivatives.shapes import flip
from framework.variable import Function

Function(
    "sum",
    torch.sum,
    lambda g, _, x, dim=None, keepdim=False: spread(g, x, dim, keepdim).expand(x.shape),
)
Function(
    "mean",
    torch.mean,
    lambda g, y, x, dim=None, keepdim=False: spread(g / count(x, y), x, dim, keepdim).expand(
        x.shape
    ),
)
# Elements that tie for the extreme share its gradient, as in torch.
amax = Function(
    "amax",
    lambda x, dim=(), keepdim=False: torch.amax(x, dim, keepdim),
    lambda g, y, x, dim=(), keepdim=False: _to_extremes(g, y, x, dim, keepdim),
)
amin = Function(
    "amin",
    lambda x, dim=(), keepdim=False: torch.amin(x, dim, keepdim),
    lambda g, y, x, dim=(), keepdim=False: _to_extremes(g, y, x, dim, keepdim),
)
cumsum: Function = Function(
    "cumsum",
    torch.cumsum,
    lambda g, _, x, dim: flip(cumsum(flip(g, (dim,)), dim), (dim,)),
)
logsumexp = Function(
    "logsumexp",
    lambda x, dim, keepdim=False: torch.logsumexp(x, dim, keepdim),
    lambda g, _, x, dim, keepdim=False: spread(g, x, dim, keepdim) * softmax(x, dim=dim),
)
softmax: Function = Function(
    "softmax",
    lambda x, dim=-1: torch.softmax(x, dim),
    lambda g, y, x, dim=-1: (g - (g * y).sum(dim, keepdim=True)) * y,
)
#: (x − mean) / √(variance + ε) over the dimensions `dim`.
standardize = Function(
    "standardize",
    lambda x, dim, eps: (x - x.mean(dim, True)) * _rstd(x, dim, eps),
    lambda g, y, x, dim, eps: (
        _rstd(x, dim, eps) * (g - g.mean(dim, True) - y * (g * y).mean(dim, True))
    ),
)


def _rstd(x: Tensors, dim: Any, eps: float) -> Tensors:
    centred = x - x.mean(dim, True)
    return rsqrt((centred * centred).mean(dim, True) + eps)


def _to_extremes(g: Tensors, y: Tensors, x: Tensors, dim: Any, keepdim: bool) -> Tensors:
    dim = None if dim == () else dim
    here: Tensor = torch.eq(x, spread(y, x, dim, keepdim)).to(x.dtype)
    ties = here.sum() if dim is None else here.sum(dim, keepdim=True)
    return spread(g, x, dim, keepdim) * (here / ties)
