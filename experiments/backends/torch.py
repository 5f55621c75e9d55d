"""torch.nn as its users write it, and the fastest honest torch.nn."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from experiments.backends.observing import ByAutograd, differentiate
from experiments.backends.single import Run, Single
from experiments.specification import TrainingSpec, building

FUSED = {"SGD", "Adam", "AdamW", "Adagrad"}
"""The optimizers that torch has a fused implementation of on this kind of device."""


class TorchRun(ByAutograd, Run):
    """A torch.nn model, loss and optimizer, stepped in the usual way."""

    def __init__(self, training: TrainingSpec, parameters: dict[str, Tensor]) -> None:
        place: dict[str, Any] = {
            "device": training.device,
            "dtype": getattr(torch, training.dtype),
        }
        namespace = building.reference()
        self.model = building.build_model(namespace, training.layers).to(**place)
        self.model.load_state_dict(parameters)
        self.loss = building.build_loss(namespace, training.loss).to(**place)
        learns = any(True for _ in self.model.parameters())
        self.optimizer: Any = self.build_optimizer(training) if learns else None
        self.schedule = building.build_schedule(namespace, training.schedule, self.optimizer)

    def build_optimizer(self, training: TrainingSpec) -> Any:
        """The optimizer over the model's parameters."""
        return building.build_optimizer(
            building.reference(),
            training.optimizer,
            self.model.parameters(),
            training.learning_rate[0],
        )

    def step(self, x: Tensor, target: Tensor) -> Tensor:
        """Zero gradients, forward, backward, update."""
        self.optimizer.zero_grad()
        loss = self.loss(self.model(x), target)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def end_epoch(self) -> None:
        """Step the schedule."""
        if self.schedule is not None:
            self.schedule.step()

    def train_epoch(self, x: Tensor, target: Tensor, order: Tensor, batch_size: int) -> Any:
        """Step through the points, gathering each batch when it is needed."""
        self.model.train()
        return super().train_epoch(x, target, order, batch_size)

    def predict(self, x: Tensor) -> Tensor:
        """The outputs in evaluation mode, without a graph."""
        self.model.eval()
        with torch.no_grad():
            return self.model(x)

    def state_dict(self) -> Mapping[str, Tensor]:
        """The model's own."""
        return self.model.state_dict()


class TunedRun(TorchRun):
    """A fused optimizer where torch has one, one gather per epoch, losses left in place."""

    def build_optimizer(self, training: TrainingSpec) -> Any:
        """The optimizer, fused where that exists."""
        fused: dict[str, Any] = {"fused": True} if training.optimizer.name in FUSED else {}
        return building.build(
            building.reference(),
            training.optimizer,
            self.model.parameters(),
            lr=training.learning_rate[0],
            **fused,
        )

    def train_epoch(self, x: Tensor, target: Tensor, order: Tensor, batch_size: int) -> Tensor:
        """Gather the epoch's points once; batches are views of it."""
        if not self.model.training:
            self.model.train()
        pieces = (each.index_select(0, order).split(batch_size) for each in (x, target))
        batches = zip(*pieces, strict=True)
        losses = torch.stack([self.step(*batch) for batch in batches])
        self.end_epoch()
        return losses


torch_plain = Single(TorchRun, differentiate)
torch_tuned = Single(TunedRun, differentiate)
