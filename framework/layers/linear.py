"""The affine layer."""

from __future__ import annotations

import math
from typing import Any

import torch

from framework import init
from framework.derivatives import linear
from framework.module import Module
from framework.variable import Parameter


class Linear(Module):
    """y = x Wᵀ + b, as torch.nn.Linear.

    Args:
        in_features: features of the input, its last dimension.
        out_features: features of the output.
        bias: add b.

    Shapes: x (*, in_features) → (*, out_features); weight (out_features, in_features), bias
    (out_features). Both start as U(−1/√in_features, 1/√in_features), drawn as torch draws them.

    Raises:
        ValueError: the input has another number of features, or of stacked runs.
        TypeError: the input has another dtype than the weight.

    >>> Linear(2, 3)(torch.ones(5, 2)).shape
    torch.Size([5, 3])
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(size, int) or size < 0:
                raise ValueError(f"Linear takes {name} ≥ 0, and got {size!r}")
        self.in_features = in_features
        self.out_features = out_features
        shape = (out_features, in_features)
        self.weight = Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.bias: Parameter | None = None
        if bias:
            self.bias = Parameter(torch.empty(out_features, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values from torch's global generator."""
        if self.weight.numel() == 0:
            return
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features)
            init.uniform_(self.bias, -bound, bound)

    def forward(self, x: Any) -> Any:
        """Compute x Wᵀ + b."""
        inputs = (self.weight,) if self.bias is None else (self.weight, self.bias)
        try:
            if x.dim() == inputs[0].dim():
                return linear(x, *inputs)
            runs = inputs[0].shape[:-2]
            rows = x.reshape(*runs, x.shape[len(runs) : -1].numel(), x.shape[-1])
            return linear(rows, *inputs).reshape(*x.shape[:-1], self.out_features)
        except (RuntimeError, IndexError) as error:
            raise self._problem(x) or error from None

    def _problem(self, x: Any) -> Exception | None:
        """Why the product cannot be, in the layer's words."""
        if not x.shape or x.shape[-1] != self.in_features:
            return ValueError(
                f"{self} takes {self.in_features} features in the last dimension, "
                f"and got an input of shape {tuple(x.shape)}"
            )
        if x.dtype != self.weight.dtype:
            return TypeError(
                f"{self} holds {self.weight.dtype}, and got an input of {x.dtype}: "
                "convert one with .to(dtype)"
            )
        runs = self.weight.shape[:-2]
        if x.shape[: len(runs)] != runs or x.dim() == len(runs):
            return ValueError(
                f"{self} of {runs.numel()} stacked runs takes an input of shape "
                f"({runs.numel()}, *, {self.in_features}), and got one of {tuple(x.shape)}"
            )
        return None

    def extra_repr(self) -> str:
        """As torch's."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
