"""Cases of losses, seen by any backend that can train, and closer by one with `loss_gradients`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import frexp
from typing import Any, ClassVar

import torch
from torch import Tensor

from experiments.parity import exact, inputs, referee
from experiments.parity.case import Case, Observations, entry
from experiments.parity.formulas_of_losses import loss_value
from experiments.parity.measures import Truth
from experiments.specification import Entry


@dataclass(frozen=True)
class LossCase(Case):
    """A loss of predictions (n, outputs), with its gradient.

    Whoever can train shows the gradient too: a linear layer that sees the identity matrix and
    whose weight is the transposed prediction predicts exactly that, and one step of gradient
    descent moves its weight by the gradient. The learning rate is a power of two that makes the
    step about as long as the weight.

    Args:
        targets: the kind of target, a name of `TARGETS`.
        rows: n, unless the pattern says otherwise.
    """

    kind: ClassVar[str] = "losses"
    loss: Entry
    targets: str
    outputs: int = 3

    @property
    def bound(self) -> float:
        """A sum over the batch, and an exponential or two."""
        return 32.0

    @property
    def what(self) -> str:
        """The loss as it is written, the kind of target and the number of outputs."""
        return f"{self.loss} of {self.outputs} {self.targets}"

    @property
    def reduced(self) -> bool:
        """Whether the value is a scalar, so that it can be trained with."""
        return self.loss.arguments.get("reduction") != "none"

    def draw(self) -> dict[str, Tensor]:
        """A prediction, a target, and a cotangent of the value."""
        source = inputs.generator(self.name)
        prediction = inputs.draw(self.inputs, (self.outputs,), self.number, source)
        target = TARGETS[self.targets](prediction, source)
        value = referee.loss(self.loss, prediction, target)
        cotangent = inputs.normal(tuple(value.shape), self.number, source)
        return {"prediction": prediction, "target": target, "g": cotangent}

    def observe(self, backend: Any) -> Observations:
        """One step on the identity, and the loss by itself where the backend shows it."""
        prediction, target = self.take("prediction"), self.take("target")
        session = self._start(backend, prediction)
        seen: Observations = {}
        if self.reduced:
            count = len(prediction)
            points, order = torch.eye(count, dtype=self.number), torch.arange(count)
            losses = session.train_epoch(points[None], target[None], order[None], count)
            seen = {"loss": losses[0, 0], "update": session.state_dicts()[0]["0.weight"]}
        if hasattr(session, "loss_gradients"):
            pair = session.loss_gradients(prediction[None], target[None], self.take("g")[None])
            seen |= {"value": pair[0][0], "gradient": pair[1][0]}
        return seen | {"prediction afterwards": prediction, "target afterwards": target}

    def referee(self, dtype: torch.dtype) -> Observations:
        """The same through torch.nn and torch.autograd."""
        prediction, target = self.take("prediction", dtype), self.take("target", dtype)
        value = referee.loss(self.loss, prediction.requires_grad_(), target)
        (gradient,) = torch.autograd.grad(value, prediction, self.take("g", dtype), True)
        seen = {"value": value.detach(), "gradient": gradient}
        if self.reduced:
            (slope,) = torch.autograd.grad(value, prediction)
            moved = prediction.detach().add(slope, alpha=-self.learning_rate).T
            seen |= {"loss": value.detach(), "update": moved}
        return seen | {"prediction afterwards": prediction.detach(), "target afterwards": target}

    def truth(self) -> dict[str, Truth]:
        """By formula in 140 bits for float64; float64 for float32."""
        if self.dtype == "float32":
            return super().truth()
        prediction, target = exact.from_tensor(self.take("prediction")), self._exact_target()
        try:
            value = loss_value(self.loss.name, prediction, target, self.loss.arguments)
        except (KeyError, ZeroDivisionError):  # no formula, or the mean of nothing
            return {}
        exact.pull_back(value, self.take("g"))
        return {"value": exact.truth(value), "gradient": exact.truth(exact.gradients(prediction))}

    @cached_property
    def learning_rate(self) -> float:
        """A power of two: largest prediction over largest gradient."""
        prediction = self.take("prediction").requires_grad_()
        value = referee.loss(self.loss, prediction, self.take("target"))
        (slope,) = torch.autograd.grad(value, prediction)
        steepest, size = (
            float(each.detach().nan_to_num(0, 0, 0).abs().max()) or 1.0
            for each in (slope, prediction)
        )
        return 2.0 ** (frexp(size)[1] - frexp(steepest)[1])

    def _start(self, backend: Any, prediction: Tensor) -> Any:
        count = len(prediction)
        layer = entry("Linear", in_features=count, out_features=self.outputs, bias=False)
        rate = self.learning_rate if self.reduced else 0.0
        training = self.training(
            (layer,), loss=self.loss, learning_rate=(rate,), batch_size=max(count, 1)
        )
        return backend.start(training, [{"0.weight": prediction.T.clone()}])

    def _exact_target(self) -> Any:
        target = self.take("target")
        return exact.from_tensor(target) if target.is_floating_point() else target.numpy()


def _near(distance: float) -> "Target":
    """Targets at exactly `distance` from the prediction, on either side."""

    def draw(prediction: Tensor, source: torch.Generator) -> Tensor:
        sides = torch.randint(0, 2, prediction.shape, generator=source) * 2 - 1
        return prediction + distance * sides

    return draw


def _indices(prediction: Tensor, source: torch.Generator) -> Tensor:
    return torch.randint(prediction.shape[1], (len(prediction),), generator=source)


def _partly_ignored(prediction: Tensor, source: torch.Generator) -> Tensor:
    target = _indices(prediction, source)
    target[::3] = -100
    return target


def _distributions(prediction: Tensor, source: torch.Generator) -> Tensor:
    shape, dtype = tuple(prediction.shape), prediction.dtype
    return inputs.normal(shape, dtype, source).softmax(1)


def _certainties(prediction: Tensor, source: torch.Generator) -> Tensor:
    return torch.eye(prediction.shape[1], dtype=prediction.dtype)[_indices(prediction, source)]


Target = Callable[[Tensor, torch.Generator], Tensor]
TARGETS: dict[str, Target] = {
    "numbers": lambda p, source: inputs.normal(tuple(p.shape), p.dtype, source),
    "shares": lambda p, source: inputs.positive(tuple(p.shape), p.dtype, source),
    "counts": lambda p, source: torch.randint(0, 5, p.shape, generator=source).to(p.dtype),
    "bits": lambda p, source: torch.randint(0, 2, p.shape, generator=source).to(p.dtype),
    "signs": lambda p, source: torch.randint(0, 2, p.shape, generator=source).to(p.dtype) * 2 - 1,
    "equal numbers": lambda p, _: p.detach().clone(),
    "numbers 1 apart": _near(1.0),
    "numbers half apart": _near(0.5),
    "indices": _indices,
    "partly ignored indices": _partly_ignored,
    "distributions": _distributions,
    "certainties": _certainties,
}
