"""The bilinear layer."""

from __future__ import annotations

import math
from typing import Any

import torch

from framework import init
from framework.layers.arguments import check_dtype
from framework.module import Module
from framework.variable import Parameter


class Bilinear(Module):
    """yₒ = x₁ᵀ Aₒ x₂ + bₒ, as torch.nn.Bilinear.

    Shapes: x₁ (*, in1_features), x₂ (*, in2_features) → (*, out_features); weight A
    (out_features, in1_features, in2_features), bias (out_features).

    Raises:
        ValueError: an input has another number of features.
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        if in1_features <= 0:
            raise ValueError(f"Bilinear takes in1_features > 0, and got {in1_features}")
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        shape = (out_features, in1_features, in2_features)
        self.weight = Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.bias: Parameter | None = None
        if bias:
            self.bias = Parameter(torch.empty(out_features, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values from torch's global generator."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, first: Any, second: Any) -> Any:
        """Compute x₁ᵀ A x₂ + b."""
        sizes = self.in1_features, self.in2_features
        if (first.shape[-1], second.shape[-1]) != sizes:
            raise ValueError(
                f"{self} takes {sizes[0]} and {sizes[1]} features, and got inputs of shapes "
                f"{tuple(first.shape)} and {tuple(second.shape)}"
            )
        check_dtype(self, first, self.weight)
        check_dtype(self, second, self.weight)
        leading = tuple(self.weight.shape[:-3])
        rows = second.reshape(*leading, -1, self.in2_features)
        matrices = self.weight.reshape(*leading, -1, self.in2_features)
        products = (rows @ matrices.mT).reshape(*leading, -1, self.out_features, self.in1_features)
        factors = first.reshape(*leading, -1, 1, self.in1_features)
        y = (products * factors).sum(-1)
        if self.bias is not None:
            y = y + self.bias.reshape(*leading, 1, self.out_features)
        return y.reshape(*first.shape[:-1], self.out_features)

    def extra_repr(self) -> str:
        """As torch's."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
