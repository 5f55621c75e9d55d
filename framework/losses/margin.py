"""Losses that stop where one value exceeds another by a margin."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from framework import derivatives
from framework.losses.loss import Loss, WeightedLoss
from framework.module import from_recording


class _OfPairs(Loss):
    """A loss of two inputs and a target of ±1: `loss(x1, x2, t)`."""

    same_shape = False

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def check(self, prediction: Any, target: Any, *others: Any) -> None:
        """The inputs have one shape."""
        if prediction.shape != target.shape:
            raise ValueError(
                f"{type(self).__name__} takes two inputs of one shape, and got "
                f"{tuple(prediction.shape)} and {tuple(target.shape)}"
            )

    @from_recording
    def backward(
        self, first: Tensor, second: Tensor, target: Tensor, grad_output: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """The gradients with respect to both inputs. See `Loss.backward`."""
        return self._gradients((first, second, target), (0, 1), grad_output)


class MarginRankingLoss(_OfPairs):
    """max(0, −t (x₁ − x₂) + margin), reduced, as torch.nn.MarginRankingLoss.

    Shapes: x₁, x₂ and t = ±1 (*), equal.
    """

    def forward(self, first: Any, second: Any, target: Any) -> Any:
        """Compute the loss."""
        return self.reduce(derivatives.relu(-target * (first - second) + self.margin))


class CosineEmbeddingLoss(_OfPairs):
    """1 − cos(x₁, x₂) where t = 1, max(0, cos − margin) where t = −1, reduced.

    As torch.nn.CosineEmbeddingLoss. Shapes: x₁ and x₂ (n, d) or (d), t (n) or ().
    """

    def forward(self, first: Any, second: Any, target: Any) -> Any:
        """Compute the loss."""
        # torch's bound, which keeps the cosine of zero vectors finite.
        squares = [derivatives.square(x).sum(-1) + 1e-12 for x in (first, second)]
        cosine = (first * second).sum(-1) / derivatives.sqrt(squares[0] * squares[1])
        t = derivatives.constant(target)
        alike = derivatives.where(t == 1, 1 - cosine, 0.0)
        unlike = derivatives.relu(cosine - self.margin)
        return self.reduce(alike + derivatives.where(t == -1, unlike, 0.0))


class TripletMarginLoss(Loss):
    """max(0, |a − p| − |a − n| + margin), reduced, as torch.nn.TripletMarginLoss.

    Called with an anchor a, a positive p and a negative n: `loss(a, p, n)`.

    Args:
        margin: how much nearer p should be than n.
        p: of the norm (Σ |d + ε|ᵖ)^(1/p).
        eps: ε.
        swap: take |p − n| where it is smaller than |a − n| (Balntas et al. 2016).
        size_average: an old name of torch's; use `reduction`.
        reduce: likewise.
        reduction: "mean", "sum" or "none".

    Shapes: a, p and n (n, d) or (d), equal.
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss takes margin > 0, and got {margin}")
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def _distance(self, a: Any, b: Any) -> Any:
        difference = derivatives.absolute(a - b + self.eps)
        return (difference**self.p).sum(-1) ** (1 / self.p)

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """Compute the loss."""
        far = self._distance(anchor, negative)
        if self.swap:
            far = derivatives.minimum(far, self._distance(positive, negative))
        near = self._distance(anchor, positive)
        return self.reduce(derivatives.relu(near - far + self.margin))

    @from_recording
    def backward(
        self,
        anchor: Tensor,
        positive: Tensor,
        negative: Tensor,
        grad_output: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """The gradients with respect to all inputs. See `Loss.backward`."""
        return self._gradients((anchor, positive, negative), (0, 1, 2), grad_output)


class MultiMarginLoss(WeightedLoss):
    """Σ over i ≠ t of max(0, margin − x[t] + x[i])ᵖ / C, reduced, as torch.nn.MultiMarginLoss.

    Args:
        p: 1 or 2.
        margin: how far x[t] should be above the others.
        weight: one factor a class, that of t.
        size_average: an old name of torch's; use `reduction`.
        reduce: likewise.
        reduction: "mean", "sum" or "none".

    Shapes: x (n, C) or (C); t (n) or () of int64.
    """

    same_shape = False

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError(f"MultiMarginLoss takes p 1 or 2, and got {p}")
        self.p = p
        self.margin = margin

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        index = derivatives.constant(target).unsqueeze(-1)
        above = self.margin - derivatives.gather(prediction, -1, index) + prediction
        values = derivatives.relu(above)
        if self.p == 2:
            values = derivatives.square(values)
        if self.weight is not None:
            factors = self.broadcast(self.weight, prediction).expand(prediction.shape)
            values = values * factors.gather(-1, index)
        classes = torch.arange(prediction.shape[-1], device=index.device)
        others = derivatives.where(classes != index, values, 0.0)
        return self.reduce(others.sum(-1) / prediction.shape[-1])


class MultiLabelMarginLoss(Loss):
    """Σ over targets j and others i of max(0, 1 − x[j] + x[i]) / C, reduced.

    As torch.nn.MultiLabelMarginLoss. Shapes: x (n, C) or (C); t likewise, of int64: class indices,
    of which those before the first negative one count.
    """

    same_dtype = False

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        index = derivatives.constant(target)
        listed = (index >= 0).cumprod(-1).bool()
        places = torch.where(listed, index, 0)
        chosen = torch.zeros_like(index).scatter_add_(-1, places, listed.to(index.dtype)) > 0
        of_targets = derivatives.gather(prediction, -1, places).unsqueeze(-1)
        above = derivatives.relu(1 - of_targets + prediction.unsqueeze(-2))
        pairs = listed.unsqueeze(-1) & ~chosen.unsqueeze(-2)
        return self.reduce(
            derivatives.where(pairs, above, 0.0).sum((-2, -1)) / prediction.shape[-1]
        )
