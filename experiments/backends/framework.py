"""The framework written from scratch, in its ways of going backward."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

import framework as fw
from experiments.backends.observing_framework import (
    ByLayer,
    ByRecording,
    differentiate,
    evaluate,
)
from experiments.backends.single import Run, Single
from experiments.specification import TrainingSpec, building


class FrameworkRun(Run):
    """A model, loss and optimizer of the framework; subclasses say how a step goes backward."""

    def __init__(self, training: TrainingSpec, parameters: dict[str, Tensor]) -> None:
        place: dict[str, Any] = {"device": training.device, "dtype": getattr(torch, training.dtype)}
        self.model = building.build_model(fw, training.layers).to(**place)
        self.model.load_state_dict(parameters)
        self.loss = building.build_loss(fw, training.loss).to(**place)
        learned = list(self.model.parameters())
        self.optimizer: Any = learned and building.build_optimizer(
            fw, training.optimizer, learned, training.learning_rate[0]
        )
        self.schedule = building.build_schedule(fw, training.schedule, self.optimizer)

    def end_epoch(self) -> None:
        """Step the schedule."""
        if self.schedule is not None:
            self.schedule.step()

    def train_epoch(self, x: Tensor, target: Tensor, order: Tensor, batch_size: int) -> Any:
        """Step through the points in training mode; nothing here needs torch's autograd."""
        self.model.train()
        with torch.inference_mode():
            return super().train_epoch(x, target, order, batch_size)

    def predict(self, x: Tensor) -> Tensor:
        """The outputs in evaluation mode."""
        return self.model.eval()(x)

    def state_dict(self) -> Mapping[str, Tensor]:
        """The model's own."""
        return self.model.state_dict()


class ExplicitRun(ByLayer, FrameworkRun):
    """Backward layer by layer: each layer is handed its input again."""

    def step(self, x: Tensor, target: Tensor) -> Tensor:
        """Zero gradients, forward, explicit backward, update."""
        self.optimizer.zero_grad()
        prediction = self.model(x)
        self.model.backward(self.loss.backward(prediction, target), x)
        self.optimizer.step()
        return self.loss(prediction, target)


class AutogradRun(ByRecording, FrameworkRun):
    """Backward through the recorded graph."""

    def step(self, x: Tensor, target: Tensor) -> Tensor:
        """Zero gradients, recorded forward, backward, update."""
        self.optimizer.zero_grad()
        loss = self.loss(self.model(fw.Variable(x, requires_grad=False)), target)
        loss.backward()
        self.optimizer.step()
        return loss.data


framework_explicit = Single(ExplicitRun, differentiate)
framework_autograd = Single(AutogradRun, differentiate, evaluate)
framework = framework_autograd
