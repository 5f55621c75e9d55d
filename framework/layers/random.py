"""Layers that draw random numbers while training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from framework.derivatives import constant
from framework.layers.activations import Activation
from framework.layers.arguments import refuse
from framework.module import Module
from framework.state import state


class Random(Module):
    """A module that draws random numbers, from torch's global generator unless given others.

    Attributes:
        generators: one a run, so that a run draws the same whatever its companions; or None.
    """

    generators: Sequence[torch.Generator] | None = None

    def draw(self, empty: Tensor, method: str, *arguments: float) -> Tensor:
        """Fill a tensor with random numbers by one of its methods, each run by itself.

        Raises:
            RuntimeError: in an explicit backward, where other numbers would be drawn than in the
                forward pass.
        """
        if state.rerunning:
            raise RuntimeError(
                f"{self} cannot go backward explicitly while training: forward would run again and "
                "draw other random numbers; record instead, with "
                "loss(model(Variable(x)), target).backward()"
            )
        if self.generators is None:
            return getattr(empty, method)(*arguments)
        pieces = [empty] if self.runs is None else list(empty)
        for piece, generator in zip(pieces, self.generators, strict=True):
            getattr(piece, method)(*arguments, generator=generator)
        return empty


def seed_noise(module: Module, seeds: Sequence[int]) -> None:
    """Let a stacked module draw each run's random numbers from a generator of its own.

    Run r then draws what the module alone would after `torch.manual_seed(seeds[r])`.

    Args:
        module: stacked, or a single one with one seed.
        seeds: one a run.

    Raises:
        ValueError: not as many seeds as runs.
    """
    runs = module.runs or 1
    if len(seeds) != runs:
        raise ValueError(f"seed_noise takes one seed a run, {runs}, and got {len(seeds)}")
    devices = {p.device for p in module.parameters()} or {torch.device("cpu")}
    device = devices.pop()
    generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
    for member in module.modules():
        if isinstance(member, Random):
            member.generators = generators


class Dropout(Random, Activation):
    """Sets elements to zero with probability p while training, as torch.nn.Dropout.

    The others are divided by 1 − p, so that the expectation stays (Hinton et al. 2012). In
    evaluation mode x stays as it is.

    Raises:
        ValueError: p outside [0, 1].
        RuntimeError: in an explicit backward while training.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)
        if not 0 <= p <= 1:
            raise ValueError(f"{type(self).__name__} takes p from 0 to 1, and got {p}")
        self.p = p
        self.inplace = inplace

    def noise(self, x: Tensor) -> Tensor:
        """A tensor of the mask's shape."""
        return torch.empty_like(x)

    def forward(self, x: Any) -> Any:
        """Multiply by a random mask."""
        if not self.training or self.p == 0 or x.numel() == 0:
            return x
        if self.p == 1:
            return x * 0.0
        keep = 1 - self.p
        return x * self.draw(self.noise(constant(x)), "bernoulli_", keep).div_(keep)

    def extra_repr(self) -> str:
        """As torch's."""
        return f"p={self.p}, inplace={self.inplace}"


class _ChannelDropout(Dropout):
    """Dropout of whole channels."""

    spatial: int

    def noise(self, x: Tensor) -> Tensor:
        """One number a channel."""
        shape = x.shape[: x.dim() - self.spatial] + (1,) * self.spatial
        return x.new_empty(shape)


class Dropout1d(_ChannelDropout):
    """Dropout of whole channels of x (n, C, L), as torch.nn.Dropout1d (Tompson et al. 2015)."""

    spatial = 1


class Dropout2d(_ChannelDropout):
    """Dropout of whole channels of x (n, C, H, W), as torch.nn.Dropout2d (Tompson et al. 2015)."""

    spatial = 2


class Dropout3d(_ChannelDropout):
    """Dropout of whole channels of x (n, C, D, H, W), as torch.nn.Dropout3d."""

    spatial = 3
