"""Layers that continue an input beyond its borders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from framework import derivatives
from framework.layers.arguments import own_shape, repeated
from framework.module import Module

#: Which position of an input of a length stands at a place outside it.
_POSITIONS = {
    "reflect": lambda place, length: (length - 1) - abs((length - 1) - abs(place)),
    "replicate": lambda place, length: min(max(place, 0), length - 1),
    "circular": lambda place, length: place % length,
}


def extend(x: Any, widths: Sequence[int], mode: str, value: float = 0.0) -> Any:
    """Continue x beyond its borders.

    Args:
        x: the input.
        widths: before and after the last dimension, before and after the one before it, …
        mode: "constant", "zeros", "reflect", "replicate" or "circular".
        value: what stands outside with "constant".

    Raises:
        ValueError: a border too wide for the mode.
    """
    if not any(widths):
        return x
    if mode in ("constant", "zeros"):
        return derivatives.pad(x, tuple(widths), value=value)
    for index in range(len(widths) // 2):
        before, after = widths[2 * index : 2 * index + 2]
        dim = -1 - index
        length = x.shape[dim]
        most = {"reflect": length - 1, "circular": length}.get(mode)
        if most is not None and max(before, after) > most:
            raise ValueError(
                f"padding by mode {mode} takes at most {most} along a length of {length}, and got "
                f"{(before, after)}"
            )
        positions = [_POSITIONS[mode](p, length) for p in range(-before, length + after)]
        index_of = torch.tensor(positions, dtype=torch.int64, device=x.device)
        x = derivatives.index_select(x, dim % x.dim(), index_of)
    return x


class _Pad(Module):
    """Continues x (n, C, *) beyond its borders.

    Args:
        padding: a width for all borders, or (before, after) the last dimension, the one before, …

    Raises:
        ValueError: an input of another number of dimensions, a border too wide.
    """

    spatial: ClassVar[int]
    mode: ClassVar[str]
    value: float = 0.0

    def __init__(self, padding: int | Sequence[int]) -> None:
        self.padding = repeated(padding, 2 * self.spatial)

    def forward(self, x: Any) -> Any:
        """Pad."""
        shape = own_shape(self, x)
        if not self.spatial < len(shape) <= self.spatial + 2:
            raise ValueError(
                f"{self} takes {self.spatial + 1} or {self.spatial + 2} dimensions, and got an "
                f"input of shape {shape}"
            )
        return extend(x, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        """As torch's."""
        return f"{self.padding}"


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        """As torch's."""
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """A value beyond the borders of x (*, L), as torch.nn.ConstantPad1d."""

    spatial = 1


class ConstantPad2d(_ConstantPad):
    """A value beyond the borders of x (*, H, W), as torch.nn.ConstantPad2d."""

    spatial = 2


class ConstantPad3d(_ConstantPad):
    """A value beyond the borders of x (*, D, H, W), as torch.nn.ConstantPad3d."""

    spatial = 3


class ZeroPad1d(_Pad):
    """Zeros beyond the borders of x (*, L), as torch.nn.ZeroPad1d."""

    spatial, mode = 1, "zeros"


class ZeroPad2d(_Pad):
    """Zeros beyond the borders of x (*, H, W), as torch.nn.ZeroPad2d."""

    spatial, mode = 2, "zeros"


class ZeroPad3d(_Pad):
    """Zeros beyond the borders of x (*, D, H, W), as torch.nn.ZeroPad3d."""

    spatial, mode = 3, "zeros"


class ReflectionPad1d(_Pad):
    """x (*, L) mirrored at its borders, as torch.nn.ReflectionPad1d."""

    spatial, mode = 1, "reflect"


class ReflectionPad2d(_Pad):
    """x (*, H, W) mirrored at its borders, as torch.nn.ReflectionPad2d."""

    spatial, mode = 2, "reflect"


class ReflectionPad3d(_Pad):
    """x (*, D, H, W) mirrored at its borders, as torch.nn.ReflectionPad3d."""

    spatial, mode = 3, "reflect"


class ReplicationPad1d(_Pad):
    """The outermost elements of x (*, L) repeated, as torch.nn.ReplicationPad1d."""

    spatial, mode = 1, "replicate"


class ReplicationPad2d(_Pad):
    """The outermost elements of x (*, H, W) repeated, as torch.nn.ReplicationPad2d."""

    spatial, mode = 2, "replicate"


class ReplicationPad3d(_Pad):
    """The outermost elements of x (*, D, H, W) repeated, as torch.nn.ReplicationPad3d."""

    spatial, mode = 3, "replicate"


class CircularPad1d(_Pad):
    """x (*, L) continued from its other end, as torch.nn.CircularPad1d."""

    spatial, mode = 1, "circular"


class CircularPad2d(_Pad):
    """x (*, H, W) continued from its other end, as torch.nn.CircularPad2d."""

    spatial, mode = 2, "circular"


class CircularPad3d(_Pad):
    """x (*, D, H, W) continued from its other end, as torch.nn.CircularPad3d."""

    spatial, mode = 3, "circular"
