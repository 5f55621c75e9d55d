"""Transposed convolutions: every element of the input spreads over a window of the output."""

from __future__ import annotations

import math
from typing import Any

import torch

from framework.derivatives import pad, permute
from framework.layers.convolution import Convolution, Size, moved
from framework.layers.windows import slide_back


class _ConvTranspose(Convolution):
    """Multiplies each element with the weight and adds up the windows where they lie."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: str = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        self._prepare(
            in_channels, out_channels, kernel_size, stride, padding, output_padding, dilation,
            groups, bias, padding_mode, device, dtype,
        )  # fmt: skip

    def convolve(self, x: Any) -> Any:
        """The output without bias, of a batch."""
        d, groups, kernel = self.spatial, self.groups, self.kernel_size
        *runs, n, channels = x.shape[:-d]
        positions = tuple(x.shape[-d:])
        x = x.reshape(*runs, n, groups, channels // groups, *positions)
        rows = permute(x, moved(len(runs), [1, 0, *range(3, 3 + d), 2], 0))
        rows = rows.reshape(*runs, groups, n * math.prod(positions), channels // groups)
        outside = self.out_channels // groups * math.prod(kernel)
        matrix = self.weight.reshape(*runs, groups, channels // groups, outside)
        windows = (rows @ matrix).reshape(
            *runs, groups, n, *positions, self.out_channels // groups, *kernel
        )
        windows = permute(windows, moved(len(runs), [1, 0, 2 + d, *range(2, 2 + d)], d))
        windows = windows.reshape(*runs, n, self.out_channels, *positions, *kernel)
        lengths = [
            (length - 1) * step + gap * (size - 1) + 1
            for length, step, gap, size in zip(
                positions, self.stride, self.dilation, kernel, strict=True
            )
        ]
        y = slide_back(windows, lengths, self.stride, self.dilation)
        widths: list[int] = []
        for cut, more in zip(self.padding, self.output_padding, strict=True):
            widths = [-cut, more - cut, *widths]
        return pad(y, widths) if any(widths) else y


class ConvTranspose1d(_ConvTranspose):
    """The transpose of `Conv1d` as a linear map, as torch.nn.ConvTranspose1d.

    Shapes: x (n, in_channels, L); weight (in_channels, out_channels / groups, *kernel_size). The
    output has (L − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding + 1 positions.
    """

    spatial = 1


class ConvTranspose2d(_ConvTranspose):
    """The transpose of `Conv2d`, as torch.nn.ConvTranspose2d. See `ConvTranspose1d`."""

    spatial = 2


class ConvTranspose3d(_ConvTranspose):
    """The transpose of `Conv3d`, as torch.nn.ConvTranspose3d. See `ConvTranspose1d`."""

    spatial = 3
