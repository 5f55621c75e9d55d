"""Normalization by the statistics of a batch."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor

from framework.derivatives import constant, standardize
from framework.layers.affine import Affine
from framework.layers.arguments import along_channels, check_dtype, own_shape, run_dims
from framework.state import state


class ChannelNorm(Affine):
    """What batch and instance normalization share: (x − mean) / √(variance + ε) · w + b.

    w and b have one value a channel. Running statistics follow with
    running ← (1 − momentum) running + momentum·observed, the variance observed being unbiased.

    Args:
        num_features: channels.
        eps: ε.
        momentum: weight of the newest observation; None averages all alike.
        affine: learn w and b.
        track_running_stats: keep running statistics, and use them in evaluation mode.

    Raises:
        ValueError: an input of other dimensions or of another number of channels.
    """

    keeps_features = True
    #: Numbers of dimensions of an input, within a run.
    takes: ClassVar[tuple[int, ...]]
    #: Dimensions of an input that is not a batch.
    unbatched: ClassVar[int | None] = None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.learn(num_features, affine, bias, device, dtype)
        kept: dict[str, Any] = dict.fromkeys(("running_mean", "running_var"))
        kept["num_batches_tracked"] = None
        if track_running_stats:
            kept["running_mean"] = torch.zeros(num_features, device=device, dtype=dtype)
            kept["running_var"] = torch.ones(num_features, device=device, dtype=dtype)
            kept["num_batches_tracked"] = torch.zeros((), dtype=torch.int64, device=device)
        for name, tensor in kept.items():
            self.register_buffer(name, tensor)

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def reset_parameters(self) -> None:
        """Forget the running statistics; set w to 1 and b to 0."""
        self.reset_running_stats()
        super().reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the running statistics."""
        if self.running_mean is not None and self.running_var is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.zero_()

    def forward(self, x: Any) -> Any:
        """Normalize."""
        shape = own_shape(self, x)
        channel = 0 if len(shape) == self.unbatched else 1
        if len(shape) not in self.takes or shape[channel] != self.num_features:
            raise ValueError(
                f"{self} takes inputs of {' or '.join(map(str, self.takes))} dimensions with "
                f"{self.num_features} channels, and got one of shape {shape}"
            )
        check_dtype(self, x, self.weight)
        if self.training or self.running_mean is None or self.running_var is None:
            y = self._by_observed(x, channel)
        else:
            mean = along_channels(self, self.running_mean, x, channel)
            variance = along_channels(self, self.running_var, x, channel)
            y = (x - mean) * torch.rsqrt(variance + self.eps)
        if self.weight is not None:
            y = y * along_channels(self, self.weight, x, channel)
        return y if self.bias is None else y + along_channels(self, self.bias, x, channel)

    def _by_observed(self, x: Any, channel: int) -> Any:
        dims = self.reduced(x, channel)
        elements = math.prod(x.shape[d] for d in dims)
        if self.training and elements == 1:
            raise ValueError(
                f"{self} needs more than one value a channel while training, and got an input of "
                f"shape {tuple(x.shape)}"
            )
        if self.training and not state.rerunning:
            self._follow(constant(x), dims, channel)
        return standardize(x, dim=dims, eps=self.eps)

    def reduced(self, x: Any, channel: int) -> tuple[int, ...]:
        """The dimensions that mean and variance are taken over."""
        raise NotImplementedError

    def _follow(self, x: Tensor, dims: tuple[int, ...], channel: int) -> None:
        """Move the running statistics towards those of x."""
        if self.running_mean is None or self.running_var is None:
            return
        momentum = self.weight_of_newest()
        if x.numel() == 0:
            return
        variance, mean = torch.var(x, dims), torch.mean(x, dims)
        for running, observed in ((self.running_mean, mean), (self.running_var, variance)):
            if observed.dim() > running.dim():
                observed = observed.mean(run_dims(self))
            if isinstance(momentum, Tensor):
                running.add_((observed - running) * momentum)
            else:
                running.mul_(1 - momentum).add_(observed, alpha=momentum)

    def weight_of_newest(self) -> float | Tensor:
        """How far the running statistics move."""
        return 0.0 if self.momentum is None else self.momentum

    def extra_repr(self) -> str:
        """As torch's."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(ChannelNorm):
    """Statistics of each channel over the batch and all positions.

    An explicit backward leaves the running statistics alone.
    """

    def reduced(self, x: Any, channel: int) -> tuple[int, ...]:
        """Batch and positions."""
        first = run_dims(self)
        return tuple(d for d in range(first, x.dim()) if d != first + channel)

    def weight_of_newest(self) -> float | Tensor:
        """The momentum; without one, 1 / number of batches so far."""
        assert self.num_batches_tracked is not None
        assert self.running_mean is not None
        self.num_batches_tracked.add_(1)
        if self.momentum is not None:
            return self.momentum
        return self.num_batches_tracked.to(self.running_mean.dtype).reciprocal().unsqueeze(-1)


class BatchNorm1d(_BatchNorm):
    """Batch normalization of x (n, C) or (n, C, L), as torch.nn.BatchNorm1d.

    While training, mean and variance are those of each channel over the batch; in evaluation mode,
    the running ones. Source: Ioffe & Szegedy 2015.
    """

    takes = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalization of x (n, C, H, W), as torch.nn.BatchNorm2d. See `BatchNorm1d`."""

    takes = (4,)


class BatchNorm3d(_BatchNorm):
    """Batch normalization of x (n, C, D, H, W), as torch.nn.BatchNorm3d. See `BatchNorm1d`."""

    takes = (5,)
