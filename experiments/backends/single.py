"""From "train one run" to a backend: what an adapter for a foreign framework needs to write.

class Mine(Run):
    def __init__(self, training, parameters): ...   # training has one learning rate
    def step(self, x, target): ...                  # one update; the loss before it
    def predict(self, x): ...
    def state_dict(self): ...

backend = Single(Mine)
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from experiments.backends.observing import OPTIONAL
from experiments.specification import TrainingSpec


class Run:
    """One run in training. Tensors in, tensors (or what becomes one) out."""

    def step(self, x: Tensor, target: Tensor) -> Any:
        """Update once on a batch x (batch, features); return the loss before the update."""
        raise NotImplementedError(f"{type(self).__name__} has no step(x, target)")

    def predict(self, x: Tensor) -> Any:
        """The outputs (n, outputs) for x (n, features), in evaluation mode."""
        raise NotImplementedError(f"{type(self).__name__} has no predict(x)")

    def state_dict(self) -> Mapping[str, Any]:
        """The parameters as they are now, under torch's key names."""
        raise NotImplementedError(f"{type(self).__name__} has no state_dict()")

    def end_epoch(self) -> None:
        """What is to be done after each epoch, such as stepping a schedule."""

    def train_epoch(self, x: Tensor, target: Tensor, order: Tensor, batch_size: int) -> Any:
        """Step through the points in this order; the losses (steps,)."""
        losses = [self.step(x[batch], target[batch]) for batch in order.split(batch_size)]
        self.end_epoch()
        return losses


class Single:
    """A backend that trains one run after the other.

    `differentiate` and `evaluate` are optional methods, see `experiments.backends.observing`.

    Each run draws its noise from torch's generator, seeded and kept for it alone, so that its
    result does not depend on its companions.
    """

    def __init__(
        self,
        start_run: Callable[[TrainingSpec, dict[str, Tensor]], Run],
        differentiate: Callable[..., Any] | None = None,
        evaluate: Callable[..., Any] | None = None,
    ) -> None:
        self.start_run = start_run
        if differentiate is not None:
            self.differentiate = differentiate
        if evaluate is not None:
            self.evaluate = evaluate

    def start(self, training: TrainingSpec, parameters: list[dict[str, Tensor]]) -> "SingleSession":
        """Begin each run at its parameters."""
        each = zip(training.learning_rate, training.noise_seed, parameters, strict=True)
        runs = [
            self.start_run(replace(training, learning_rate=(rate,), noise_seed=(seed,)), state)
            for rate, seed, state in each
        ]
        return SingleSession(runs, training.noise_seed)


class SingleSession:
    """A group of runs that train one after the other."""

    def __init__(self, runs: list[Run], noise_seed: tuple[int, ...]) -> None:
        self.runs = runs
        self.noise = [torch.Generator().manual_seed(seed).get_state() for seed in noise_seed]

    def __getattr__(self, name: str) -> Any:
        """An optional method, where the runs have it: see `experiments.backends.observing`."""
        if name in OPTIONAL and all(hasattr(run, name) for run in self.runs):
            return partial(OPTIONAL[name], self.runs)
        raise AttributeError(f"{type(self).__name__} has no {name!r}")

    def train_epoch(self, x: Tensor, target: Tensor, order: Tensor, batch_size: int) -> Tensor:
        """Train every run one epoch; the losses (runs, steps)."""
        losses = [
            self._train_one(run, x[run], target[run], order[run], batch_size)
            for run in range(len(self.runs))
        ]
        return torch.stack(losses) if len(losses) > 1 else losses[0].unsqueeze(0)

    def _train_one(
        self, index: int, x: Tensor, target: Tensor, order: Tensor, batch_size: int
    ) -> Tensor:
        outside = torch.get_rng_state()
        torch.set_rng_state(self.noise[index])
        try:
            return _tensor(self.runs[index].train_epoch(x, target, order, batch_size))
        finally:
            self.noise[index] = torch.get_rng_state()
            torch.set_rng_state(outside)

    def predict(self, x: Tensor) -> Tensor:
        """The outputs (runs, n, outputs)."""
        return torch.stack(
            [_tensor(run.predict(each)) for run, each in zip(self.runs, x, strict=True)]
        )

    def state_dicts(self) -> list[dict[str, Tensor]]:
        """The parameters of each run."""
        return [
            {key: _tensor(value).clone() for key, value in run.state_dict().items()}
            for run in self.runs
        ]


def _tensor(value: Any) -> Tensor:
    if isinstance(value, list):
        value = torch.stack([torch.as_tensor(each) for each in value])
    value = torch.as_tensor(value)
    return value.detach() if value.requires_grad else value
