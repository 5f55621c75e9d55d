"""Pooling: one number of every window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from framework.derivatives import absolute, constant, pad, relu
from framework.layers.arguments import repeated
from framework.layers.windows import borders, check_spatial, largest, numbered, slide
from framework.module import Module

Size = int | Sequence[int]


class _MaxPool(Module):
    """The largest element of every window.

    Args:
        kernel_size: lengths of the window.
        stride: how far it moves; None: by its own length.
        padding: how far −∞ stands on both sides.
        dilation: distance between the elements of a window.
        return_indices: give also where in the plane each largest element is.
        ceil_mode: let a last window hang over.

    Raises:
        ValueError: a padding of more than half the window, an input of another shape.
    """

    spatial: ClassVar[int]

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode
        sizes = zip(
            repeated(kernel_size, self.spatial), repeated(padding, self.spatial), strict=True
        )
        if any(2 * width > size for size, width in sizes):
            raise ValueError(
                f"{type(self).__name__} takes a padding of at most half the window, and got "
                f"padding={padding} with kernel_size={kernel_size}"
            )

    def forward(self, x: Any) -> Any:
        """Pool."""
        d = self.spatial
        check_spatial(self, x, d)
        kernel, stride, padding, dilation = (
            repeated(size, d)
            for size in (self.kernel_size, self.stride, self.padding, self.dilation)
        )
        lengths = x.shape[-d:]
        widths = borders(lengths, kernel, stride, padding, dilation, self.ceil_mode)
        windows = slide(pad(x, widths, value=-math.inf), kernel, stride, dilation)
        value, index = largest(windows, d)
        if not self.return_indices:
            return value
        places = slide(pad(numbered(lengths, x.device), widths), kernel, stride, dilation)
        places = places.reshape(*places.shape[:d], -1).expand(*value.shape, -1)
        return value, places.gather(-1, index).squeeze(-1)

    def extra_repr(self) -> str:
        """As torch's."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """The largest element of every window of x (n, C, L), as torch.nn.MaxPool1d."""

    spatial = 1


class MaxPool2d(_MaxPool):
    """The largest element of every window of x (n, C, H, W), as torch.nn.MaxPool2d.

    >>> MaxPool2d(2)(torch.arange(16.0).reshape(1, 1, 4, 4)).flatten()
    tensor([ 5.,  7., 13., 15.])
    """

    spatial = 2


class MaxPool3d(_MaxPool):
    """The largest element of every window of x (n, C, D, H, W), as torch.nn.MaxPool3d."""

    spatial = 3


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
