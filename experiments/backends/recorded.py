"""The framework's step recorded and replayed for a run alone, without a run dimension."""

from typing import Any

from torch import Tensor

import framework as fw
from experiments.backends.framework import AutogradRun
from experiments.backends.observing_framework import differentiate
from experiments.backends.single import Single
from experiments.specification import TrainingSpec


class RecordedRun(AutogradRun):
    """`AutogradRun` through a `TrainingStep`, with one gather per epoch."""

    def __init__(self, training: TrainingSpec, parameters: dict[str, Tensor]) -> None:
        super().__init__(training, parameters)
        self._step = fw.TrainingStep(self.model, self.loss, self.optimizer)

    def step(self, x: Tensor, target: Tensor) -> Tensor:
        """Zero gradients, forward, backward, update."""
        return self._step(x, target)

    def train_epoch(self, x: Tensor, target: Tensor, order: Tensor, batch_size: int) -> Any:
        """Gather the epoch's points once; batches are views of it."""
        if not self.model.training:
            self.model.train()
        losses = self._step.epoch(
            x.index_select(0, order), target.index_select(0, order), batch_size
        )
        self.end_epoch()
        return losses


framework_recorded = Single(RecordedRun, differentiate)
