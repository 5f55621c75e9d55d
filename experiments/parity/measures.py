"""How far two tensors are apart: in units in the last place, scaled, and from the truth."""

from dataclasses import dataclass

import torch
from torch import Tensor

_BITS = {torch.float32: torch.int32, torch.float64: torch.int64}


@dataclass(frozen=True)
class Truth:
    """Values known beyond their dtype: the unevaluated sum `high + low`, both float64."""

    high: Tensor
    low: Tensor

    def error(self, measured: Tensor) -> Tensor:
        """|measured - truth|, in float64; zero where both are the same infinity or NaN."""
        distance = ((measured.double() - self.high) - self.low).abs()
        same = _same(measured.double(), self.high)
        return torch.where(same & ~measured.double().isfinite(), 0.0, distance)


@dataclass(frozen=True)
class Measure:
    """What separates a measured tensor from the referee's, and both from the truth.

    Args:
        exact: equal in every bit; NaN equals NaN, and -0 equals 0.
        max_ulp: largest distance in representable numbers; `median_ulp` likewise.
        scaled: max |measured - referee| / max |referee|, in units of the dtype's epsilon.
        error: max |measured - truth| / max |truth|, in the same units; None without a truth.
        referee_error: the referee's own.
        scale: max |referee|.
        worst: flat index of the element that is furthest from the referee.
    """

    exact: bool
    max_ulp: float
    median_ulp: float
    scaled: float
    error: float | None
    referee_error: float | None
    scale: float
    worst: int

    @property
    def ratio(self) -> float | None:
        """The measured error in units of the referee's; below one: more accurate than torch."""
        if self.error is None or self.referee_error is None:
            return None
        if self.referee_error == 0:
            return 1.0 if self.error == 0 else float("inf")
        return self.error / self.referee_error


def ulp_distance(measured: Tensor, referee: Tensor) -> Tensor:
    """Representable numbers between each pair: 0 for equal, infinite where only one is NaN."""
    left, right = (_ordered(each) for each in (measured, referee))
    apart = left.double().abs() + right.double().abs()
    near = (left - right).abs().double()
    distance = torch.where((left < 0) == (right < 0), near, apart)
    distance = torch.where(measured.isnan() | referee.isnan(), float("inf"), distance)
    return torch.where(_same(measured, referee), 0.0, distance)


def measure(
    measured: Tensor,
    referee: Tensor,
    truth: Truth | None = None,
    referee_error: float | None = None,
) -> Measure:
    """Compare two floating-point tensors of one shape and dtype.

    Args:
        measured: what is judged.
        referee: what it is compared with.
        truth: what both should be.
        referee_error: `error_of(referee, truth)`, where that is known already.
    """
    if measured.numel() == 0:
        return Measure(True, 0.0, 0.0, 0.0, None, None, 1.0, 0)
    if truth is not None and referee_error is None:
        referee_error = error_of(referee, truth)
    if torch.equal(measured, referee):
        return Measure(True, 0.0, 0.0, 0.0, referee_error, referee_error, 1.0, 0)
    ulps = ulp_distance(measured, referee).flatten()
    distance = Truth(referee.double(), torch.zeros_like(referee, dtype=torch.float64))
    apart = error_of(measured, distance)
    return Measure(
        exact=bool((ulps == 0).all()),
        max_ulp=float(ulps.max()),
        median_ulp=float(ulps.median()),
        scaled=apart,
        error=None if truth is None else error_of(measured, truth),
        referee_error=referee_error,
        scale=_scale(distance.high, referee.dtype),
        worst=int(distance.error(measured).flatten().nan_to_num(float("inf")).argmax()),
    )


def error_of(measured: Tensor, truth: Truth) -> float:
    """max |measured - truth| / max |truth| in units of the epsilon of the measured dtype."""
    error = float(truth.error(measured).nan_to_num(float("inf")).max())
    return error / _scale(truth.high, measured.dtype) / torch.finfo(measured.dtype).eps


def _scale(values: Tensor, dtype: torch.dtype) -> float:
    """max |values|, or, where all are zero, the smallest normal number."""
    finite = values[values.isfinite()]
    largest = float(finite.abs().max()) if finite.numel() else 0.0
    return max(largest, torch.finfo(dtype).tiny)


def _ordered(values: Tensor) -> Tensor:
    """Integers in the order of the floating-point numbers, one apart for neighbours."""
    bits = values.contiguous().view(_BITS[values.dtype])
    negative = torch.iinfo(bits.dtype).min - bits
    return torch.where(bits < 0, negative, bits).long()


def _same(measured: Tensor, referee: Tensor) -> Tensor:
    return (measured == referee) | (measured.isnan() & referee.isnan())
