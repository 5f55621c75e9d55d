"""Losses of a prediction and a target of the same shape."""

from __future__ import annotations

from typing import Any

from framework import derivatives
from framework.losses.loss import Loss


class MSELoss(Loss):
    """(x − t)², reduced, as torch.nn.MSELoss. Shapes: x and t (*), equal."""

    def forward(self, prediction: Any, target: Any) -> Any:
        """Compute the loss."""
        if self.reduction == "mean":
            return derivatives.mse_loss(prediction, target, runs=self.by_run)
        return self.reduce((prediction - target) ** 2)
