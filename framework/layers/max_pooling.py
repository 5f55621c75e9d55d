"""Pooling by the largest element of every window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from framework.derivatives import pad
from framework.layers.arguments import repeated
from framework.layers.windows import borders, check_spatial, largest, numbered, places, slide
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
        numbers = slide(pad(numbered(lengths, x.device), widths), kernel, stride, dilation)
        return value, places(numbers, index)

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
