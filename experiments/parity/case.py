"""A case: one thing that a framework does, on one input, with what torch.nn does there.

A case is written once and holds for every backend: `observe` asks a backend through the protocols
of `experiments.backends`, `referee` asks plain torch.nn, `truth` asks exact numbers.

Two optional methods make more observable; a backend without them is checked in all the rest:

    session.gradients(x, grad_output)            -> (value, input gradient, parameter gradients)
    session.accumulated(pairs)                   -> parameter gradients, summed over the pairs
    session.loss_gradients(prediction, target, grad_output=None) -> (value, gradient)
    backend.differentiate(function, inputs, grad_output)         -> (value, input gradients)

All tensors of a session have the leading run dimension; parameter gradients are a list of
dictionaries under torch's key names, one a run. `gradients` is in evaluation mode. `accumulated`
takes [(x, grad_output), …], goes forward on all of them before it goes back, and adds up.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import torch
from torch import Tensor

from experiments.parity.measures import Truth, error_of
from experiments.specification import Entry, TrainingSpec

Observations = dict[str, Tensor]
NOTHING = Entry("MSELoss")
STILL = Entry("SGD")


@dataclass(frozen=True)
class Case(ABC):
    """One case. `given` replaces the tensors that its name would draw, for a replay.

    Args:
        inputs: the name of the pattern its tensors are drawn in.
        dtype: "float32" or "float64".
    """

    kind: ClassVar[str]

    inputs: str
    dtype: str
    given: Mapping[str, Tensor] | None = field(default=None, kw_only=True, repr=False)

    @property
    def area(self) -> str:
        """The part of the report it belongs to; infinite inputs have one of their own."""
        return "infinities" if self.inputs == "infinite" else self.kind

    @property
    @abstractmethod
    def what(self) -> str:
        """What is looked at, as it is written in a specification."""

    @abstractmethod
    def draw(self) -> dict[str, Tensor]:
        """The case's tensors by name, from a generator that belongs to its name."""

    @abstractmethod
    def observe(self, backend: Any) -> Observations:
        """What a backend does, by the name of the observation; what it cannot show is left out."""

    @abstractmethod
    def referee(self, dtype: torch.dtype) -> Observations:
        """What torch.nn does, computed in `dtype`; every observation there is."""

    def truth(self) -> dict[str, Truth]:
        """Observations known beyond the dtype of the case: here, for float32, by float64."""
        if self.dtype == "float64":
            return {}
        known = self.referee(torch.float64)
        return {
            name: Truth(value.double(), torch.zeros_like(value, dtype=torch.float64))
            for name, value in known.items()
        }

    @property
    def bound(self) -> float:
        """How many epsilons, of the largest element, a value may differ by rounding."""
        return 16.0

    def floor(self, observation: str) -> float:
        """What the largest element counts as where it is smaller than this: see `LayerCase`."""
        return 0.0

    @property
    def name(self) -> str:
        """The case's name, which decides its tensors."""
        return f"{self.area}/{self.what}/{self.inputs}/{self.dtype}"

    @property
    def number(self) -> torch.dtype:
        """Its dtype as torch's."""
        found: torch.dtype = getattr(torch, self.dtype)
        return found

    @cached_property
    def tensors(self) -> Mapping[str, Tensor]:
        """The tensors it was given, or those its name draws."""
        return self.given if self.given is not None else self.draw()

    @cached_property
    def expected(self) -> Observations:
        """The referee's observations, computed once."""
        return self.referee(self.number)

    @cached_property
    def known(self) -> dict[str, Truth]:
        """The truth, computed once."""
        return self.truth()

    def referee_error(self, observation: str) -> float | None:
        """How far the referee is from the truth there, computed once; None without a truth."""
        if observation not in self.known or not self.expected[observation].numel():
            return None
        if observation not in self._errors:
            self._errors[observation] = error_of(
                self.expected[observation], self.known[observation]
            )
        return self._errors[observation]

    @cached_property
    def _errors(self) -> dict[str, float]:
        return {}

    def take(self, name: str, dtype: torch.dtype | None = None) -> Tensor:
        """A fresh copy of a tensor, with its strides, so that nobody can spoil the case."""
        tensor = self.tensors[name]
        if tensor.dim() and not tensor.is_contiguous():
            tensor = torch.empty_strided(tensor.size(), tensor.stride(), dtype=tensor.dtype).copy_(
                tensor
            )
        else:
            tensor = tensor.clone()
        return tensor.to(dtype) if dtype and tensor.is_floating_point() else tensor

    def state(self, dtype: torch.dtype | None = None) -> dict[str, Tensor]:
        """The tensors named `state.…`: a state_dict."""
        return {
            name.removeprefix("state."): self.take(name, dtype)
            for name in self.tensors
            if name.startswith("state.")
        }

    def training(self, layers: tuple[Entry, ...], **more: Any) -> TrainingSpec:
        """What a backend is told; where nothing is learnt, a loss and an optimizer stand idle."""
        usual: dict[str, Any] = {
            "loss": NOTHING,
            "optimizer": STILL,
            "learning_rate": (0.0,),
            "noise_seed": (0,),
        }
        return TrainingSpec(layers=layers, dtype=self.dtype, **usual | more)


def entry(text: str, **arguments: Any) -> Entry:
    """An entry of a specification."""
    return Entry(text, arguments)
