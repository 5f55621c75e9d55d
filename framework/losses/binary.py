"""Losses for one yes or no each."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from framework import derivatives
from framework.losses.loss import Loss, WeightedLoss
from framework.state import using


class BCELoss(WeightedLoss):
    """−t log p − (1 − t) log(1 − p), reduced, as torch.nn.BCELoss.

    No logarithm is taken to be below −100.

    Args:
        weight: a factor for each element, broadcast.
        size_average: an old name of torch's; use `reduction`.
        reduce: likewise.
        reduction: "mean", "sum" or "none".

    Shapes: p and t (*), equal, both from 0 to 1.

    Raises:
        ValueError: a prediction outside [0, 1].
    """

    def check(self, prediction: Any, target: Any, *others: Any) -> None:
        """Look at the range too."""
        super().check(prediction, target)
        with using(watched=False):
            p = derivatives.constant(prediction)
            outside = bool(((p < 0) | (p > 1)).any())
        if outside:
            raise ValueError(
                f"BCELoss takes probabilities from 0 to 1, and got some from {p.min().item()} to "
                f"{p.max().item()}; for scores use BCEWithLogitsLoss"
            )

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        if self.weight is None:
            return derivatives.binary_cross_entropy(
                prediction, target, reduction=self.reduction, runs=self.by_run
            )
        values = derivatives.binary_cross_entropy(prediction, target, reduction="none")
        return self.reduce(values * self.broadcast(self.weight, prediction))


class BCEWithLogitsLoss(WeightedLoss):
    """−t log σ(x) − (1 − t) log(1 − σ(x)), reduced, as torch.nn.BCEWithLogitsLoss.

    Args:
        weight: a factor for each element, broadcast.
        size_average: an old name of torch's; use `reduction`.
        reduce: likewise.
        reduction: "mean", "sum" or "none".
        pos_weight: a factor for the first term, broadcast.

    Shapes: x scores and t targets in [0, 1] (*), equal.
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        if self.weight is None and self.pos_weight is None:
            return derivatives.binary_cross_entropy_with_logits(
                prediction, target, reduction=self.reduction, runs=self.by_run
            )
        if self.pos_weight is None:
            values = derivatives.binary_cross_entropy_with_logits(
                prediction, target, reduction="none"
            )
        else:
            factor = (self.broadcast(self.pos_weight, prediction) - 1) * target + 1
            values = (1 - target) * prediction - factor * derivatives.log_sigmoid(prediction)
        if self.weight is not None:
            values = values * self.broadcast(self.weight, prediction)
        return self.reduce(values)


class SoftMarginLoss(Loss):
    """log(1 + e^(−t x)), reduced, as torch.nn.SoftMarginLoss. Shapes: x and t = ±1 (*), equal."""

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        return self.reduce(derivatives.log1p(derivatives.exp(-target * prediction)))


class HingeEmbeddingLoss(Loss):
    """x where t = 1, max(0, margin − x) where t = −1, reduced, as torch.nn.HingeEmbeddingLoss.

    Shapes: x and t = ±1 (*), equal.
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        t = derivatives.constant(target)
        unlike = derivatives.where(t != 1, derivatives.relu(self.margin - prediction), 0.0)
        return self.reduce(unlike + derivatives.where(t != -1, prediction, 0.0))


class MultiLabelSoftMarginLoss(WeightedLoss):
    """BCEWithLogitsLoss, averaged over the classes, as torch.nn.MultiLabelSoftMarginLoss.

    Shapes: x and t (n, C) or (C), equal; weight (C).
    """

    same_dtype = False

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        yes = derivatives.log_sigmoid(prediction)
        no = derivatives.log_sigmoid(-prediction)
        values = -(target * yes + (1 - target) * no)
        if self.weight is not None:
            values = values * self.broadcast(self.weight, prediction)
        return self.reduce(values.sum(-1) / prediction.shape[-1])
