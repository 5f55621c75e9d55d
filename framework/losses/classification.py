"""Losses for classification."""

from __future__ import annotations

from typing import Any

from framework import derivatives
from framework.losses.loss import Loss


class CrossEntropyLoss(Loss):
    """−log softmax(x)[t], reduced, as torch.nn.CrossEntropyLoss.

    Shapes: x (n, C) scores; t (n) class indices of int64.

    Raises:
        ValueError: an index below 0 or not below C; shapes that do not belong together.
    """

    same_shape = False

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        log_probabilities = derivatives.log_softmax(prediction, dim=-1)
        try:
            return derivatives.nll_mean(log_probabilities, target, runs=self.by_run)
        except (RuntimeError, IndexError):
            classes = prediction.shape[-1]
            outside = target[(target < 0) | (target >= classes)]
            if outside.numel() == 0:
                raise
            raise ValueError(
                f"{type(self).__name__} takes class indices from 0 to {classes - 1}, "
                f"and got {outside.flatten()[0].item()}"
            ) from None


class BCEWithLogitsLoss(Loss):
    """−t log σ(x) − (1 − t) log(1 − σ(x)), reduced, as torch.nn.BCEWithLogitsLoss.

    Shapes: x scores and t targets in [0, 1] (*), equal.
    """

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        if self.reduction == "mean":
            return derivatives.binary_cross_entropy_with_logits(
                prediction, target, runs=self.by_run
            )
        return self.reduce((1 - target) * prediction - derivatives.log_sigmoid(prediction))
