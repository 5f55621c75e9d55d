"""From "differentiate a function of arrays" to a backend: for frameworks in the style of NumPy.

class Mine(Functional):
    layers = {"Tanh": np.tanh, "Linear": lambda x, weight, bias=0: x @ weight.T + bias, ...}
    losses = {"MSELoss": lambda prediction, target: ((prediction - target) ** 2).mean(), ...}

    @staticmethod
    def vjp(function, *arguments):  # arguments: arrays, or dictionaries of arrays
        return function(*arguments), pull_back  # pull_back(cotangent) -> a gradient an argument

backend = Single(Mine, Mine.differentiating(np))
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from experiments.backends import Unsupported
from experiments.backends.single import Run
from experiments.specification import Entry, TrainingSpec

Array = Any
Arrays = dict[str, Array]

MANY_STEPS = 100
OPTIMIZERS = {"SGD": ("momentum",), "Adam": ("betas", "eps")}
"""The update rules written here, with the arguments that they know."""


class Functional(Run):
    """A run of layers and losses that are functions of arrays; gradients are the adapter's."""

    layers: ClassVar[Mapping[str, Callable[..., Array]]]
    losses: ClassVar[Mapping[str, Callable[[Array, Array], Array]]]

    def __init__(self, training: TrainingSpec, state: Mapping[str, Tensor]) -> None:
        self.require(training)
        self.training = training
        self.parameters = {name: self.array(value.clone()) for name, value in state.items()}
        self.memory: dict[str, Arrays] = {}
        self.steps = 0
        # Compiling pays only over many steps.
        long = training.epochs * training.steps_per_epoch > MANY_STEPS
        self.slopes = self.compiled(self._slopes) if long else self._slopes

    @staticmethod
    def vjp(function: Callable[..., Array], *arguments: Any) -> tuple[Array, Any]:
        """The value of `function`, and what takes a cotangent to one gradient an argument."""
        raise NotImplementedError("a Functional needs vjp(function, *arguments)")

    @staticmethod
    def array(tensor: Tensor) -> Array:
        """A tensor as an array of the framework: here, of NumPy."""
        return tensor.numpy()

    @staticmethod
    def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
        """What to call in place of the step's value and gradients."""
        return function

    @classmethod
    def differentiating(cls, namespace: Any) -> Callable[..., Any]:
        """The optional method `differentiate` of a backend, for functions of this namespace."""

        def differentiate(
            function: Callable[..., Array], inputs: Sequence[Tensor], grad_output: Tensor
        ) -> tuple[Tensor, list[Tensor]]:
            arrays = [cls.array(each) for each in inputs]
            value, back = cls.vjp(lambda *each: function(namespace, *each), *arrays)
            return _tensor(value), [_tensor(each) for each in back(cls.array(grad_output))]

        return differentiate

    def require(self, training: TrainingSpec) -> None:
        """Raise Unsupported unless everything asked for is known."""
        for layer in training.layers:
            _check(layer, self.layers, layer.arguments if layer.name == "Linear" else ())
        _check(training.loss, self.losses, ())
        _check(training.optimizer, OPTIMIZERS, OPTIMIZERS.get(training.optimizer.name, ()))
        if training.schedule is not None:
            raise Unsupported("this adapter has no learning-rate schedules")

    def apply(self, parameters: Arrays, x: Array) -> Array:
        """The layers one after the other."""
        for place, layer in enumerate(self.training.layers):
            start = f"{place}."
            x = self.layers[layer.name](
                x,
                **{k.removeprefix(start): v for k, v in parameters.items() if k.startswith(start)},
            )
        return x

    def step(self, x: Tensor, target: Tensor) -> Tensor:
        """Value and gradients of the loss, and one update."""
        value, slopes = self.slopes(self.parameters, self.array(x), self.array(target))
        self.steps += 1
        rule = self._adam if self.training.optimizer.name == "Adam" else self._descend
        self.parameters = {
            name: parameter - rule(name, slopes[name])
            for name, parameter in self.parameters.items()
        }
        return _tensor(value)

    def predict(self, x: Tensor) -> Tensor:
        """The outputs."""
        return _tensor(self.apply(self.parameters, self.array(x)))

    def state_dict(self) -> dict[str, Tensor]:
        """The parameters."""
        return _tensors(self.parameters)

    def gradients(self, x: Tensor, grad_output: Tensor) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Value, gradient of the input, gradients of the parameters."""
        value, back = self.vjp(self.apply, self.parameters, self.array(x))
        of_parameters, of_input = back(self.array(grad_output))
        return _tensor(value), _tensor(of_input), _tensors(of_parameters)

    def accumulated(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> dict[str, Tensor]:
        """The sum of the parameters' gradients over pairs of input and cotangent."""
        each = [self.gradients(*pair)[2] for pair in pairs]
        return {name: torch.stack([one[name] for one in each]).sum(0) for name in each[0]}

    def loss_gradients(
        self, prediction: Tensor, target: Tensor, grad_output: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The loss and its gradient with respect to the prediction."""
        loss, wanted = self.losses[self.training.loss.name], self.array(target)
        value, back = self.vjp(lambda p: loss(p, wanted), self.array(prediction))
        cotangent = value * 0 + 1 if grad_output is None else self.array(grad_output)
        return _tensor(value), _tensor(back(cotangent)[0])

    def _slopes(self, parameters: Arrays, x: Array, target: Array) -> tuple[Array, Arrays]:
        loss = self.losses[self.training.loss.name]
        value, back = self.vjp(lambda p: loss(self.apply(p, x), target), parameters)
        return value, back(value * 0 + 1)[0]

    def _descend(self, name: str, slope: Array) -> Array:
        momentum = self.training.optimizer.arguments.get("momentum", 0)
        velocity = self.memory.setdefault("velocity", {})
        velocity[name] = slope + momentum * velocity[name] if name in velocity else slope
        return self.training.learning_rate[0] * velocity[name]

    def _adam(self, name: str, slope: Array) -> Array:
        options = {"betas": (0.9, 0.999), "eps": 1e-8, **self.training.optimizer.arguments}
        means = [
            self._average(f"moment {place}", name, value, beta) / (1 - beta**self.steps)
            for place, (value, beta) in enumerate(
                zip((slope, slope**2), options["betas"], strict=True)
            )
        ]
        return self.training.learning_rate[0] * means[0] / (means[1] ** 0.5 + options["eps"])

    def _average(self, memory: str, name: str, value: Array, beta: float) -> Array:
        kept = self.memory.setdefault(memory, {})
        kept[name] = beta * kept.get(name, 0) + (1 - beta) * value
        return kept[name]


def _tensor(array: Array) -> Tensor:
    return torch.tensor(np.asarray(array))


def _tensors(arrays: Arrays) -> dict[str, Tensor]:
    return {name: _tensor(array) for name, array in arrays.items()}


def _check(entry: Entry, names: Any, arguments: Any) -> None:
    if entry.name not in names:
        raise Unsupported(f"this adapter has no {entry.name}")
    unknown = sorted(set(entry.arguments) - set(arguments))
    if unknown:
        raise Unsupported(f"this adapter's {entry.name} has no argument {unknown[0]!r}")
