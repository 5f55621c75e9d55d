"""The tensor calls of a step without the Python around them: what is left is bookkeeping."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from experiments.timing.cases import Start
from experiments.timing.harness import Clock
from experiments.timing.parts import PARTS, Way

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
        size, self._steps, self._mode = start.case.batch_size, steps, way.mode
        batch = start.x[0, :size].clone(), start.target[0, :size].clone()
        parts = (lambda: way.forward(*batch), way.backward, way.update)
        with self._mode():
            for _ in range(2):  # the second step is like all that follow
                self._parts = [_calls_of(part) for part in parts]

    def __call__(self, clock: Clock) -> dict[str, float]:
        """Make the calls of `steps` steps; seconds by part."""
        times = [0.0] * len(self._parts)
        with self._mode():
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


def _calls_of(part: Callable[[], None]) -> list[Call]:
    with torch.no_grad(), TensorCalls() as recorded:
        part()
    return recorded.calls
