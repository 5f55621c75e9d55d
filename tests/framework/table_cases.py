"""Inputs for every entry of the derivative table, tensors and arguments."""

import torch

GENERATOR = torch.Generator().manual_seed(0)


def normal(*shape):
    return torch.randn(*shape, generator=GENERATOR, dtype=torch.float64)


def positive(*shape):
    return torch.rand(*shape, generator=GENERATOR, dtype=torch.float64) + 0.2


def fraction(*shape):
    return torch.rand(*shape, generator=GENERATOR, dtype=torch.float64) * 0.8 + 0.1


INDEX = torch.tensor([[0, 2], [1, 1], [2, 0]])
ROWS = torch.tensor([2, 0, 2, 1])

#: Entries whose derivative torch rounds to single precision, and the table too: by how much.
ROUNDED = {"hardsigmoid": 1e-7}
ANYWHERE = (
    *("exp", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "erf", "abs", "relu", "tanh"),
    *("sigmoid", "logsigmoid", "selu", "silu", "hardsigmoid", "hardswish"),
)
WHERE_POSITIVE = ("log", "log2", "log10", "log1p", "sqrt", "rsqrt")

#: name → list of (inputs, keyword arguments). Floating tensors among the inputs are differentiated.
CASES = {
    "add": [((normal(3, 4), normal(4)), {}), ((normal(3), 2.0), {})],
    "sub": [((normal(3, 1), normal(3, 4)), {}), ((2.0, normal(3)), {})],
    "mul": [((normal(3, 4), normal(1, 4)), {})],
    "div": [((normal(3, 4), positive(4)), {}), ((1.0, positive(3)), {})],
    "neg": [((normal(3, 4),), {})],
    "pow": [
        ((positive(3, 4), 2.5), {}),
        ((positive(3, 4), positive(4)), {}),
        ((2.0, normal(3)), {}),
        ((normal(3), 3), {}),
        ((normal(3), 0), {}),
    ],
    "reciprocal": [((positive(3, 4),), {})],
    "square": [((normal(3, 4),), {})],
    "xlogy": [((positive(3, 4), positive(3, 4)), {})],
    "addcmul": [
        ((normal(3, 4), normal(3, 4), normal(4)), {"value": -2.0}),
        ((1.0, normal(3), normal(3)), {"value": -1}),
    ],
    "where": [((normal(3, 4) > 0, normal(3, 4), normal(4)), {})],
    "clamp": [((normal(5, 5),), {"min": -0.5, "max": 0.7}), ((normal(5),), {"min": 0.0})],
    "maximum": [((normal(3, 4), normal(4)), {})],
    "minimum": [((normal(3, 4), normal(4)), {})],
    **{name: [((normal(3, 4),), {})] for name in ANYWHERE},
    **{name: [((positive(3, 4),), {})] for name in WHERE_POSITIVE},
    "asin": [((fraction(3, 4),), {})],
    "acos": [((fraction(3, 4),), {})],
    "leaky_relu": [((normal(3, 4),), {"slope": 0.2})],
    "elu": [((normal(3, 4),), {"alpha": 1.0}), ((normal(3, 4),), {"alpha": 0.7})],
    "celu": [((normal(3, 4),), {"alpha": 1.7})],
    "softplus": [((3 * normal(3, 4),), {"beta": 2.0, "threshold": 3.0})],
    "hardtanh": [((normal(5, 5),), {"low": -0.5, "high": 0.7})],
    "huber": [((normal(3, 4),), {"delta": 0.8})],
    "smooth_l1": [((normal(3, 4),), {"beta": 0.6})],
    "reshape": [((normal(3, 4), 2, 6), {})],
    "expand": [((normal(3, 1), 3, 4), {})],
    "transpose": [((normal(2, 3, 4), -1, 0), {})],
    "t": [((normal(3, 4),), {})],
    "permute": [((normal(2, 3, 4), [2, 0, 1]), {})],
    "unsqueeze": [((normal(3, 4), 1), {})],
    "squeeze": [((normal(3, 1, 4), 1), {})],
    "repeat": [((normal(3, 4), 2, 1, 3), {})],
    "flip": [((normal(3, 4), (0, 1)), {})],
    "getitem": [
        ((normal(3, 4), (slice(None), 1)), {}),
        ((normal(3, 4), ROWS), {}),
        ((normal(4, 3), (slice(None), ROWS)), {}),
        ((normal(3, 4), (..., slice(0, 4, 2))), {}),
    ],
    "put": [((normal(4), (slice(None), 1), (4, 3)), {}), ((normal(4, 2), ROWS, (3, 2)), {})],
    "cat": [((normal(2, 3), normal(1, 3), normal(4, 3)), {"dim": 0})],
    "stack": [((normal(2, 3), normal(2, 3)), {"dim": 1})],
    "select": [((normal(3, 4), 1, 2), {})],
    "narrow": [((normal(3, 4), 1, 1, 2), {})],
    "gather": [((normal(3, 4), 1, INDEX), {})],
    "scatter_add": [((normal(3, 2), (3, 4), 1, INDEX), {})],
    "index_select": [((normal(3, 4), 0, ROWS), {})],
    "index_add": [((normal(4, 4), (3, 4), 0, ROWS), {})],
    "pad": [((normal(3, 4), [1, -1, 2, 0]), {"value": 3.0})],
    "unfold": [((normal(2, 9), -1, 3), {"step": 2, "dilation": 2})],
    "fold": [((normal(2, 3, 3), 9, -1), {"step": 2, "dilation": 2})],
    "sum": [((normal(3, 4),), {}), ((normal(2, 3, 4),), {"dim": (0, -1)})],
    "mean": [((normal(3, 4),), {}), ((normal(2, 3, 4),), {"dim": 1, "keepdim": True})],
    "amax": [((normal(3, 4),), {}), ((normal(3, 4),), {"dim": 1})],
    "amin": [((normal(3, 4),), {}), ((normal(3, 4),), {"dim": 0, "keepdim": True})],
    "cumsum": [((normal(3, 4), 1), {})],
    "logsumexp": [((normal(3, 4), 1), {})],
    "softmax": [((normal(3, 4),), {"dim": -1}), ((normal(3, 4),), {"dim": 0})],
    "log_softmax": [((normal(3, 4),), {"dim": -1})],
    "standardize": [((normal(3, 8),), {"dim": -1, "eps": 1e-3})],
    "mm": [((normal(3, 4), normal(4, 2)), {})],
    "bmm": [((normal(2, 3, 4), normal(2, 4, 2)), {})],
    "matmul": [
        ((normal(3, 4), normal(4, 2)), {}),
        ((normal(4), normal(4, 2)), {}),
        ((normal(3, 4), normal(4)), {}),
        ((normal(2, 3, 4), normal(4, 2)), {}),
        ((normal(4), normal(4)), {}),
    ],
    "linear": [
        ((normal(5, 3), normal(2, 3), normal(2)), {}),
        ((normal(5, 3), normal(2, 3)), {}),
        ((normal(4, 5, 3), normal(4, 2, 3), normal(4, 2)), {}),
    ],
    "mse_loss": [
        ((normal(3, 4), normal(3, 4)), {}),
        ((normal(3, 4), normal(3, 4)), {"runs": True}),
    ],
    "binary_cross_entropy_with_logits": [
        ((normal(3, 4), fraction(3, 4)), {"reduction": reduction, "runs": runs})
        for reduction in ("mean", "sum", "none")
        for runs in (False, True)
    ],
    "binary_cross_entropy": [
        ((fraction(3, 4), fraction(3, 4)), {"reduction": reduction, "runs": runs})
        for reduction in ("mean", "sum", "none")
        for runs in (False, True)
    ],
    "nll_mean": [
        ((normal(3, 4), torch.tensor([1, 0, 3])), {}),
        ((normal(2, 3, 4), torch.tensor([[1, 0, 3], [2, 2, 1]])), {"runs": True}),
    ],
    "cross_entropy": [
        ((normal(3, 4), torch.tensor([1, 0, 3])), {}),
        ((normal(2, 3, 4), torch.tensor([[1, 0, 3], [2, 2, 1]])), {"runs": True}),
    ],
    "sign": [((normal(3, 4),), {})],
}
