"""Normalization of each example's channels by themselves."""

from __future__ import annotations

from typing import Any

import torch

from framework.layers.arguments import run_dims
from framework.layers.batch_norm import ChannelNorm


class _InstanceNorm(ChannelNorm):
    """Statistics of each example's channel over its positions."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def reduced(self, x: Any, channel: int) -> tuple[int, ...]:
        """Positions."""
        return tuple(range(run_dims(self) + channel + 1, x.dim()))


class InstanceNorm1d(_InstanceNorm):
    """Normalization of each example's channels, x (n, C, L) or (C, L), as torch.nn.InstanceNorm1d.

    Source: Ulyanov et al. 2017.
    """

    takes = (2, 3)
    unbatched = 2


class InstanceNorm2d(_InstanceNorm):
    """Normalization of each example's channels, x (n, C, H, W), as torch.nn.InstanceNorm2d."""

    takes = (3, 4)
    unbatched = 3


class InstanceNorm3d(_InstanceNorm):
    """Normalization of each example's channels, x (n, C, D, H, W), as torch.nn.InstanceNorm3d."""

    takes = (4, 5)
    unbatched = 4
