"""The derivative table: every function the framework is made of, and its vjps, each written once.

A line reads `Function(name, value, vjp of input 1, vjp of input 2, …)`. In a vjp, `g` is the
gradient with respect to the value, `y` the value, and the inputs follow under the names of the
value's own arguments; `_` stands for what is not needed. Explicit backward and recorded graph both
read this table, and nothing else in the framework holds a derivative. Operation order is torch's,
so that the results are torch's to the bit. Broadcasting is undone in `variable.undo_broadcasting`,
not here.

The table is one, `Function.table`; its lines lie in files by topic.
"""

from framework.derivatives.activations import (
    celu,
    elu,
    hardsigmoid,
    hardswish,
    hardtanh,
    huber,
    leaky_relu,
    log_sigmoid,
    relu,
    selu,
    sigmoid,
    silu,
    smooth_l1,
    softplus,
    tanh,
)
from framework.derivatives.arithmetic import addcmul, clamp, maximum, minimum, square, where, xlogy
from framework.derivatives.common import constant
from framework.derivatives.elementwise import absolute, erf, exp, log, log1p, rsqrt, sqrt
from framework.derivatives.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    log_softmax,
    mse_loss,
    nll_mean,
)
from framework.derivatives.names import spellings
from framework.derivatives.products import linear
from framework.derivatives.reductions import amax, softmax, standardize
from framework.derivatives.shapes import fold, gather, index_select, pad, permute, stack, unfold

__all__ = [
    "absolute",
    "addcmul",
    "amax",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "clamp",
    "constant",
    "cross_entropy",
    "elu",
    "erf",
    "exp",
    "fold",
    "gather",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "huber",
    "index_select",
    "leaky_relu",
    "linear",
    "log",
    "log1p",
    "log_sigmoid",
    "log_softmax",
    "maximum",
    "minimum",
    "mse_loss",
    "nll_mean",
    "pad",
    "permute",
    "relu",
    "rsqrt",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1",
    "softmax",
    "softplus",
    "spellings",
    "sqrt",
    "square",
    "stack",
    "standardize",
    "tanh",
    "unfold",
    "where",
    "xlogy",
]
