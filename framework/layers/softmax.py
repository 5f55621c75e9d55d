"""Softmax and its relatives."""

from __future__ import annotations

from typing import Any

from framework import derivatives
from framework.layers.arguments import own_shape, within_run
from framework.module import Module


class _AlongDimension(Module):
    """A function along one dimension.

    Args:
        dim: the dimension, within a run. None chooses as torch does: 0 for one or three
            dimensions, 1 otherwise.
    """

    keeps_features = True

    def __init__(self, dim: int | None = None) -> None:
        self.dim = dim

    def dimension(self, x: Any) -> int:
        """The dimension of x to work along."""
        dim = self.dim
        if dim is None:
            dim = 0 if len(own_shape(self, x)) in (0, 1, 3) else 1
        return within_run(self, dim)

    def extra_repr(self) -> str:
        """As torch's."""
        return f"dim={self.dim}"


class Softmax(_AlongDimension):
    """eˣⁱ / Σ eˣʲ, as torch.nn.Softmax. Derivative (g − Σ g y) y."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.softmax(x, dim=self.dimension(x))


class LogSoftmax(_AlongDimension):
    """xᵢ − log Σ eˣʲ, as torch.nn.LogSoftmax. Derivative g − e^y Σ g."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.log_softmax(x, dim=self.dimension(x))


class Softmin(_AlongDimension):
    """Softmax of −x, as torch.nn.Softmin."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.softmax(-x, dim=self.dimension(x))


class Softmax2d(Module):
    """Softmax over the channels of x (n, C, H, W) or (C, H, W), as torch.nn.Softmax2d.

    Raises:
        ValueError: another number of dimensions.
    """

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        if len(own_shape(self, x)) not in (3, 4):
            raise ValueError(
                f"Softmax2d takes (n, C, H, W) or (C, H, W), and got {own_shape(self, x)}"
            )
        return derivatives.softmax(x, dim=-3)
