"""`Trainer`, the short way to train."""

from __future__ import annotations

import torch
from torch import Tensor

from framework.module import Module
from framework.optimizers.optimizer import Optimizer
from framework.training_step import TrainingStep


class Trainer:
    """A model, a loss and an optimizer, trained with `fit` and used with `predict`.

    Args:
        model: what learns.
        loss: called with prediction and target; may be set later, before `fit`.
        optimizer: of the model's parameters; likewise.
        batch_size: examples a step; the last step of an epoch takes what is left.

    >>> from framework import Linear, MSELoss, SGD
    >>> model = Linear(1, 1)
    >>> trainer = Trainer(model, MSELoss(), SGD(model.parameters(), lr=0.1), batch_size=2)
    >>> x = torch.tensor([[0.0], [1.0], [2.0]])
    >>> losses = trainer.fit(x, 2 * x + 1, epochs=200)
    >>> losses[-1] < 1e-3
    True
    """

    def __init__(
        self,
        model: Module,
        loss: Module | None = None,
        optimizer: Optimizer | None = None,
        batch_size: int = 100,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"Trainer takes batch_size ≥ 1, and got {batch_size}")
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.batch_size = batch_size
        self._last: TrainingStep | None = None

    def fit(
        self,
        x: Tensor,
        target: Tensor,
        epochs: int = 1,
        verbose_every: int = 0,
        shuffle: bool = False,
        generator: torch.Generator | None = None,
    ) -> list[float]:
        """Train for some epochs.

        Args:
            x: inputs (n, …).
            target: targets (n, …).
            epochs: passes over the examples.
            verbose_every: print epoch and loss after every so many epochs; 0 prints nothing.
            shuffle: draw a new order every epoch; otherwise take the examples as they come.
            generator: what the orders are drawn from; None is torch's global one.

        Returns:
            Each epoch's loss: the mean over its examples, each before its step's update.

        Raises:
            ValueError: no loss, no optimizer, no examples, or not one target for each.
        """
        step = self._step(x, target)
        self.model.train()
        losses = []
        for epoch in range(1, epochs + 1):
            order = torch.randperm(len(x), generator=generator) if shuffle else None
            total = 0.0
            for start in range(0, len(x), self.batch_size):
                part: Tensor | slice = slice(start, start + self.batch_size)
                part = part if order is None else order[part].to(x.device)
                total += step(x[part], target[part]).item() * len(x[part])
            losses.append(total / len(x))
            if verbose_every and epoch % verbose_every == 0:
                print(f"epoch {epoch}: loss {losses[-1]:.4f}")  # noqa: T201
        return losses

    def _step(self, x: Tensor, target: Tensor) -> TrainingStep:
        if self.loss is None:
            raise ValueError("Trainer has no loss: give one, or set trainer.loss before fit")
        if self.optimizer is None:
            raise ValueError(
                "Trainer has no optimizer: give one, or set trainer.optimizer before fit"
            )
        if len(x) == 0 or len(x) != len(target):
            raise ValueError(
                f"Trainer.fit takes as many targets as inputs, and got {len(target)} and {len(x)}"
            )
        step = self._last
        if step is None or (step.loss, step.optimizer) != (self.loss, self.optimizer):
            step = self._last = TrainingStep(self.model, self.loss, self.optimizer)
        return step

    def predict(self, x: Tensor) -> Tensor:
        """The model's output in evaluation mode; its mode is then as before."""
        training = self.model.training
        try:
            return self.model.eval()(x)
        finally:
            self.model.train(training)
