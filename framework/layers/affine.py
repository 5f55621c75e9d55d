"""`Affine`: what normalizations learn."""

from __future__ import annotations

import torch

from framework import init
from framework.module import Module
from framework.variable import Parameter


class Affine(Module):
    """A layer that may scale by a learned w, at first 1, and then add a learned b, at first 0."""

    weight: Parameter | None
    bias: Parameter | None

    def learn(
        self,
        shape: int | tuple[int, ...],
        weight: bool,
        bias: bool,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
    ) -> None:
        """Make w, and with it b, where they are wanted; else they are None."""
        self.weight = self.bias = None
        if weight:
            self.weight = Parameter(torch.ones(shape, device=device, dtype=dtype))
            if bias:
                self.bias = Parameter(torch.zeros(shape, device=device, dtype=dtype))

    def reset_parameters(self) -> None:
        """Set w to 1 and b to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)
