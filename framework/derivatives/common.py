"""What entries of the table share."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from framework.variable import Variable

#: A tensor or a `Variable`: vjps take both, so that they can themselves be recorded.
Tensors = Any


def constant(x: Any) -> Any:
    """The data of a variable; anything else as it is. Nothing flows back through it."""
    return x.data if isinstance(x, Variable) else x


def is_number(x: Any) -> bool:
    """Whether x is a Python number, and neither tensor nor variable."""
    return not isinstance(x, (Tensor, Variable))


def spread(g: Tensors, x: Tensors, dim: Any = None, keepdim: bool = False) -> Tensors:
    """Give a reduced gradient its dimensions back, without repeating it yet."""
    if dim is None:
        return g if g.dim() == 0 else g.reshape(g.shape + (1,) * (x.dim() - g.dim()))
    if keepdim:
        return g
    dims = sorted(d % x.dim() for d in ([dim] if isinstance(dim, int) else dim))
    for d in dims:
        g = g.unsqueeze(d)
    return g


def count(x: Tensors, y: Tensors) -> int:
    """How many elements of x were reduced to each element of y."""
    return x.numel() // max(y.numel(), 1)
