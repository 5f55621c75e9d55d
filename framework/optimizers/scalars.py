"""`Scalars`, the numbers of an update that change from step to step."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from framework.number import Number
from framework.state import using

#: A number, or a tensor with one number a run.
Rate = float | Tensor


class Scalars:
    """Numbers that change from step to step, so held that a recorded update stays valid.

    A rule names them in `scalars` and reads them here as attributes: tensors whose memory stays,
    0-d of the parameters' dtype, or, where each stacked run has its own, of shape (runs, 1).

    Attributes:
        smallest: about the smallest number whose root is as fast as any other's.
    """

    def __init__(self, buffer: Tensor) -> None:
        self._buffer = buffer
        self.smallest = buffer.new_full((), max(torch.finfo(buffer.dtype).tiny, 1e-290))
        self._values: dict[str, float] = {}
        self._shared: dict[str, Tensor] = {}
        self._by_run: dict[str, Tensor] = {}

    def refresh(self, values: Mapping[str, Rate]) -> None:
        """Take over new values."""
        for name, value in values.items():
            if isinstance(value, Tensor) and value.dim():
                self._values.pop(name, None)
                self._refresh_runs(name, value)
            elif self._values.get(name) != value:
                self._values[name] = float(value)
                if name in self._shared:
                    self._shared[name].fill_(value)

    def _refresh_runs(self, name: str, values: Tensor) -> None:
        values = values.view(-1, *[1] * (self._buffer.dim() - 1))
        tensor = self._by_run.get(name)
        if tensor is None or tensor.shape != values.shape:
            self._by_run[name] = values.to(self._buffer.device, self._buffer.dtype, copy=True)
        else:
            tensor.copy_(values)

    def add_quotient(self, parameter: Tensor, factor: str, x: Tensor, divisor: Tensor) -> None:
        """parameter ← parameter + factor·x / divisor, in place; `factor` is a number's name."""
        if factor in self._values:
            parameter.addcdiv_(x, divisor, value=Number(self._values, factor))
        else:
            parameter.addcdiv_(x.mul(getattr(self, factor)), divisor)

    def of_runs(self, runs: slice | int) -> Scalars:
        """The same numbers for some of the runs."""
        return _ScalarsOfRuns(self, runs)

    def __getattr__(self, name: str) -> Tensor:
        if name in self.__dict__["_values"]:
            if name not in self._shared:
                with using(watched=False):
                    self._shared[name] = self._buffer.new_full((), self._values[name])
            return self._shared[name]
        if name not in self._by_run:
            raise AttributeError(f"this optimizer has no scalar {name!r}")
        return self._by_run[name]


class _ScalarsOfRuns(Scalars):
    """The numbers of some of the runs: views of those of all."""

    def __init__(self, whole: Scalars, runs: slice | int) -> None:
        self._whole = whole
        self._runs = runs
        self._values = whole._values
        self.smallest = whole.smallest

    def __getattr__(self, name: str) -> Tensor:
        tensor: Tensor = getattr(self._whole, name)
        return tensor[self._runs] if tensor.dim() else tensor
