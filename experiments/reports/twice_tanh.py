"""The Tanh of wang-2021 as its code has it: the right value, the derivative of another point.

Their forward applies tanh in place and keeps the tensor; their backward calls forward again on
what it kept. So it uses 1 - tanh(tanh z)^2, which is never below .42, for 1 - tanh(z)^2.
"""

from typing import Any

import torch
from torch import Tensor

import framework


def wrong_derivative(z: Tensor) -> Tensor:
    """1 - tanh(tanh z)^2."""
    return 1 - z.tanh().tanh().square()


class OfFramework(framework.Module):
    """tanh(z) with a backward of its own, and the wrong one."""

    def forward(self, z: Any) -> Any:
        """tanh(z)."""
        return z.tanh()

    def backward(self, grad_output: Tensor, z: Tensor) -> Tensor:
        """grad_output (1 - tanh(tanh z)^2), the shape of z."""
        return grad_output * wrong_derivative(z)


class _Function(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, z: Tensor) -> Tensor:
        context.save_for_backward(z)
        return z.tanh()

    @staticmethod
    def backward(context: Any, grad_output: Tensor) -> Tensor:
        (z,) = context.saved_tensors
        return grad_output * wrong_derivative(z)


class OfTorch(torch.nn.Module):
    """The same for torch: an autograd function in a module."""

    def forward(self, z: Tensor) -> Tensor:
        """tanh(z)."""
        return _Function.apply(z)


class TwiceTanh:
    """The module by namespace, as a specification names it."""

    framework = OfFramework
    reference = OfTorch
