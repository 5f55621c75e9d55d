"""The optional methods of parity for the framework's two ways of going backward.

Both work on a model of one run and on a stack of runs: gradients then have the run dimension too.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

import framework as fw
from experiments.backends import Unsupported
from experiments.backends.observing import tensors_in


class ByRecording:
    """Through the recorded graph."""

    model: Any
    loss: Any

    def gradients(self, x: Tensor, grad_output: Tensor) -> tuple[Any, ...]:
        """Value, gradient of the input, gradients of the parameters, in evaluation mode."""
        self.model.eval().zero_grad()
        leaf = fw.Variable(x)
        value = self.model(leaf)
        value.backward(grad_output)
        return value.data, _of_input(x, leaf.grad), self._collect()

    def accumulated(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> Mapping[str, Tensor]:
        """Forward on all, then back from all; the parameters' gradients add up."""
        self.model.eval().zero_grad()
        values = [self.model(fw.Variable(x)) for x, _ in pairs]
        for value, (_, grad_output) in zip(values, pairs, strict=True):
            value.backward(grad_output)
        return self._collect()

    def loss_gradients(
        self, prediction: Tensor, target: Tensor, grad_output: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The loss and its gradient with respect to the prediction."""
        leaf = fw.Variable(prediction)
        value = self.loss(leaf, target)
        value.backward(grad_output)
        return value.data, _gradient(leaf)

    def _collect(self) -> dict[str, Tensor]:
        found = {name: _gradient(each) for name, each in self.model.named_parameters()}
        self.model.zero_grad()
        return found


class ByLayer(ByRecording):
    """Layer by layer: each is handed its input again."""

    def gradients(self, x: Tensor, grad_output: Tensor) -> tuple[Any, ...]:
        """Value, gradient of the input, gradients of the parameters, in evaluation mode."""
        self.model.eval().zero_grad()
        value = self.model(x)
        of_input = self.model.backward(grad_output, x)
        return value, _of_input(x, of_input), self._collect()

    def accumulated(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> Mapping[str, Tensor]:
        """Forward on all, then back from all; the parameters' gradients add up."""
        self.model.eval().zero_grad()
        for x, _ in pairs:
            self.model(x)
        for x, grad_output in pairs:
            self.model.backward(grad_output, x)
        return self._collect()

    def loss_gradients(
        self, prediction: Tensor, target: Tensor, grad_output: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The loss and its gradient with respect to the prediction."""
        value = self.loss(prediction, target)
        return value, self.loss.backward(prediction, target, grad_output)


def differentiate(
    function: Callable[..., Any], inputs: Sequence[Tensor], grad_output: Tensor
) -> tuple[Tensor, list[Tensor]]:
    """The value of `function(torch, *inputs)` and its gradients, by the recorded graph."""
    leaves = [fw.Variable(each) for each in inputs]
    value = function(torch, *leaves)
    value.backward(grad_output)
    return value.data, [_gradient(leaf) for leaf in leaves]


def _of_input(x: Tensor, gradient: Tensor | None) -> Tensor | None:
    if not x.is_floating_point():
        return None
    return torch.zeros_like(x) if gradient is None else gradient


def evaluate(
    name: str,
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    state: Mapping[str, Tensor],
    inputs: Sequence[Any],
    cotangents: Sequence[Tensor],
) -> tuple[list[Tensor], list[Tensor], dict[str, Tensor], dict[str, Tensor]]:
    """Any module by its name, in training mode and float64, called on any inputs.

    Returns:
        Its values; the gradients of those inputs that require one, each value weighted by its
        cotangent; those of the parameters by name; the state afterwards.

    Raises:
        Unsupported: the framework has no module of that name.
    """
    if not hasattr(fw, name):
        raise Unsupported(f"the framework has no {name}")
    module = getattr(fw, name)(*arguments, **keywords).double().train()
    module.load_state_dict(state)
    leaves: list[fw.Variable] = []
    shown = module(*(_recorded(value, leaves) for value in inputs))
    values = tensors_in(shown, (fw.Variable, Tensor))
    for value, cotangent in zip(values, cotangents, strict=True):
        if value.data.is_floating_point():
            value.backward(cotangent)
    of_parameters = {key: _gradient(parameter) for key, parameter in module.named_parameters()}
    data = [value.data for value in values]
    return data, [_gradient(leaf) for leaf in leaves], of_parameters, module.state_dict()


def _recorded(value: Any, leaves: list[fw.Variable]) -> Any:
    """An input as a variable; those that a gradient flows back to join `leaves`."""
    if isinstance(value, tuple | list):
        return tuple(_recorded(each, leaves) for each in value)
    if not isinstance(value, Tensor) or not (value.requires_grad or not value.is_floating_point()):
        return value
    variable = fw.Variable(value.detach().clone())
    if value.requires_grad:
        leaves.append(variable)
    return variable


def _gradient(leaf: Any) -> Tensor:
    return torch.zeros_like(leaf.data) if leaf.grad is None else leaf.grad
