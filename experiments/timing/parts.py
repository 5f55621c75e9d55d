"""The parts of a step, apart, and the tensor calls in them without the Python around them."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from experiments import building
from experiments.timing.cases import Case, Start
from experiments.timing.harness import Clock

PARTS = ("forward", "backward", "update")


class Way(Protocol):
    """One way of making a step, cut into its parts."""

    def forward(self, x: Tensor, target: Tensor) -> None:
        """Batch in, loss out."""

    def backward(self) -> None:
        """The loss's gradients, after the old ones are forgotten."""

    def update(self) -> None:
        """The optimizer's step."""


class _Modules:
    """A model, a loss and an optimizer of a namespace, at a start."""

    def __init__(self, namespace: Any, start: Start) -> None:
        case: Case = start.case
        self.model = building.build_model(namespace, case.layers)
        self.model.load_state_dict(start.parameters[0])
        self.loss = building.build_loss(namespace, case.loss)
        parameters = self.model.parameters()
        self.optimizer = building.build_optimizer(
            namespace, case.optimizer, parameters, case.learning_rate
        )

    def update(self) -> None:
        self.optimizer.step()


class Recorded(_Modules):
    """A graph is recorded going forward and walked back: torch.nn's way, and `Variable`'s."""

    def __init__(self, namespace: Any, start: Start, wrap: Callable[[Tensor], Any]) -> None:
        super().__init__(namespace, start)
        self._wrap = wrap

    def forward(self, x: Tensor, target: Tensor) -> None:
        self.value = self.loss(self.model(self._wrap(x)), target)

    def backward(self) -> None:
        self.optimizer.zero_grad()
        self.value.backward()


class Explicit(_Modules):
    """Layer by layer: every module's own `backward`."""

    def forward(self, x: Tensor, target: Tensor) -> None:
        self.batch, self.prediction = (x, target), self.model(x)
        self.value = self.loss(self.prediction, target)

    def backward(self) -> None:
        x, target = self.batch
        self.optimizer.zero_grad()
        self.model.backward(self.loss.backward(self.prediction, target), x)


def ways(start: Start) -> dict[str, Way]:
    """Every way to make a step eagerly, by the name of its backend."""
    import framework
    import reference

    return {
        "torch": Recorded(reference, start, lambda x: x),
        "framework-explicit": Explicit(framework, start),
        "framework-autograd": Recorded(framework, start, framework.Variable),
    }


class Parts:
    """Makes steps, and times batch selection, forward, backward and update apart."""

    def __init__(self, way: Way, start: Start, steps: int) -> None:
        self._way, self._start, self._steps = way, start, steps

    def __call__(self, clock: Clock) -> dict[str, float]:
        """Make `steps` steps; seconds by part."""
        way, start, size = self._way, self._start, self._start.case.batch_size
        x, target, order = start.x[0], start.target[0], start.orders[0][0]
        times = [0.0, 0.0, 0.0, 0.0]
        for step in range(self._steps):
            begin = clock()
            chosen = order[step * size % len(order) :][:size]
            batch, wanted = x[chosen], target[chosen]
            selected = clock()
            way.forward(batch, wanted)
            forward = clock()
            way.backward()
            backward = clock()
            way.update()
            end = clock()
            for place, seconds in enumerate(
                (selected - begin, forward - selected, backward - forward, end - backward)
            ):
                times[place] += seconds
        return dict(zip(("selection", *PARTS), times, strict=True))


Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class TensorCalls(TorchFunctionMode):
    """Writes down every tensor call that is made while it is entered, with its arguments.

    Made again, the calls cost what the same work costs without any layer, graph or optimizer
    around it. They read the recorded tensors, so they compute, but learn nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor | tuple | list):
            self.calls.append((func, args, kwargs or {}))
        return result


class Calls:
    """The tensor calls of each part of a way's step, made again without the Python around them."""

    def __init__(self, way: Way, start: Start, steps: int) -> None:
        size, self._steps = start.case.batch_size, steps
        batch = start.x[0, :size].clone(), start.target[0, :size].clone()
        for _ in range(2):  # the second step is like all that follow
            self._parts = [
                _calls_of(part) for part in (lambda: way.forward(*batch), way.backward, way.update)
            ]

    def __call__(self, clock: Clock) -> dict[str, float]:
        """Make the calls of `steps` steps; seconds by part."""
        times = [0.0] * len(self._parts)
        for _ in range(self._steps):
            for place, calls in enumerate(self._parts):
                begin = clock()
                for function, arguments, keywords in calls:
                    function(*arguments, **keywords)
                times[place] += clock() - begin
        return dict(zip(PARTS, times, strict=True))

    @property
    def count(self) -> int:
        """Tensor calls of one step."""
        return sum(map(len, self._parts))


def _calls_of(part: Callable[[], None]) -> Sequence[Call]:
    with torch.no_grad(), TensorCalls() as recorded:
        part()
    return recorded.calls
