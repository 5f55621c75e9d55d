"""The exponential inside torch's kernels, rebuilt from tensor calls, to be swapped in.

`torch.exp` is MKL's. The kernels of softmax, log-softmax and sigmoid call Sleef's `expf` and `exp`
(accuracy 1.0 ULP) instead, and the two differ in the last place for some six to ten arguments in a
hundred. That is the whole reason why a cross-entropy training from plain tensor calls is not
torch.nn's to the bit; with this exponential in its place it is. The value of the loss, on which no
parameter depends, is summed by torch in an order of its own, which is rebuilt here too.

Polynomials and reduction are those of Sleef 3.8 (Boost Software License 1.0, sleef.org), with
every product and sum fused as its FMA builds have them; `torch.addcmul` is the fused operation.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

import torch
from torch import Tensor

from framework.variable import Function

GROUP = 16
LOG2E = 1.442695040888963407359924681001892137426645954152985934135449406931
FLOAT32_LN2 = (0.693145751953125, 1.428606765330187045e-06)
FLOAT64_LN2 = (0.69314718055966295651160180568695068359375, 0.28235290563031577122588448175013e-12)
FLOAT32_TERMS = (
    1.98527617612853646e-4,
    1.39304355252534151e-3,
    8.33336077630519867e-3,
    4.16664853692054749e-2,
    1.66666671633720398e-1,
    0.5,
)
FLOAT64_TERMS = (
    0.2081276378237164457e-8,
    0.2511210703042288022e-7,
    0.2755762628169491192e-6,
    0.2755723402025388239e-5,
    0.2480158687479686264e-4,
    0.1984126989855865850e-3,
    0.1388888888914497797e-2,
    0.8333333333314938210e-2,
    0.4166666666666602598e-1,
    0.1666666666666669072e0,
)
RANGE = {torch.float32: (-104.0, 100.0), torch.float64: (-1000.0, 709.78271114955742909217217426)}


def rebuilt(x: Tensor) -> Tensor:
    """e^x as torch's vectorised kernels compute it inside, for float32 and float64.

    x = q ln 2 + s with q whole; a polynomial gives e^s; q goes into the exponent in two halves,
    so that results below the normal range are rounded once.
    """
    q = torch.round(x * LOG2E)
    high, low = FLOAT32_LN2 if x.dtype == torch.float32 else FLOAT64_LN2
    s = _fused(x, q, torch.full_like(x, -high))
    s = _fused(s, q, torch.full_like(x, -low))
    value = _float32(s) if x.dtype == torch.float32 else _float64(s)
    half = torch.floor(q / 2)
    value = value * torch.exp2(half) * torch.exp2(q - half)
    lowest, highest = RANGE[x.dtype]
    value = torch.where(x < lowest, 0.0, value)
    return torch.where(x > highest, float("inf"), value)


def cascade(values: Tensor) -> Tensor:
    """The sum over the last dimension in the order of torch's negative log-likelihood on a CPU.

    The first element is set apart; the others are summed in groups of 16, their sums likewise, and
    so on; what fills no group is kept, and added at the end, level by level, the first one last.
    """
    first, rest = values[..., 0], values[..., 1:]
    total = torch.zeros_like(first)
    while rest.shape[-1]:
        full = rest.shape[-1] // GROUP * GROUP
        total = total + _left_to_right(rest[..., full:])
        rest = _left_to_right(rest[..., :full].unflatten(-1, (-1, GROUP)))
    return total + first


@contextmanager
def swapped() -> Iterator[None]:
    """Let the framework's derivative table compute e^x by `rebuilt`, and the loss by `cascade`."""
    exponential, likelihood = Function.table["exp"], Function.table["nll_mean"]
    with (
        patch.object(exponential, "value", rebuilt),
        patch.object(likelihood, "value", _mean_likelihood),
    ):
        yield


def _mean_likelihood(x: Tensor, index: Tensor, runs: bool = False) -> Tensor:
    picked = -x.gather(-1, index.unsqueeze(-1)).squeeze(-1)
    return cascade(picked if runs else picked.flatten()) / index.shape[-1]


def _left_to_right(values: Tensor) -> Tensor:
    total = torch.zeros_like(values[..., :1]).sum(-1)
    for place in range(values.shape[-1]):
        total = total + values[..., place]
    return total


def _fused(c: Tensor | float, a: Tensor, b: Tensor) -> Tensor:
    """C + a·b, rounded once."""
    return torch.addcmul(torch.full_like(a, c) if isinstance(c, float) else c, a, b)


def _float32(s: Tensor) -> Tensor:
    """Horner's rule, then 1 + (s + s² p)."""
    value = torch.full_like(s, FLOAT32_TERMS[0])
    for term in FLOAT32_TERMS[1:]:
        value = _fused(term, value, s)
    return _fused(s, s * s, value) + 1


def _float64(s: Tensor) -> Tensor:
    """Estrin's scheme over ten terms, then three more by Horner's rule."""
    squared = s * s
    fourth = squared * squared
    eight = _fused(_four(FLOAT64_TERMS[6:], s, squared), fourth,
                   _four(FLOAT64_TERMS[2:6], s, squared))  # fmt: skip
    value = _fused(eight, fourth * fourth, _two(FLOAT64_TERMS[:2], s))
    for term in (0.5, 1.0, 1.0):
        value = _fused(term, value, s)
    return value


def _two(terms: Sequence[float], s: Tensor) -> Tensor:
    return _fused(terms[1], torch.full_like(s, terms[0]), s)


def _four(terms: Sequence[float], s: Tensor, squared: Tensor) -> Tensor:
    return _fused(_two(terms[2:], s), squared, _two(terms[:2], s))
