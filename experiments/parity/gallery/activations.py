"""Bugs in activations: their values, their derivatives, their kinks and their ranges."""

from typing import Any

import torch

from experiments.parity.gallery.patches import Bug, constructed, forward, fw, value, vjp


def _ratio_of_exponentials(x: Any) -> Any:
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


def _unshifted(x: Any, dim: int = -1) -> Any:
    return x.exp() / x.exp().sum(dim, keepdim=True)


BUGS = (
    Bug("ReLU: the derivative at 0 is 1", "layers/ReLU()",
        vjp("relu", lambda g, y, x: g * (x >= 0))),
    Bug("ReLU: the gradient passes where the unit is off", "layers/ReLU()",
        vjp("relu", lambda g, *_: g)),
    Bug("ReLU: the incoming gradient is zeroed in place", "layers/ReLU()",
        vjp("relu", lambda g, y, _: g.masked_fill_(y <= 0, 0)), "carlier-2018"),
    Bug("Tanh: applied twice, the derivative is taken at tanh(x)", "layers/Tanh()",
        vjp("tanh", lambda g, y, _: g * (1 - torch.tanh(y) ** 2)), "wang-2021"),
    Bug("Tanh: the derivative is 1 - y, the square forgotten", "layers/Tanh()",
        vjp("tanh", lambda g, y, _: g * (1 - y))),
    Bug("Tanh: a ratio of exponentials, NaN for large inputs", "layers/Tanh()",
        value("tanh", _ratio_of_exponentials), "deschenaux-2021"),
    Bug("Sigmoid: the derivative lacks the factor 1 - y", "layers/Sigmoid()",
        vjp("sigmoid", lambda g, y, _: g * y)),
    Bug("Sigmoid: the derivative is taken at sigmoid(x)", "layers/Sigmoid()",
        vjp("sigmoid", lambda g, y, _: g * torch.sigmoid(y) * (1 - torch.sigmoid(y)))),
    Bug("LeakyReLU: the slope is the default whatever is given", "layers/LeakyReLU(neg",
        constructed(fw.LeakyReLU, negative_slope=0.01)),
    Bug("LeakyReLU: no slope in the derivative", "layers/LeakyReLU()",
        vjp("leaky_relu", lambda g, y, x, slope=0.01: g * (x > 0))),
    Bug("ELU: alpha is missing in the derivative", "layers/ELU(alpha",
        vjp("elu", lambda g, y, x, alpha=1.0: g * torch.where(x > 0, 1.0, x.exp()))),
    Bug("SELU: its constants are rounded to two digits", "layers/SELU()",
        value("selu", lambda x: 1.05 * torch.where(x > 0, x, 1.67 * torch.expm1(x)))),
    Bug("SELU: no scale in the derivative", "layers/SELU()",
        vjp("selu", lambda g, y, x: g * torch.where(x > 0, 1.0, 1.6732632423543772 * x.exp()))),
    Bug("Softplus: overflows for large inputs", "layers/Softplus()",
        value("softplus", lambda x, beta=1.0, threshold=20.0: (1 + (beta * x).exp()).log() / beta)),
    Bug("LogSigmoid: the logarithm of a sigmoid that has become 0", "layers/LogSigmoid()",
        value("logsigmoid", lambda x: torch.sigmoid(x).log())),
    Bug("SiLU: the derivative is sigmoid(x) alone", "layers/SiLU()",
        vjp("silu", lambda g, y, x: g * torch.sigmoid(x))),
    Bug("GELU: the approximation by tanh in place of the function", "layers/GELU()",
        constructed(fw.GELU, approximate="tanh")),
    Bug("Hardtanh: the derivative at its ends is 1", "layers/Hardtanh()",
        vjp("hardtanh", lambda g, y, x, low=-1.0, high=1.0: g * ((x >= low) & (x <= high)))),
    Bug("Hardsigmoid: slope 0.2, as in another library", "layers/Hardsigmoid()",
        value("hardsigmoid", lambda x: (0.2 * x + 0.5).clamp(0, 1))),
    Bug("Softmax: exponentials without subtracting the maximum", "layers/Softmax",
        value("softmax", _unshifted)),
    Bug("Softmax: over the batch instead of the classes", "layers/Softmax",
        value("softmax", lambda x, dim=-1: torch.softmax(x, -2))),
    Bug("Softmax: only the diagonal of the Jacobian", "layers/Softmax",
        vjp("softmax", lambda g, y, x, dim=-1: g * y * (1 - y))),
    Bug("LogSoftmax: the derivative forgets the sum over classes", "layers/LogSoftmax",
        vjp("log_softmax", lambda g, y, x, dim=-1: g - y.exp() * g)),
    Bug("LogSoftmax: the sum of the incoming gradient is taken to be 1", "layers/LogSoftmax",
        vjp("log_softmax", lambda g, y, x, dim=-1: g - y.exp())),
    Bug("Identity in place of Softplus beyond 5 instead of 20", "layers/Softplus()",
        forward(fw.Softplus, lambda self, x: fw.derivatives.softplus(x, threshold=5.0))),
)  # fmt: skip
