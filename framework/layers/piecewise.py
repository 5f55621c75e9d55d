"""Element-wise activations made of straight pieces."""

from __future__ import annotations

from typing import Any, ClassVar

import torch

from framework import derivatives, init
from framework.layers.activations import Activation
from framework.layers.arguments import along_channels, check_dtype, refuse, run_dims
from framework.layers.random import Random
from framework.module import Module
from framework.variable import Parameter


class ReLU(Activation):
    """max(x, 0), as torch.nn.ReLU. At 0 the derivative is 0."""

    def __init__(self, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.relu(x)


class LeakyReLU(Activation):
    """x where x > 0, slope·x elsewhere, as torch.nn.LeakyReLU."""

    shown = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.leaky_relu(x, slope=self.negative_slope)


class PReLU(Module):
    """x where x > 0, slope·x elsewhere, with learned slopes, as torch.nn.PReLU (He et al. 2015).

    Args:
        num_parameters: 1, or one slope for each channel.
        init: the slopes at the start.

    Shapes: x (n, channels, *); weight (num_parameters).
    """

    keeps_features = True

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(torch.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the slopes to their value at the start."""
        init.constant_(self.weight, self.init)

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        check_dtype(self, x, self.weight)
        channel = 1 if x.dim() - run_dims(self) > 1 else 0
        slope = along_channels(self, self.weight, x, channel) if x.dim() else self.weight.squeeze(0)
        return derivatives.where(derivatives.constant(x) > 0, x, slope * x)

    def extra_repr(self) -> str:
        """As torch's."""
        return f"num_parameters={self.num_parameters}"


class RReLU(Random, Activation):
    """x where x > 0, slope·x elsewhere, as torch.nn.RReLU (Xu et al. 2015).

    While training, each slope is drawn from U(lower, upper); otherwise it is their mean.
    """

    shown = ("lower", "upper")

    def __init__(
        self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False
    ) -> None:
        refuse(self, inplace=inplace)
        self.lower = lower
        self.upper = upper

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        if not self.training:
            return derivatives.leaky_relu(x, slope=(self.lower + self.upper) / 2)
        slope = self.draw(
            torch.empty_like(derivatives.constant(x)), "uniform_", self.lower, self.upper
        )
        return derivatives.where(derivatives.constant(x) > 0, x, slope * x)


class Hardtanh(Activation):
    """x between min_val and max_val, and these outside, as torch.nn.Hardtanh.

    Raises:
        ValueError: max_val is not above min_val.
    """

    shown: ClassVar[tuple[str, ...]] = ("min_val", "max_val")

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        refuse(self, inplace=inplace, min_value=min_value, max_value=max_value)
        if max_val <= min_val:
            raise ValueError(f"Hardtanh takes min_val < max_val, and got {min_val} and {max_val}")
        self.min_val = min_val
        self.max_val = max_val

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.hardtanh(x, low=self.min_val, high=self.max_val)


class ReLU6(Hardtanh):
    """min(max(x, 0), 6), as torch.nn.ReLU6."""

    shown = ()

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)


class Hardsigmoid(Activation):
    """The line x/6 + 1/2, cut off at 0 and 1, as torch.nn.Hardsigmoid."""

    def __init__(self, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.hardsigmoid(x)


class Hardswish(Activation):
    """x times `Hardsigmoid` of x, as torch.nn.Hardswish (Howard et al. 2019)."""

    def __init__(self, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.hardswish(x)


class Hardshrink(Activation):
    """x where |x| > λ, 0 elsewhere, as torch.nn.Hardshrink."""

    def __init__(self, lambd: float = 0.5) -> None:
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.where(torch.abs(derivatives.constant(x)) > self.lambd, x, 0.0)

    def extra_repr(self) -> str:
        """As torch's."""
        return f"{self.lambd}"


class Softshrink(Activation):
    """x moved towards 0 by λ, and 0 where |x| ≤ λ, as torch.nn.Softshrink.

    Raises:
        ValueError: λ < 0.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        if lambd < 0:
            raise ValueError(f"Softshrink takes lambd ≥ 0, and got {lambd}")
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return x - derivatives.clamp(x, min=-self.lambd, max=self.lambd)

    def extra_repr(self) -> str:
        """As torch's."""
        return f"{self.lambd}"


class Threshold(Activation):
    """x where x > threshold, `value` elsewhere, as torch.nn.Threshold."""

    shown = ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)
        self.threshold = threshold
        self.value = value

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.where(derivatives.constant(x) > self.threshold, x, self.value)
