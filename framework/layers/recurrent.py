"""One step of a recurrent network."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch

from framework import init
from framework.derivatives import constant, linear, relu, sigmoid, tanh
from framework.layers.arguments import check_dtype, own_shape, run_dims
from framework.module import Module
from framework.variable import Parameter


class _Cell(Module):
    """What cells share: products of input and hidden state with a weight each, and their sum.

    Args:
        input_size: features of the input.
        hidden_size: features of the hidden state.
        bias: add biases.

    Shapes: x (n, input_size) or (input_size), hidden state likewise; zeros where it is left out.
    Weights (gates·hidden_size, input_size) and (gates·hidden_size, hidden_size), biases
    (gates·hidden_size): all start as U(−1/√hidden_size, 1/√hidden_size).

    Raises:
        ValueError: an input of another number of features.
    """

    gates: ClassVar[int] = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        self.input_size = input_size
        self.hidden_size = hidden_size
        rows = self.gates * hidden_size

        def empty(*shape: int) -> Parameter:
            return Parameter(torch.empty(*shape, device=device, dtype=dtype))

        self.weight_ih = empty(rows, input_size)
        self.weight_hh = empty(rows, hidden_size)
        self.bias_ih = empty(rows) if bias else None
        self.bias_hh = empty(rows) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values from torch's global generator."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0.0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def as_batch(self, x: Any, size: int) -> Any:
        """A vector as a batch of one; a batch as it is."""
        shape = own_shape(self, x)
        if len(shape) not in (1, 2) or shape[-1] != size:
            raise ValueError(f"{self} takes (n, {size}) or ({size}), and got {shape}")
        check_dtype(self, x, self.weight_ih)
        return x if len(shape) == 2 else x.unsqueeze(run_dims(self))

    def no_state(self, x: Any) -> Any:
        """A hidden state of zeros for the input x."""
        return constant(x).new_zeros((*x.shape[:-1], self.hidden_size))

    def products(self, x: Any, hidden: Any) -> tuple[list[Any], list[Any]]:
        """The products of input and hidden state, cut into gates."""
        size = self.hidden_size

        def cut(y: Any) -> list[Any]:
            return [y.narrow(-1, gate * size, size) for gate in range(self.gates)]

        from_input = _affine(self.as_batch(x, self.input_size), self.weight_ih, self.bias_ih)
        from_hidden = _affine(self.as_batch(hidden, size), self.weight_hh, self.bias_hh)
        return cut(from_input), cut(from_hidden)

    def as_given(self, y: Any, x: Any) -> Any:
        """A batch of one as a vector, where x was one."""
        return y if y.dim() == x.dim() else y.squeeze(run_dims(self))

    def extra_repr(self) -> str:
        """As torch's."""
        return f"{self.input_size}, {self.hidden_size}" + (
            ", bias=False" if self.bias_ih is None else ""
        )


def _affine(x: Any, weight: Any, bias: Any) -> Any:
    return linear(x, weight) if bias is None else linear(x, weight, bias)


class RNNCell(_Cell):
    """h ← tanh(W x + b + W' h + b'), as torch.nn.RNNCell (Elman 1990).

    Args:
        input_size: features of the input.
        hidden_size: features of the hidden state.
        bias: add biases.
        nonlinearity: "tanh" or "relu".
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"RNNCell takes nonlinearity tanh or relu, and got {nonlinearity!r}")
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, bias, device, dtype)

    def forward(self, x: Any, hx: Any = None) -> Any:
        """The next hidden state."""
        [of_input], [of_hidden] = self.products(x, self.no_state(x) if hx is None else hx)
        activation = tanh if self.nonlinearity == "tanh" else relu
        return self.as_given(activation(of_input + of_hidden), x)

    def extra_repr(self) -> str:
        """As torch's."""
        more = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + more


class GRUCell(_Cell):
    """h ← (1 − z) n + z h, as torch.nn.GRUCell (Cho et al. 2014).

    With r = σ(W x + b + W' h + b'), z likewise, n = tanh(W x + b + r (W' h + b')).
    """

    gates = 3

    def forward(self, x: Any, hx: Any = None) -> Any:
        """The next hidden state."""
        hidden = self.no_state(x) if hx is None else hx
        (r, z, n), (hidden_r, hidden_z, hidden_n) = self.products(x, hidden)
        reset, update = sigmoid(r + hidden_r), sigmoid(z + hidden_z)
        new = tanh(n + reset * hidden_n)
        return self.as_given(new + update * (self.as_batch(hidden, self.hidden_size) - new), x)


class LSTMCell(_Cell):
    """c ← f c + i g, h ← o tanh c, as torch.nn.LSTMCell (Hochreiter & Schmidhuber 1997).

    With i = σ(W x + b + W' h + b'), f and o likewise, g = tanh of the same. Takes and gives (h, c).
    """

    gates = 4

    def forward(self, x: Any, hx: tuple[Any, Any] | None = None) -> tuple[Any, Any]:
        """The next hidden and cell state."""
        hidden, cell = (self.no_state(x), self.no_state(x)) if hx is None else hx
        of_input, of_hidden = self.products(x, hidden)
        i, f, g, o = (a + b for a, b in zip(of_input, of_hidden, strict=True))
        cell = sigmoid(f) * self.as_batch(cell, self.hidden_size) + sigmoid(i) * tanh(g)
        hidden = sigmoid(o) * tanh(cell)
        return self.as_given(hidden, x), self.as_given(cell, x)
