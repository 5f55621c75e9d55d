"""Losses of a prediction and a target of the same shape."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from framework import derivatives
from framework.losses.loss import Loss
from framework.module import from_recording
from framework.state import using


class MSELoss(Loss):
    """(x − t)², reduced, as torch.nn.MSELoss. Shapes: x and t (*), equal.

    >>> MSELoss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)
    """

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        if self.reduction == "mean":
            return derivatives.mse_loss(prediction, target, runs=self.by_run)
        return self.reduce(derivatives.square(prediction - target))


class L1Loss(Loss):
    """|x − t|, reduced, as torch.nn.L1Loss. Shapes: x and t (*), equal."""

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        return self.reduce(derivatives.absolute(prediction - target))


class HuberLoss(Loss):
    """e²/2 where |e| ≤ δ, δ(|e| − δ/2) elsewhere, e = x − t, as torch.nn.HuberLoss (Huber 1964).

    Raises:
        ValueError: δ ≤ 0.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        if delta <= 0:
            raise ValueError(f"HuberLoss takes delta > 0, and got {delta}")
        self.delta = delta

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        return self.reduce(derivatives.huber(prediction - target, delta=self.delta))


class SmoothL1Loss(Loss):
    """e²/(2β) where |e| < β, |e| − β/2 elsewhere, e = x − t, as torch.nn.SmoothL1Loss.

    With β = 0 it is L1Loss.

    Raises:
        ValueError: β < 0.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if beta < 0:
            raise ValueError(f"SmoothL1Loss takes beta ≥ 0, and got {beta}")
        self.beta = beta

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        error = prediction - target
        if self.beta == 0:
            return self.reduce(derivatives.absolute(error))
        return self.reduce(derivatives.smooth_l1(error, beta=self.beta))


class KLDivLoss(Loss):
    """t (log t − x), reduced, as torch.nn.KLDivLoss: x holds log-probabilities.

    Args:
        size_average: an old name of torch's; use `reduction`.
        reduce: likewise.
        reduction: "mean", "sum", "none" or "batchmean", the sum divided by the batch size.
        log_target: t holds log-probabilities too.
    """

    reductions = ("mean", "sum", "none", "batchmean")

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        if self.log_target:
            values = derivatives.exp(target) * (target - prediction)
        else:
            values = derivatives.xlogy(target, target) - target * prediction
        if self.reduction != "batchmean":
            return self.reduce(values)
        batch = (*prediction.shape, 1)[1 if self.by_run else 0]
        return self.total(values) / batch


class PoissonNLLLoss(Loss):
    """eˣ − t x, reduced, as torch.nn.PoissonNLLLoss: t is a count with expectation eˣ.

    Args:
        log_input: otherwise x is the expectation itself, and the loss x − t log(x + ε).
        full: add Stirling's approximation of log t!, where t > 1.
        size_average: an old name of torch's; use `reduction`.
        eps: ε.
        reduce: as `size_average`.
        reduction: "mean", "sum" or "none".
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        if self.log_input:
            values = derivatives.exp(prediction) - target * prediction
        else:
            values = prediction - target * derivatives.log(prediction + self.eps)
        if self.full:
            t = derivatives.constant(target)
            stirling = t * torch.log(t) - t + 0.5 * torch.log(2 * math.pi * t)
            values = values + torch.where(t > 1, stirling, 0.0)
        return self.reduce(values)


class GaussianNLLLoss(Loss):
    """(log v + (x − t)² / v) / 2, reduced, as torch.nn.GaussianNLLLoss (Nix & Weigend 1994).

    Called with x, t and the variance v, which is taken to be at least ε.

    Args:
        full: add the constant log(2π) / 2.
        eps: ε.
        reduction: "mean", "sum" or "none".

    Shapes: x and t (*), equal; v (*), with some dimensions of 1, or without the last one.

    Raises:
        ValueError: a negative variance, a variance of another shape.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def check(self, prediction: Any, target: Any, *others: Any) -> None:
        """Look at the variance too."""
        super().check(prediction, target)
        (variance,) = others
        shape, given = tuple(prediction.shape), tuple(variance.shape)
        broadcasts = len(given) == len(shape) and all(
            v in (1, n) for v, n in zip(given, shape, strict=True)
        )
        if given != shape[:-1] and not broadcasts:
            raise ValueError(
                f"GaussianNLLLoss takes a variance that broadcasts against {shape}, and got one of "
                f"shape {given}"
            )
        with using(watched=False):
            negative = bool((derivatives.constant(variance) < 0).any())
        if negative:
            raise ValueError("GaussianNLLLoss takes a variance ≥ 0, and got a negative one")

    def forward(self, prediction: Any, target: Any, variance: Any) -> Any:
        """Compute the loss."""
        if variance.dim() < prediction.dim():
            variance = variance.unsqueeze(-1)
        # The bound does not stop the gradient, as in torch.
        raised: Tensor = derivatives.constant(variance)
        variance = variance + (raised.clamp(min=self.eps) - raised)
        error = prediction - target
        values = 0.5 * (derivatives.log(variance) + derivatives.square(error) / variance)
        return self.reduce(values + 0.5 * math.log(2 * math.pi) if self.full else values)

    @from_recording
    def backward(
        self,
        prediction: Tensor,
        target: Tensor,
        variance: Tensor,
        grad_output: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """The gradients with respect to prediction and variance. See `Loss.backward`."""
        return self._gradients((prediction, target, variance), (0, 2), grad_output)
