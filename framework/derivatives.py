"""The derivative table: every function the framework is made of, and its vjps, each written once.

A line reads `Function(name, value, vjp of input 1, vjp of input 2, …)`. In a vjp, `g` is the gradient
with respect to the value, `y` the value, and the inputs follow under the names of the value's own
arguments; `_` stands for what is not needed. Explicit backward and recorded graph both read this
table, and nothing else in the framework holds a derivative. Operation order is torch's, so that the
results are torch's to the bit. Broadcasting is undone in `variable.undo_broadcasting`, not here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from framework.products import product
from framework.variable import Function, Variable

Tensors = Any


def _spread(g: Tensors, x: Tensors, dim: Any = None, keepdim: bool = False) -> Tensors:
    """Give a reduced gradient its dimensions back, without repeating it yet."""
    if dim is None:
        return g if g.dim() == 0 else g.reshape(g.shape + (1,) * (x.dim() - g.dim()))
    if keepdim:
        return g
    dims = sorted(d % x.dim() for d in ([dim] if isinstance(dim, int) else dim))
    for d in dims:
        g = g.unsqueeze(d)
    return g


def _count(x: Tensors, y: Tensors) -> int:
    return x.numel() // max(y.numel(), 1)


# Arithmetic

Function("add", operator.add, lambda g, *_: g, lambda g, *_: g)
Function("sub", operator.sub, lambda g, *_: g, lambda g, *_: -g)
Function("mul", operator.mul, lambda g, _, a, b: g * b, lambda g, _, a, b: g * a)
Function("div", operator.truediv, lambda g, _, a, b: g / b, lambda g, _, a, b: -g * ((a / b) / b))
Function("neg", operator.neg, lambda g, *_: -g)
Function(
    "pow",
    operator.pow,
    lambda g, _, x, n: g * (n * x ** (n - 1)),
    lambda g, y, x, n: g * (y * log(x)),
)
reciprocal = Function("reciprocal", torch.reciprocal, lambda g, y, _: -g * (y * y))
square = Function("square", torch.square, lambda g, _, x: g * (2 * x))

# Element-wise functions

exp = Function("exp", torch.exp, lambda g, y, _: g * y)
log = Function("log", torch.log, lambda g, _, x: g / x)
log1p = Function("log1p", torch.log1p, lambda g, _, x: g / (x + 1))
expm1 = Function("expm1", torch.expm1, lambda g, y, _: g * (y + 1))
sqrt = Function("sqrt", torch.sqrt, lambda g, y, _: g / (2 * y))
rsqrt = Function("rsqrt", torch.rsqrt, lambda g, y, _: g * (-0.5 * y * y * y))
sin = Function("sin", torch.sin, lambda g, _, x: g * cos(x))
cos = Function("cos", torch.cos, lambda g, _, x: -g * sin(x))
erf = Function("erf", torch.erf, lambda g, _, x: g * (1.1283791670955126 * exp(-(x * x))))
absolute = Function("abs", torch.abs, lambda g, _, x: g * torch.sign(x))
sign = Function("sign", torch.sign, None)
# The value is never negative, so its sign tells where x > 0, and is cheaper than comparing.
relu = Function("relu", torch.relu, lambda g, y, _: g * torch.sign(y))
tanh = Function("tanh", torch.tanh, lambda g, y, _: g * addcmul(1.0, y, y, value=-1))
sigmoid = Function("sigmoid", torch.sigmoid, lambda g, y, _: g * (1 - y) * y, elementwise_tail=True)
clamp = Function(
    "clamp",
    torch.clamp,
    lambda g, _, x, min=None, max=None: g * _inside(x, min, max),
)
where = Function(
    "where",
    torch.where,
    None,
    lambda g, _, condition, a, b: where(condition, g, 0.0),
    lambda g, _, condition, a, b: where(condition, 0.0, g),
)
# Where both are equal, each gets half of the gradient, as in torch.
maximum = Function(
    "maximum",
    torch.maximum,
    lambda g, y, a, b: g * _share(torch.gt(a, b), torch.eq(a, b)),
    lambda g, y, a, b: g * _share(torch.gt(b, a), torch.eq(a, b)),
)
minimum = Function(
    "minimum",
    torch.minimum,
    lambda g, y, a, b: g * _share(torch.lt(a, b), torch.eq(a, b)),
    lambda g, y, a, b: g * _share(torch.lt(b, a), torch.eq(a, b)),
)


def _addcmul(c: Any, a: Tensor, b: Tensor, value: float = 1) -> Tensor:
    """C + value·a·b in one rounding (torch.addcmul is a fused multiply-add)."""
    if not isinstance(c, Tensor):
        c = torch.full((), c, dtype=a.dtype, device=a.device)
    return torch.addcmul(c, a, b, value=value)


addcmul = Function(
    "addcmul",
    _addcmul,
    lambda g, *_, **__: g,
    lambda g, _, c, a, b, value=1: g * (value * b),
    lambda g, _, c, a, b, value=1: g * (value * a),
)


def _inside(x: Tensors, low: Any, high: Any) -> Tensor:
    x = constant(x)
    inside = torch.ones_like(x)
    if low is not None:
        inside = inside * (x >= constant(low))
    if high is not None:
        inside = inside * (x <= constant(high))
    return inside


def _share(wins: Tensor, ties: Tensor) -> Tensor:
    return wins + 0.5 * ties


# Shapes

Function("reshape", lambda x, *shape: x.reshape(*shape), lambda g, _, x, *s: g.reshape(x.shape))
Function("expand", lambda x, *shape: x.expand(*shape), lambda g, *_: g)
Function(
    "transpose",
    lambda x, a, b: x.transpose(a, b),
    lambda g, _, x, a, b: g.transpose(a, b),
)
Function("t", lambda x: x.t(), lambda g, *_: g.t())
Function(
    "permute",
    lambda x, dims: x.permute(dims),
    lambda g, _, x, dims: g.permute([list(dims).index(d) for d in range(len(dims))]),
)
Function("unsqueeze", lambda x, dim: x.unsqueeze(dim), lambda g, _, x, dim: g.reshape(x.shape))
Function("squeeze", lambda x, *dim: x.squeeze(*dim), lambda g, _, x, *dim: g.reshape(x.shape))
Function("repeat", lambda x, *sizes: x.repeat(*sizes), lambda g, _, x, *s: _unrepeat(g, x, s))
getitem = Function(
    "getitem", operator.getitem, lambda g, _, x, index: put(g, index, tuple(x.shape))
)
put = Function(
    "put",
    lambda g, index, shape: (
        g.new_zeros(shape).index_put_(index, g, accumulate=True)
        if _gathers(index)
        else _put(g, index, shape)
    ),
    lambda g, _, x, index, shape: g[index],
)
cat = Function(
    "cat",
    lambda *tensors, dim=0: torch.cat(tensors, dim),
    lambda g, _, *tensors, dim=0, position: _slice_of(g, tensors, dim, position),
    variadic=True,
)
stack = Function(
    "stack",
    lambda *tensors, dim=0: torch.stack(tensors, dim),
    lambda g, _, *tensors, dim=0, position: g.select(dim, position),
    variadic=True,
)
Function(
    "select",
    lambda x, dim, index: x.select(dim, index),
    lambda g, _, x, dim, index: put(g, _at(x, dim, index), tuple(x.shape)),
)
Function(
    "narrow",
    lambda x, dim, start, length: x.narrow(dim, start, length),
    lambda g, _, x, dim, start, length: put(
        g, _at(x, dim, slice(start, start + length)), tuple(x.shape)
    ),
)


def _unrepeat(g: Tensors, x: Tensors, sizes: tuple[Any, ...]) -> Tensors:
    counts = list(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else list(sizes)
    lengths = [1] * (len(counts) - x.dim()) + list(x.shape)
    pairs = [n for pair in zip(counts, lengths, strict=True) for n in pair]
    return g.reshape(pairs).sum(dim=list(range(0, len(pairs), 2))).reshape(x.shape)


def _gathers(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(part, Tensor) for part in parts)


def _put(g: Tensor, index: Any, shape: tuple[int, ...]) -> Tensor:
    result = g.new_zeros(shape)
    result[index] += g
    return result


def _at(x: Tensors, dim: int, index: Any) -> tuple[Any, ...]:
    return (slice(None),) * (dim % x.dim()) + (index,)


def _slice_of(g: Tensors, tensors: tuple[Any, ...], dim: int, position: int) -> Tensors:
    start = sum(t.shape[dim] for t in tensors[:position])
    return g.narrow(dim, start, tensors[position].shape[dim])


# Reductions

Function(
    "sum",
    torch.sum,
    lambda g, _, x, dim=None, keepdim=False: _spread(g, x, dim, keepdim).expand(x.shape),
)
Function(
    "mean",
    torch.mean,
    lambda g, y, x, dim=None, keepdim=False: _spread(g / _count(x, y), x, dim, keepdim).expand(
        x.shape
    ),
)
gather = Function(
    "gather", torch.gather, lambda g, _, x, dim, index: scatter_add(g, x.shape, dim, index)
)
scatter_add = Function(
    "scatter_add",
    lambda g, shape, dim, index: torch.zeros(shape, dtype=g.dtype, device=g.device).scatter_add_(
        dim, index, g
    ),
    lambda g, _, x, shape, dim, index: gather(g, dim, index),
)

# Products of matrices, on the last two dimensions

Function("mm", torch.mm, lambda g, _, a, b: g @ b.mT, lambda g, _, a, b: a.mT @ g)
Function("bmm", torch.bmm, lambda g, _, a, b: g @ b.mT, lambda g, _, a, b: a.mT @ g)
Function(
    "matmul",
    operator.matmul,
    lambda g, _, a, b: _as_matrix(g, a, b) @ (b.mT if b.dim() > 1 else b.unsqueeze(0)),
    lambda g, _, a, b: (
        _left_transposed(a) @ _as_matrix(g, a, b)
        if b.dim() > 1
        else (_left_transposed(a) @ _as_matrix(g, a, b)).squeeze(-1)
    ),
)


def _as_matrix(g: Tensors, a: Tensors, b: Tensors) -> Tensors:
    """The gradient of a product, with the dimensions back that vectors have lost in it."""
    g = g.unsqueeze(-1) if b.dim() == 1 else g
    return g.unsqueeze(-2) if a.dim() == 1 else g


def _left_transposed(a: Tensors) -> Tensors:
    return a.mT if a.dim() > 1 else a.unsqueeze(-1)


def _linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    return product(x, weight.mT, bias)


#: x Wᵀ + b. Shapes: x (…, n, in), weight (…, out, in), bias (…, out), where … is the run dimension.
linear = Function(
    "linear",
    _linear,
    lambda g, _, x, weight, bias=None: product(g, weight),
    lambda g, _, x, weight, bias=None: product(g.mT, x),
    lambda g, *_: g.sum(-2),
)

# Softmax and losses. `dim` counts from the end. A loss of stacked runs reduces each run to a scalar.

softmax = Function(
    "softmax",
    lambda x, dim=-1: torch.softmax(x, dim),
    lambda g, y, x, dim=-1: (g - (g * y).sum(dim, keepdim=True)) * y,
)
log_softmax = Function(
    "log_softmax",
    lambda x, dim=-1: torch.log_softmax(x, dim),
    lambda g, y, x, dim=-1: addcmul(g, exp(y), g.sum(dim, keepdim=True), value=-1),
)


def _mean(x: Tensor, runs: bool) -> Tensor:
    return x.flatten(1).mean(1) if runs else x.mean()


#: mean of (x − t)², over everything or over each run.
mse_loss = Function(
    "mse_loss",
    lambda x, t, runs=False: _mean((x - t).square(), runs),
    lambda g, y, x, t, runs=False: (x - t) * _spread(g * (2 / _count(x, y)), x),
    lambda g, y, x, t, runs=False: (t - x) * _spread(g * (2 / _count(x, y)), x),
)
#: mean of (1 − t)·x − log σ(x), the binary cross-entropy of σ(x).
binary_cross_entropy_with_logits = Function(
    "binary_cross_entropy_with_logits",
    lambda x, t, runs=False: _mean((1 - t) * x - log_sigmoid(x), runs),
    lambda g, y, x, t, runs=False: (sigmoid(x) - t) * _spread(g / _count(x, y), x),
    lambda g, y, x, t, runs=False: -x * _spread(g / _count(x, y), x),
)
log_sigmoid = Function(
    "logsigmoid",
    lambda x: x.clamp_max(0) - torch.log1p(torch.exp(-x.abs())),
    lambda g, _, x: g * sigmoid(-x),
)
#: The negated mean of the entries of log-probabilities x (…, n, C) at class indices (…, n).
nll_mean = Function(
    "nll_mean",
    lambda x, index, runs=False: -_mean(x.gather(-1, index.unsqueeze(-1)), runs),
    lambda g, y, x, index, runs=False: scatter_add(
        _spread(-(g / (_count(index, y))), x).expand(index.unsqueeze(-1).shape),
        x.shape,
        -1,
        index.unsqueeze(-1),
    ),
)


def constant(x: Any) -> Any:
    """The data of a variable; anything else as it is."""
    return x.data if isinstance(x, Variable) else x


def _of_data(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*inputs: Any, **arguments: Any) -> Any:
        return function(*map(constant, inputs), **arguments)

    return call


def _listed(function: Function) -> Callable[..., Any]:
    def call(tensors: Any, dim: int = 0) -> Any:
        return function(*tensors, dim=dim)

    return call


def _by_dimension(function: Function) -> Callable[..., Any]:
    def call(x: Any, dim: int = -1) -> Any:
        return function(x, dim=dim)

    return call


#: Other ways torch spells functions of the table, and functions nothing flows back through.
spellings: dict[str, Callable[..., Any]] = {
    **{
        name: _of_data(getattr(torch, name))
        for name in (
            "gt",
            "lt",
            "ge",
            "le",
            "eq",
            "ne",
            "isnan",
            "isinf",
            "isfinite",
            "argmax",
            "zeros_like",
            "ones_like",
            "floor",
            "round",
            "equal",
            "allclose",
        )
    },  # fmt: skip
    "mT": lambda x: Function.table["transpose"](x, -2, -1),
    "T": lambda x: Function.table["t"](x),
    "view": lambda x, *shape: Function.table["reshape"](x, *shape),
    "flatten": lambda x, start=0, end=-1: _flatten(x, start, end),
    "cat": _listed(cat),
    "stack": _listed(stack),
    "softmax": _by_dimension(softmax),
    "log_softmax": _by_dimension(log_softmax),
    "truediv": Function.table["div"],
    "rsub": lambda a, b: b - a,
    "radd": lambda a, b: b + a,
    "rmul": lambda a, b: b * a,
    "rtruediv": lambda a, b: b / a,
    "rdiv": lambda a, b: b / a,
    "rpow": lambda a, b: b**a,
    "rmatmul": lambda a, b: b @ a,
    "contiguous": lambda x: x,
}


def _flatten(x: Variable, start: int, end: int) -> Any:
    shape = list(x.shape)
    start, end = start % len(shape), end % len(shape)
    return x.reshape(*shape[:start], -1, *shape[end + 1 :])
