"""Cases of optimizers: one parameter, pulled by gradients of our choice, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from experiments.parity import exact, inputs, referee
from experiments.parity.case import Case, Observations, entry
from experiments.parity.formulas_of_optimizers import RULES, State, step
from experiments.parity.inputs import TINY
from experiments.parity.measures import Truth
from experiments.specification import Entry

STEPS = 10
OUTPUTS = FEATURES = 4
MEAN_OF_SQUARES = entry("MSELoss")
SLOPE = 2 / (OUTPUTS * FEATURES)
IDENTITY = entry("Linear", in_features=FEATURES, out_features=OUTPUTS, bias=False)


@dataclass(frozen=True)
class OptimizerCase(Case):
    """A weight W that sees the identity and the mean of 16 squares: its gradient is (W - T) / 8.

    The targets T of the steps are drawn in advance, so that gradients come in the sizes and signs
    that tell optimizers apart. `inputs` is a name of `PULLS`.
    """

    kind: ClassVar[str] = "optimizers"
    optimizer: Entry
    learning_rate: float

    @property
    def bound(self) -> float:
        """Ten steps, each from the last."""
        return 64.0

    @property
    def what(self) -> str:
        """The optimizer as it is written."""
        return str(self.optimizer)

    def draw(self) -> dict[str, Tensor]:
        """The weight (outputs, features) and the targets (steps, outputs, features)."""
        source = inputs.generator(self.name)
        weight = inputs.normal((OUTPUTS, FEATURES), self.number, source)
        pull = inputs.normal((STEPS, OUTPUTS, FEATURES), self.number, source)
        if self.inputs == "tiny":
            weight = weight * TINY[self.number]
        targets = weight + PULLS[self.inputs](pull) / SLOPE
        return {"state.0.weight": weight, "targets": targets}

    def observe(self, backend: Any) -> Observations:
        """The weight after each step; each step is an epoch of one batch."""
        session = backend.start(
            self.training(
                (IDENTITY,),
                loss=MEAN_OF_SQUARES,
                optimizer=self.optimizer,
                learning_rate=(self.learning_rate,),
                epochs=STEPS,
                batch_size=FEATURES,
            ),
            [self.state()],
        )
        points, order = torch.eye(FEATURES, dtype=self.number)[None], torch.arange(FEATURES)[None]
        seen = {}
        for k, target in enumerate(self.take("targets"), 1):
            session.train_epoch(points, target.T.contiguous()[None], order, FEATURES)
            seen[f"update {k}"] = session.state_dicts()[0]["0.weight"].clone()
        return seen

    def referee(self, dtype: torch.dtype) -> Observations:
        """The same with the optimizer of torch.optim."""
        weight = self.take("state.0.weight", dtype).requires_grad_()
        optimizer = referee.optimizer(self.optimizer, [weight], self.learning_rate)
        seen = {}
        for k, target in enumerate(self.take("targets", dtype), 1):
            weight.grad = SLOPE * (weight.detach() - target)
            optimizer.step()
            seen[f"update {k}"] = weight.detach().clone()
        return seen

    def truth(self) -> dict[str, Truth]:
        """By formula in 140 bits for both dtypes."""
        if self.optimizer.name not in RULES:
            return super().truth()
        weight, targets = (_numbers(self.take(name)) for name in ("state.0.weight", "targets"))
        memory, known = State(self.learning_rate), {}
        for k, target in enumerate(targets, 1):
            gradient = SLOPE * (weight - target)
            weight = step(self.optimizer.name, weight, gradient, memory, self.optimizer.arguments)
            known[f"update {k}"] = exact.truth(weight)
        return known


def _numbers(tensor: Tensor) -> Any:
    """The tensor as an array of mpmath's numbers, which need not remember where they came from."""
    return exact.values(exact.from_tensor(tensor))


def _still(pull: Tensor) -> Tensor:
    """No gradient at all for every second column, until something else moves it."""
    return pull * (torch.arange(FEATURES) % 2)


def _turning(pull: Tensor) -> Tensor:
    """Gradients that turn round again and again."""
    sides = torch.tensor([1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0, -1.0], dtype=pull.dtype)
    return 3 * sides[:, None, None] * pull.abs()


PULLS: dict[str, Callable[[Tensor], Tensor]] = {
    "ordinary": lambda pull: pull,
    "tiny": lambda pull: pull * TINY[pull.dtype],
    "huge": lambda pull: pull * 1e4,
    "still": _still,
    "turning": _turning,
}
