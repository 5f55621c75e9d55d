"""The framework with all runs of a group in one stacked model, its step recorded and replayed."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

import framework as fw
from experiments.backends.observing_framework import ByRecording, differentiate, evaluate
from experiments.specification import TrainingSpec, building
from framework.layers.random import seed_noise
from framework.stacking import unstack


class Stacked:
    """The backend; a group of one is stacked too, so that companions change no run's numbers."""

    differentiate = staticmethod(differentiate)
    evaluate = staticmethod(evaluate)

    def start(self, training: TrainingSpec, parameters: list[dict[str, Tensor]]) -> "Stack":
        """Begin each run at its parameters."""
        return Stack(training, parameters)


class Stack:
    """A group of stacked runs in training."""

    def __init__(self, training: TrainingSpec, parameters: list[dict[str, Tensor]]) -> None:
        place: dict[str, Any] = {"device": training.device, "dtype": getattr(torch, training.dtype)}
        models = [building.build_model(fw, training.layers).to(**place) for _ in parameters]
        for model, state in zip(models, parameters, strict=True):
            model.load_state_dict(state)
        self.model = fw.stack(models)
        seed_noise(self.model, training.noise_seed)
        self.loss = fw.stack([building.build_loss(fw, training.loss).to(**place)] * training.runs)
        self._prepare_updates(training)

    def _prepare_updates(self, training: TrainingSpec) -> None:
        learned = list(self.model.parameters())
        if not learned:  # nothing to train, yet parity looks at the values of such models
            return
        rates = torch.tensor(training.learning_rate, dtype=torch.float64, device=training.device)
        # A number that all runs share costs less than one a run, and gives the same bits.
        rate = training.learning_rate[0] if len(set(training.learning_rate)) == 1 else rates
        self.optimizer = building.build_optimizer(fw, training.optimizer, learned, rate)
        self.schedule = building.build_schedule(fw, training.schedule, self.optimizer)
        self.step = fw.TrainingStep(self.model, self.loss, self.optimizer)

    def train_epoch(self, x: Tensor, target: Tensor, order: Tensor, batch_size: int) -> Tensor:
        """Gather the epoch's points once; step through all runs together."""
        if not self.model.training:
            self.model.train()
        losses = self.step.epoch(_gather(x, order), _gather(target, order), batch_size)
        if self.schedule is not None:
            self.schedule.step()
        return losses

    def predict(self, x: Tensor) -> Tensor:
        """The outputs (runs, n, outputs) in evaluation mode."""
        return self.model.eval()(x)

    def state_dicts(self) -> list[dict[str, Tensor]]:
        """The parameters of each run."""
        return [model.state_dict() for model in unstack(self.model)]

    def gradients(
        self, x: Tensor, grad_output: Tensor
    ) -> tuple[Tensor, Tensor | None, list[Mapping[str, Tensor]]]:
        """As in `experiments.backends.observing`."""
        value, of_input, of_parameters = self._observer().gradients(x, grad_output)
        return value, of_input, self._by_run(of_parameters)

    def accumulated(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> list[Mapping[str, Tensor]]:
        """As in `experiments.backends.observing`."""
        return self._by_run(self._observer().accumulated(pairs))

    def loss_gradients(
        self, prediction: Tensor, target: Tensor, grad_output: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """As in `experiments.backends.observing`."""
        return self._observer().loss_gradients(prediction, target, grad_output)

    def _observer(self) -> ByRecording:
        observer = ByRecording()
        observer.model, observer.loss = self.model, self.loss
        return observer

    def _by_run(self, gradients: Mapping[str, Tensor]) -> list[Mapping[str, Tensor]]:
        runs = self.model.runs or 0
        return [{name: each[run] for name, each in gradients.items()} for run in range(runs)]


def _gather(points: Tensor, order: Tensor) -> Tensor:
    """Each run's points in its order; one index over all runs is several times faster than two."""
    runs, count = points.shape[:2]
    rows = order + torch.arange(0, runs * count, count, device=order.device)[:, None]
    return points.flatten(0, 1).index_select(0, rows.flatten()).unflatten(0, order.shape)


framework = Stacked()
