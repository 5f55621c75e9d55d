"""Pooling by the mean of every window, or by another norm of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from framework.derivatives import absolute, constant, pad, relu
from framework.layers.arguments import repeated
from framework.layers.windows import borders, check_spatial, slide
from framework.module import Module

Size = int | Sequence[int]


class _AvgPool(Module):
    """The mean of every window.

    Args:
        kernel_size: lengths of the window.
        stride: how far it moves; None: by its own length.
        padding: how far zeros stand on both sides.
        ceil_mode: let a last window hang over.
        count_include_pad: let the padding count in the mean.
        divisor_override: divide the sum of a window by this number.
    """

    spatial: ClassVar[int]
    divisor_override: int | None = None

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, x: Any) -> Any:
        """Pool."""
        d = self.spatial
        check_spatial(self, x, d)
        kernel, stride, padding = (
            repeated(size, d) for size in (self.kernel_size, self.stride, self.padding)
        )
        widths = borders(x.shape[-d:], kernel, stride, padding, (1,) * d, self.ceil_mode)
        sums = slide(pad(x, widths), kernel, stride, (1,) * d).sum(tuple(range(-d, 0)))
        return sums / self._divisor(constant(x), kernel, stride, padding, widths)

    def _divisor(self, x: Any, kernel: Any, stride: Any, padding: Any, widths: list[int]) -> Any:
        """What the sum of each window is divided by."""
        if self.divisor_override is not None:
            return self.divisor_override
        if not self.ceil_mode and (self.count_include_pad or not any(padding)):
            return math.prod(kernel)
        d = self.spatial
        counted = torch.ones(x.shape[-d:], dtype=x.dtype, device=x.device)
        if self.count_include_pad:
            both = [width for p in reversed(padding) for width in (p, p)]
            counted = pad(counted, both, value=1.0)
            widths = [w - p for w, p in zip(widths, both, strict=True)]
        return slide(pad(counted, widths), kernel, stride, (1,) * d).sum(tuple(range(-d, 0)))

    def extra_repr(self) -> str:
        """As torch's."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """The mean of every window of x (n, C, L), as torch.nn.AvgPool1d."""

    spatial = 1

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        kernel, step, width = (
            repeated(size, 1)
            for size in (kernel_size, kernel_size if stride is None else stride, padding)
        )
        super().__init__(kernel, step, width, ceil_mode, count_include_pad)


class AvgPool2d(_AvgPool):
    """The mean of every window of x (n, C, H, W), as torch.nn.AvgPool2d."""

    spatial = 2


class AvgPool3d(_AvgPool):
    """The mean of every window of x (n, C, D, H, W), as torch.nn.AvgPool3d."""

    spatial = 3


class _LPPool(Module):
    """(Σ xᵖ)^(1/p) of every window.

    Args:
        norm_type: p.
        kernel_size: lengths of the window.
        stride: how far it moves; None: by its own length.
        ceil_mode: let a last window hang over.
    """

    spatial: ClassVar[int]

    def __init__(
        self,
        norm_type: float,
        kernel_size: Size,
        stride: Size | None = None,
        ceil_mode: bool = False,
    ) -> None:
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, x: Any) -> Any:
        """Pool."""
        mean = _AVG_POOLS[self.spatial](self.kernel_size, self.stride, 0, self.ceil_mode)
        mean.runs = self.runs
        mean = mean(x**self.norm_type)
        elements = math.prod(repeated(self.kernel_size, self.spatial))
        positive = torch.sign(constant(mean)) * relu(absolute(mean))
        return (positive * elements) ** (1.0 / self.norm_type)

    def extra_repr(self) -> str:
        """As torch's."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


_AVG_POOLS: dict[int, type[_AvgPool]] = {1: AvgPool1d, 2: AvgPool2d, 3: AvgPool3d}


class LPPool1d(_LPPool):
    """(Σ xᵖ)^(1/p) of every window of x (n, C, L), as torch.nn.LPPool1d."""

    spatial = 1


class LPPool2d(_LPPool):
    """(Σ xᵖ)^(1/p) of every window of x (n, C, H, W), as torch.nn.LPPool2d."""

    spatial = 2


class LPPool3d(_LPPool):
    """(Σ xᵖ)^(1/p) of every window of x (n, C, D, H, W), as torch.nn.LPPool3d."""

    spatial = 3
