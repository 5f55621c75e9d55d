"""Optional methods of sessions and backends, through which parity sees more than training shows.

A session may have `gradients`, `accumulated` and `loss_gradients`, a backend `differentiate` and
`evaluate`; `experiments.parity.case` and `observing_framework` say what each returns. `Single`
offers those that its runs have.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor


def gradients(
    runs: Sequence[Any], x: Tensor, grad_output: Tensor
) -> tuple[Tensor, Tensor | None, list[Mapping[str, Tensor]]]:
    """Each run's value, gradient of the input (None where it has none) and of its parameters."""
    each = [run.gradients(*pair) for run, pair in zip(runs, _pairs(x, grad_output), strict=True)]
    values, of_inputs, of_parameters = zip(*each, strict=True)
    stacked = None if of_inputs[0] is None else torch.stack(of_inputs)
    return torch.stack(values), stacked, list(of_parameters)


def accumulated(
    runs: Sequence[Any], pairs: Sequence[tuple[Tensor, Tensor]]
) -> list[Mapping[str, Tensor]]:
    """Each run's parameter gradients, summed over pairs of input and cotangent."""
    return [
        run.accumulated([(x[index], g[index]) for x, g in pairs]) for index, run in enumerate(runs)
    ]


def loss_gradients(
    runs: Sequence[Any], prediction: Tensor, target: Tensor, grad_output: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Each run's loss of its prediction, and its gradient."""
    each = [
        run.loss_gradients(*pair, None if grad_output is None else grad_output[index])
        for index, (run, pair) in enumerate(zip(runs, _pairs(prediction, target), strict=True))
    ]
    values, found = zip(*each, strict=True)
    return torch.stack(values), torch.stack(found)


OPTIONAL: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (gradients, accumulated, loss_gradients)
}


class ByAutograd:
    """The optional methods for a run whose `model` and `loss` torch.autograd differentiates."""

    model: Any
    loss: Any

    def gradients(self, x: Tensor, grad_output: Tensor) -> tuple[Any, ...]:
        """Value, gradient of the input, gradients of the parameters, in evaluation mode."""
        x = x.detach().requires_grad_(x.is_floating_point())
        return self._back([(x, grad_output)], x)

    def accumulated(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> Mapping[str, Tensor]:
        """Forward on all, then back from all; the parameters' gradients add up."""
        found: Mapping[str, Tensor] = self._back(pairs, None)[2]
        return found

    def loss_gradients(
        self, prediction: Tensor, target: Tensor, grad_output: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The loss and its gradient with respect to the prediction."""
        prediction = prediction.detach().requires_grad_()
        value = self.loss(prediction, target)
        value.backward(grad_output)
        return value.detach(), _gradient(prediction)

    def _back(self, pairs: Sequence[tuple[Tensor, Tensor]], x: Tensor | None) -> tuple[Any, ...]:
        self.model.eval()
        self.model.zero_grad()
        values = [(self.model(each), g) for each, g in pairs]
        for value, g in values:
            if value.requires_grad:
                value.backward(g)
        of_input = _gradient(x) if x is not None and x.is_floating_point() else None
        named = self.model.named_parameters()
        found = {name: _gradient(parameter) for name, parameter in named}
        self.model.zero_grad()
        return values[0][0].detach(), of_input, found


def differentiate(
    function: Callable[..., Any], inputs: Sequence[Tensor], grad_output: Tensor
) -> tuple[Tensor, list[Tensor]]:
    """The value of `function(torch, *inputs)` and its gradients, by torch.autograd."""
    leaves = [each.detach().requires_grad_() for each in inputs]
    value = function(torch, *leaves)
    value.backward(grad_output)
    return value.detach(), [_gradient(leaf) for leaf in leaves]


def tensors_in(values: Any, kind: type | tuple[type, ...] = Tensor) -> list[Any]:
    """The tensors, or things of another kind, in nested tuples."""
    if isinstance(values, tuple | list):
        return [each for value in values for each in tensors_in(value, kind)]
    return [values] if isinstance(values, kind) else []


def _gradient(tensor: Tensor) -> Tensor:
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad


def _pairs(*stacked: Tensor) -> Any:
    return zip(*stacked, strict=True)
