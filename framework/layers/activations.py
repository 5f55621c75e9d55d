"""Smooth element-wise activations."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from framework import derivatives
from framework.layers.arguments import refuse, within_run
from framework.module import Module


class Activation(Module):
    """A module that applies a function to every element and has no parameters."""

    keeps_features = True
    #: Arguments that `repr` shows.
    shown: ClassVar[tuple[str, ...]] = ()

    def extra_repr(self) -> str:
        """As torch's."""
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in self.shown)


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


class LogSigmoid(Activation):
    """log σ(x), as torch.nn.LogSigmoid."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.log_sigmoid(x)


class ELU(Activation):
    """x where x > 0, α(eˣ − 1) elsewhere, as torch.nn.ELU (Clevert et al. 2016)."""

    shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.elu(x, alpha=self.alpha)


class CELU(Activation):
    """x where x > 0, α(e^(x/α) − 1) elsewhere, as torch.nn.CELU (Barron 2017).

    Raises:
        ValueError: α = 0.
    """

    shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)
        if alpha == 0:
            raise ValueError("CELU takes alpha ≠ 0, and got 0")
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.celu(x, alpha=self.alpha)


class SELU(Activation):
    """scale·x where x > 0, scale·α(eˣ − 1) elsewhere, as torch.nn.SELU (Klambauer et al. 2017).

    α = 1.67326…, scale = 1.05070…: chosen so that mean 0 and variance 1 persist through layers.
    """

    def __init__(self, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.selu(x)


class SiLU(Activation):
    """x·σ(x), as torch.nn.SiLU (Hendrycks & Gimpel 2016)."""

    def __init__(self, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.silu(x)


class Mish(Activation):
    """x·tanh(log(1 + eˣ)), as torch.nn.Mish (Misra 2019)."""

    def __init__(self, inplace: bool = False) -> None:
        refuse(self, inplace=inplace)

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return x * derivatives.tanh(derivatives.softplus(x))


class GELU(Activation):
    """x·Φ(x), Φ the normal distribution function, as torch.nn.GELU (Hendrycks & Gimpel 2016).

    Args:
        approximate: "none", or "tanh" for x/2·(1 + tanh(√(2/π)(x + 0.044715 x³))).

    Raises:
        ValueError: another approximation.
    """

    shown = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ValueError(f"GELU takes approximate none or tanh, and got {approximate!r}")
        self.approximate = approximate

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        if self.approximate == "none":
            return x * (0.5 * (1 + derivatives.erf(x * math.sqrt(0.5))))
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))
        return 0.5 * x * (1 + derivatives.tanh(inner))


class Softplus(Activation):
    """log(1 + e^(βx)) / β, as torch.nn.Softplus; x itself where βx exceeds the threshold."""

    shown = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        self.beta = beta
        self.threshold = threshold

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return derivatives.softplus(x, beta=self.beta, threshold=self.threshold)


class Softsign(Activation):
    """x / (1 + |x|), as torch.nn.Softsign."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return x / (derivatives.absolute(x) + 1)


class Tanhshrink(Activation):
    """x − tanh x, as torch.nn.Tanhshrink."""

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        return x - derivatives.tanh(x)


class GLU(Module):
    """a·σ(b), where a and b are the halves of x, as torch.nn.GLU (Dauphin et al. 2017).

    Shapes: x (*, 2m, *) → (*, m, *), halved along `dim`.

    Raises:
        ValueError: an odd length along `dim`.
    """

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Any) -> Any:
        """Apply the function."""
        dim = within_run(self, self.dim)
        length = x.shape[dim]
        if length % 2:
            raise ValueError(f"{self} halves dimension {self.dim}, and its length is {length}")
        half = length // 2
        return x.narrow(dim, 0, half) * derivatives.sigmoid(x.narrow(dim, half, half))

    def extra_repr(self) -> str:
        """As torch's."""
        return f"dim={self.dim}"
