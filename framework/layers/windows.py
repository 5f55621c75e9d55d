"""Windows that slide over an input: what convolution and pooling share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from framework import derivatives
from framework.layers.arguments import own_shape, run_dims
from framework.module import Module


def slide(x: Any, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Any:
    """The windows of x (…, *lengths) as (…, *positions, *kernel)."""
    for size, step, gap in zip(kernel, stride, dilation, strict=True):
        x = derivatives.unfold(x, -len(kernel), size, step=step, dilation=gap)
    return x


def slide_back(
    y: Any, lengths: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Any:
    """Windows (…, *positions, *kernel) added up where they lie in (…, *lengths)."""
    for length, step, gap in reversed(list(zip(lengths, stride, dilation, strict=True))):
        y = derivatives.fold(y, length, -len(lengths), step=step, dilation=gap)
    return y


def borders(
    lengths: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil: bool = False,
) -> list[int]:
    """The widths, last dimension first, that x must be padded by so that its windows fit.

    With `ceil` a last window may hang over, as long as it begins inside input or left padding.

    Raises:
        ValueError: a window that is longer than the padded input.
    """
    widths: list[int] = []
    for length, size, step, pad, gap in zip(
        lengths, kernel, stride, padding, dilation, strict=True
    ):
        span = gap * (size - 1) + 1
        room = length + 2 * pad - span
        if room < 0 and not (ceil and room + step > 0):
            raise ValueError(
                f"a window of length {span} does not fit into {length} elements padded by {pad}"
            )
        steps = -(-room // step) if ceil else room // step
        if ceil and steps * step >= length + pad:
            steps -= 1
        widths = [pad, steps * step + span - length - pad, *widths]
    return widths


def check_spatial(module: Module, x: Any, spatial: int, channels: int | None = None) -> None:
    """Refuse inputs that are not (n, C, *lengths) or (C, *lengths)."""
    shape = own_shape(module, x)
    right = len(shape) in (spatial + 1, spatial + 2)
    if not right or (channels is not None and shape[-spatial - 1] != channels):
        lengths = {1: "L", 2: "H, W", 3: "D, H, W"}[spatial]
        wanted = "C" if channels is None else str(channels)
        raise ValueError(
            f"{module} takes (n, {wanted}, {lengths}) or ({wanted}, {lengths}), "
            f"and got an input of shape {shape}"
        )


def as_batch(module: Module, x: Any, spatial: int) -> Any:
    """x (C, *lengths) as a batch of one; a batch as it is."""
    if len(own_shape(module, x)) == spatial + 2:
        return x
    return x.unsqueeze(run_dims(module))


def largest(windows: Any, spatial: int) -> tuple[Any, Tensor]:
    """The largest element of each window (…, *positions, *kernel), and which it is."""
    flat = windows.reshape(*windows.shape[:-spatial], math.prod(windows.shape[-spatial:]))
    index = torch.argmax(derivatives.constant(flat), -1, keepdim=True)
    return derivatives.gather(flat, -1, index).squeeze(-1), index


def places(numbers: Tensor, index: Tensor) -> Tensor:
    """Where in the plane `largest` found its elements, given the windows of `numbered`."""
    flat = numbers.reshape(*numbers.shape[: numbers.dim() // 2], -1)
    return flat.expand(*index.shape[:-1], -1).gather(-1, index).squeeze(-1)


def numbered(lengths: Sequence[int], device: torch.device) -> Tensor:
    """The elements of a plane, numbered."""
    return torch.arange(math.prod(lengths), device=device).reshape(*lengths)
