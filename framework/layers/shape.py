"""Layers that change no element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framework.layers.arguments import within_run
from framework.module import Module


class Identity(Module):
    """x itself, as torch.nn.Identity. Takes any arguments and ignores them."""

    keeps_features = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def forward(self, x: Any) -> Any:
        """Return x."""
        return x


class Flatten(Module):
    """Joins the dimensions from `start_dim` to `end_dim`, as torch.nn.Flatten.

    >>> Flatten()(torch.ones(5, 2, 3)).shape
    torch.Size([5, 6])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: Any) -> Any:
        """Join the dimensions."""
        return x.flatten(within_run(self, self.start_dim), within_run(self, self.end_dim))

    def extra_repr(self) -> str:
        """As torch's."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Splits dimension `dim` into several, as torch.nn.Unflatten.

    Shapes: x (*, m, *) → (*, *unflattened_size, *), whose product is m; one of them may be −1.
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, x: Any) -> Any:
        """Split the dimension."""
        dim = within_run(self, self.dim) % x.dim()
        shape = tuple(x.shape)
        return x.reshape(*shape[:dim], *self.unflattened_size, *shape[dim + 1 :])

    def extra_repr(self) -> str:
        """As torch's."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
