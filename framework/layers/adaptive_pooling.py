"""Pooling to an output of a given size, whatever that of the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from framework.derivatives import index_select
from framework.layers.windows import check_spatial, largest, numbered, places
from framework.module import Module

Size = int | None | Sequence[int | None]


def _pieces(length: int, pieces: int) -> list[tuple[int, int]]:
    """Where each of so many pieces of a length begins and ends; neighbours may overlap."""
    return [(i * length // pieces, -(-(i + 1) * length // pieces)) for i in range(pieces)]


class _AdaptivePool(Module):
    """Cuts every length into as many pieces as the output has positions.

    Args:
        output_size: positions along each dimension; None keeps the input's.
    """

    spatial: ClassVar[int]

    def __init__(self, output_size: Size) -> None:
        self.output_size = output_size

    def sizes(self, x: Any) -> list[int]:
        """The output's positions for an input x."""
        check_spatial(self, x, self.spatial)
        size = self.output_size
        wanted = [size] * self.spatial if size is None or isinstance(size, int) else list(size)
        lengths = x.shape[-self.spatial :]
        return [n if w is None else w for n, w in zip(lengths, wanted, strict=True)]

    def extra_repr(self) -> str:
        """As torch's."""
        return f"output_size={self.output_size}"


class _AdaptiveAvgPool(_AdaptivePool):
    """The mean of every piece."""

    def forward(self, x: Any) -> Any:
        """Pool."""
        for dim, pieces in zip(range(-self.spatial, 0), self.sizes(x), strict=True):
            weights = torch.zeros(x.shape[dim], pieces, dtype=x.dtype, device=x.device)
            for piece, (start, end) in enumerate(_pieces(x.shape[dim], pieces)):
                weights[start:end, piece] = 1 / (end - start)
            x = (x.transpose(dim, -1) @ weights).transpose(dim, -1)
        return x


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """The means of pieces of x (n, C, L), as torch.nn.AdaptiveAvgPool1d."""

    spatial = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """The means of pieces of x (n, C, H, W), as torch.nn.AdaptiveAvgPool2d.

    >>> AdaptiveAvgPool2d(1)(torch.ones(2, 3, 4, 5)).shape
    torch.Size([2, 3, 1, 1])
    """

    spatial = 2


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """The means of pieces of x (n, C, D, H, W), as torch.nn.AdaptiveAvgPool3d."""

    spatial = 3


class _AdaptiveMaxPool(_AdaptivePool):
    """The largest element of every piece.

    Args:
        output_size: positions along each dimension; None keeps the input's.
        return_indices: give also where in the plane each largest element is.
    """

    def __init__(self, output_size: Size, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, x: Any) -> Any:
        """Pool."""
        sizes = self.sizes(x)
        value, index = largest(self._windows(x, sizes), self.spatial)
        if not self.return_indices:
            return value
        numbers: Tensor = self._windows(numbered(x.shape[-self.spatial :], x.device), sizes)
        return value, places(numbers, index)

    def _windows(self, x: Any, sizes: list[int]) -> Any:
        """The pieces as (…, *positions, *window); shorter ones repeat their last element."""
        for pieces in sizes:
            dim = x.dim() - self.spatial
            ends = _pieces(x.shape[dim], pieces)
            longest = max((end - start for start, end in ends), default=1)
            index = [min(start + k, end - 1) for start, end in ends for k in range(longest)]
            x = index_select(x, dim, torch.tensor(index, dtype=torch.int64, device=x.device))
            x = x.reshape(*x.shape[:dim], pieces, longest, *x.shape[dim + 1 :])
            order = [d for d in range(x.dim()) if d != dim + 1]
            x = x.permute(*order, dim + 1)
        return x


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The largest elements of pieces of x (n, C, L), as torch.nn.AdaptiveMaxPool1d."""

    spatial = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The largest elements of pieces of x (n, C, H, W), as torch.nn.AdaptiveMaxPool2d."""

    spatial = 2


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """The largest elements of pieces of x (n, C, D, H, W), as torch.nn.AdaptiveMaxPool3d."""

    spatial = 3
