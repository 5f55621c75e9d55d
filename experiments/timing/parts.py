"""The parts of an eager step, timed apart: batch selection, forward, backward, update."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor

from experiments.specification import building
from experiments.timing.cases import Case, Start
from experiments.timing.harness import Clock

PARTS = ("forward", "backward", "update")


class Way(Protocol):
    """One way of making a step, cut into its parts; `value` is the loss, as `forward` left it.

    `mode` gives the context that its backend steps in.
    """

    value: Any
    mode: Callable[[], Any]

    def forward(self, x: Tensor, target: Tensor) -> None:
        """Batch in, loss out."""

    def backward(self) -> None:
        """The loss's gradients, after the old ones are forgotten."""

    def update(self) -> None:
        """The optimizer's step."""


class _Modules:
    """A model, a loss and an optimizer of a namespace, at a start."""

    def __init__(self, namespace: Any, start: Start, mode: Callable[[], Any]) -> None:
        self.mode = mode
        case: Case = start.case
        self.model = building.build_model(namespace, case.layers)
        self.model.load_state_dict(start.parameters[0])
        self.loss = building.build_loss(namespace, case.loss)
        parameters = self.model.parameters()
        self.optimizer = building.build_optimizer(
            namespace, case.optimizer, parameters, case.learning_rate
        )

    def update(self) -> None:
        """See `Way`."""
        self.optimizer.step()


class Recorded(_Modules):
    """A graph is recorded going forward and walked back: torch.nn's way, and `Variable`'s."""

    def __init__(
        self, namespace: Any, start: Start, mode: Callable[[], Any], wrap: Callable[[Tensor], Any]
    ) -> None:
        super().__init__(namespace, start, mode)
        self._wrap = wrap

    def forward(self, x: Tensor, target: Tensor) -> None:
        """See `Way`."""
        self.value = self.loss(self.model(self._wrap(x)), target)

    def backward(self) -> None:
        """See `Way`."""
        self.optimizer.zero_grad()
        self.value.backward()


class Explicit(_Modules):
    """Layer by layer: every module's own `backward`."""

    def forward(self, x: Tensor, target: Tensor) -> None:
        """See `Way`."""
        self.batch, self.prediction = (x, target), self.model(x)
        self.value = self.loss(self.prediction, target)

    def backward(self) -> None:
        """See `Way`."""
        x, target = self.batch
        self.optimizer.zero_grad()
        self.model.backward(self.loss.backward(self.prediction, target), x)


def ways(start: Start) -> dict[str, Way]:
    """Every way to make a step eagerly, by the name of its backend."""
    import framework
    import reference

    variable = partial(framework.Variable, requires_grad=False)
    return {
        "torch": Recorded(reference, start, nullcontext, lambda x: x),
        "framework-explicit": Explicit(framework, start, torch.inference_mode),
        "framework-autograd": Recorded(framework, start, torch.inference_mode, variable),
    }


class Parts:
    """Makes steps over the first points, and times batch selection and each part of the way."""

    def __init__(self, way: Way, start: Start, steps: int) -> None:
        self._way, self._start, self._steps = way, start, steps

    def __call__(self, clock: Clock) -> dict[str, float]:
        """Make `steps` steps; seconds by part."""
        with self._way.mode():
            ends = self._ends(clock)
        names = ("selection", *PARTS)
        return {
            name: sum(ends[place + 1 :: 5]) - sum(ends[place::5])
            for place, name in enumerate(names)
        }

    def _ends(self, clock: Clock) -> list[float]:
        """When each step began, and when each of its parts was done."""
        way, start = self._way, self._start
        x, target, order = start.x[0], start.target[0], start.orders[0][0]
        ends = []
        for chosen in order.split(start.case.batch_size)[: self._steps]:
            ends.append(clock())
            batch, wanted = x[chosen], target[chosen]
            ends.append(clock())
            way.forward(batch, wanted)
            ends.append(clock())
            way.backward()
            ends.append(clock())
            way.update()
            ends.append(clock())
        return ends

    @property
    def loss(self) -> Tensor:
        """The loss of the last batch."""
        value = self._way.value
        return value.detach() if isinstance(value, Tensor) else value.data
