"""Element-wise activations."""

from __future__ import annotations

from typing import Any

from framework import derivatives
from framework.module import Module


class Activation(Module):
    """A module that applies a function to every element and has no parameters."""

    keeps_features = True


class ReLU(Activation):
    """max(x, 0), as torch.nn.ReLU. At 0 the derivative is 0."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.relu(x)


class Tanh(Activation):
    """tanh x, as torch.nn.Tanh. Derivative 1 − tanh² x."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.tanh(x)


class Sigmoid(Activation):
    """σ(x) = 1 / (1 + e⁻ˣ), as torch.nn.Sigmoid. Derivative σ(x)(1 − σ(x))."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.sigmoid(x)
