"""Normalization of every example by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from framework.derivatives import pad, rsqrt, square, standardize, unfold
from framework.layers.affine import Affine
from framework.layers.arguments import along_channels, check_dtype, own_shape, run_dims
from framework.module import Module


class _OfTrailingDimensions(Affine):
    """What LayerNorm and RMSNorm share: the last dimensions, and what is learned for them."""

    keeps_features = True

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        elementwise_affine: bool,
        bias: bool,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
    ) -> None:
        if isinstance(normalized_shape, int):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        self.elementwise_affine = elementwise_affine
        self.learn(self.normalized_shape, elementwise_affine, bias, device, dtype)

    def _dimensions(self, x: Any) -> tuple[int, ...]:
        shape = self.normalized_shape
        if tuple(x.shape[-len(shape) :]) != shape:
            raise ValueError(
                f"{self} takes inputs whose last dimensions are {shape}, and got one of shape "
                f"{tuple(x.shape)}"
            )
        check_dtype(self, x, self.weight)
        return tuple(range(-len(shape), 0))

    def _against(self, parameter: Any, x: Any) -> Any:
        """The parameter, so that it broadcasts against x."""
        if self.runs is None:
            return parameter
        ones = (1,) * (x.dim() - 1 - len(self.normalized_shape))
        return parameter.reshape(self.runs, *ones, *self.normalized_shape)


class LayerNorm(_OfTrailingDimensions):
    """(x − mean) / √(variance + ε) · w + b, as torch.nn.LayerNorm (Ba et al. 2016).

    Mean and variance are those of the last dimensions, `normalized_shape`.

    Raises:
        ValueError: an input whose last dimensions are others.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(normalized_shape, elementwise_affine, bias, device, dtype)
        self.eps = eps

    def forward(self, x: Any) -> Any:
        """Normalize."""
        y = standardize(x, dim=self._dimensions(x), eps=self.eps)
        if self.weight is not None:
            y = y * self._against(self.weight, x)
        return y if self.bias is None else y + self._against(self.bias, x)

    def extra_repr(self) -> str:
        """As torch's."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class RMSNorm(_OfTrailingDimensions):
    """x / √(mean of x² + ε) · w, as torch.nn.RMSNorm (Zhang & Sennrich 2019).

    The mean is that over the last dimensions, `normalized_shape`; ε is the dtype's own where it is
    None.

    Raises:
        ValueError: an input whose last dimensions are others.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(normalized_shape, elementwise_affine, False, device, dtype)
        self.eps = eps

    def forward(self, x: Any) -> Any:
        """Normalize."""
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x * rsqrt(square(x).mean(self._dimensions(x), True) + eps)
        return y if self.weight is None else y * self._against(self.weight, x)

    def extra_repr(self) -> str:
        """As torch's."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class GroupNorm(Affine):
    """(x − mean) / √(variance + ε) · w + b, as torch.nn.GroupNorm (Wu & He 2018).

    Mean and variance are those of each example's groups of channels; w and b have one value a
    channel. Shapes: x (n, num_channels, *).

    Raises:
        ValueError: channels that do not divide into the groups, or another number of them.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        if num_channels % num_groups:
            raise ValueError(
                f"GroupNorm takes num_channels divisible by num_groups, and got {num_channels} "
                f"and {num_groups}"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self.learn(num_channels, affine, bias, device, dtype)

    def forward(self, x: Any) -> Any:
        """Normalize."""
        shape = own_shape(self, x)
        if len(shape) < 2 or shape[1] != self.num_channels:
            raise ValueError(f"{self} takes (n, {self.num_channels}, …), and got {shape}")
        check_dtype(self, x, self.weight)
        runs = tuple(x.shape[: run_dims(self)])
        groups = x.reshape(*runs, shape[0], self.num_groups, -1)
        y = standardize(groups, dim=-1, eps=self.eps).reshape(*runs, *shape)
        if self.weight is not None:
            y = y * along_channels(self, self.weight, y)
        return y if self.bias is None else y + along_channels(self, self.bias, y)

    def extra_repr(self) -> str:
        """As torch's."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    """x / (k + α·mean of x² over `size` neighbouring channels)^β, as torch.nn.LocalResponseNorm.

    Shapes: x (n, C, *). Source: Krizhevsky et al. 2012.

    Raises:
        ValueError: an input of fewer than three dimensions.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, x: Any) -> Any:
        """Normalize."""
        shape = own_shape(self, x)
        if len(shape) < 3:
            raise ValueError(f"{self} takes at least (n, C, L), and got {shape}")
        spatial = len(shape) - 2
        widths = [0, 0] * spatial + [self.size // 2, (self.size - 1) // 2]
        squares = pad(square(x), widths)
        mean = unfold(squares, -spatial - 1, self.size).sum(-1) / self.size
        return x / (mean * self.alpha + self.k) ** self.beta

    def extra_repr(self) -> str:
        """As torch's."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
