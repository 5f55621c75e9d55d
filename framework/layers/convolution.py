"""Convolutions: the product of a matrix with every window of the input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from framework import init
from framework.derivatives import permute
from framework.layers.arguments import along_channels, check_dtype, repeated, run_dims
from framework.layers.padding import extend
from framework.layers.windows import as_batch, borders, check_spatial, slide
from framework.module import Module
from framework.variable import Parameter

Size = int | Sequence[int]
MODES = ("zeros", "reflect", "replicate", "circular")


class Convolution(Module):
    """What convolutions and transposed ones share: weight, bias and their initial values."""

    spatial: ClassVar[int]
    transposed: ClassVar[bool] = False

    def _prepare(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size,
        padding: Size | str,
        output_padding: Size,
        dilation: Size,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
    ) -> None:
        name = type(self).__name__
        if groups <= 0 or in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{name} takes channels that divide into groups, and got {in_channels} and "
                f"{out_channels} with groups={groups}"
            )
        if padding_mode not in (MODES[:1] if self.transposed else MODES):
            raise ValueError(f"{name} takes padding_mode {', '.join(MODES)}, not {padding_mode!r}")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = repeated(kernel_size, self.spatial)
        self.stride = repeated(stride, self.spatial)
        self.padding: Any = padding
        if not isinstance(padding, str):
            self.padding = repeated(padding, self.spatial)
        self.dilation = repeated(dilation, self.spatial)
        self.output_padding = repeated(output_padding, self.spatial)
        self.groups = groups
        self.padding_mode = padding_mode
        outer, inner = (
            (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        )
        shape = (outer, inner // groups, *self.kernel_size)
        self.weight = Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.bias: Parameter | None = None
        if bias:
            self.bias = Parameter(torch.empty(out_channels, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values from torch's global generator."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.weight.data[0].numel())
            init.uniform_(self.bias, -bound, bound)

    def forward(self, x: Any) -> Any:
        """Convolve."""
        check_spatial(self, x, self.spatial, self.in_channels)
        check_dtype(self, x, self.weight)
        y = self.convolve(as_batch(self, x, self.spatial))
        if self.bias is not None:
            y = y + along_channels(self, self.bias, y)
        return y if y.dim() == x.dim() else y.squeeze(run_dims(self))

    def convolve(self, x: Any) -> Any:
        """The output without bias, of a batch."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        """As torch's."""
        shown = (
            f"{self.in_channels}, {self.out_channels}, "
            f"kernel_size={self.kernel_size}, stride={self.stride}"
        )
        usual = {"padding": 0, "dilation": 1, "output_padding": 0}
        for name, value in usual.items():
            if getattr(self, name) != (value,) * self.spatial:
                shown += f", {name}={getattr(self, name)}"
        shown += f", groups={self.groups}" if self.groups != 1 else ""
        shown += ", bias=False" if self.bias is None else ""
        mode = self.padding_mode
        return shown + (f", padding_mode={mode}" if mode != "zeros" else "")


class _Conv(Convolution):
    """Slides a window over the input and multiplies what it shows with the weight."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        if isinstance(padding, str):
            known = padding in ("same", "valid")
            if not known or (padding == "same" and set(repeated(stride, self.spatial)) != {1}):
                raise ValueError(
                    f"{type(self).__name__} takes padding 'valid', 'same' with stride 1, or "
                    f"numbers, and got {padding!r} with stride {stride}"
                )
        self._prepare(
            in_channels, out_channels, kernel_size, stride, padding, 0, dilation, groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip

    def widths(self, lengths: Sequence[int]) -> list[int]:
        """How far the input is padded, last dimension first."""
        if self.padding == "same":
            each = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return [w for total in reversed(each) for w in (total // 2, total - total // 2)]
        padding = (0,) * self.spatial if self.padding == "valid" else self.padding
        borders(lengths, self.kernel_size, self.stride, padding, self.dilation)
        return [w for width in reversed(padding) for w in (width, width)]

    def convolve(self, x: Any) -> Any:
        """The output without bias, of a batch."""
        d, groups = self.spatial, self.groups
        *runs, n, channels = x.shape[:-d]
        padded = extend(x, self.widths(x.shape[-d:]), self.padding_mode)
        windows = slide(padded, self.kernel_size, self.stride, self.dilation)
        positions, kernel = windows.shape[-2 * d : -d], windows.shape[-d:]
        windows = windows.reshape(*runs, n, groups, channels // groups, *positions, *kernel)
        # To (runs, groups, n, positions, channels, kernel): one row a window.
        rows = permute(windows, moved(len(runs), [1, 0, *range(3, 3 + d), 2], d))
        inside = channels // groups * math.prod(kernel)
        rows = rows.reshape(*runs, groups, n * math.prod(positions), inside)
        matrix = self.weight.reshape(*runs, groups, self.out_channels // groups, inside)
        y = (rows @ matrix.mT).reshape(*runs, groups, n, *positions, self.out_channels // groups)
        # To (runs, n, groups, channels, positions).
        y = permute(y, moved(len(runs), [1, 0, 2 + d, *range(2, 2 + d)], 0))
        return y.reshape(*runs, n, self.out_channels, *positions)


def moved(leading: int, order: list[int], trailing: int) -> list[int]:
    """An order of dimensions between leading and trailing ones that stay."""
    after = leading + len(order)
    return [*range(leading), *(leading + d for d in order), *range(after, after + trailing)]


class Conv1d(_Conv):
    """Cross-correlation of x (n, C, L) with the weight, plus b, as torch.nn.Conv1d.

    y[n, o, i] = b[o] + Σ over c, k of weight[o, c, k]·x[n, c, i·stride + k·dilation − padding].

    Args:
        in_channels: C.
        out_channels: channels of the output.
        kernel_size: length of the window.
        stride: how far the window moves.
        padding: width on both sides, "valid" (none) or "same" (output as long as the input).
        dilation: distance between the elements of a window.
        groups: channels are split into so many groups, convolved apart.
        bias: add b.
        padding_mode: what stands outside: "zeros", "reflect", "replicate" or "circular".

    Shapes: weight (out_channels, in_channels / groups, *kernel_size), bias (out_channels).

    Raises:
        ValueError: an argument out of range, an input of another shape.
        TypeError: an input of another dtype.
    """

    spatial = 1


class Conv2d(_Conv):
    """Cross-correlation of x (n, C, H, W) with the weight, as torch.nn.Conv2d. See `Conv1d`.

    >>> Conv2d(3, 8, kernel_size=3, padding=1)(torch.ones(2, 3, 5, 5)).shape
    torch.Size([2, 8, 5, 5])
    """

    spatial = 2


class Conv3d(_Conv):
    """Cross-correlation of x (n, C, D, H, W) with the weight, as torch.nn.Conv3d. See `Conv1d`."""

    spatial = 3
