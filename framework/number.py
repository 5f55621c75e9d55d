"""Numbers in tensor calls: `Number`, which changes from step to step, and constants as tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from framework.state import using

#: Constants that are kept at once.
MOST = 10_000
#: The constants made so far. Nothing ever writes into them.
constants: dict[tuple[float, torch.dtype, torch.device], Tensor] = {}


def number_like(x: Any, value: float) -> Tensor:
    """A constant as a 0-d tensor of x's dtype, which costs a call half of what the number does."""
    key = value, x.dtype, x.device
    if key not in constants:
        if len(constants) >= MOST:
            constants.clear()
        with using(watched=False), torch.inference_mode(False):
            constants[key] = torch.full((), value, dtype=x.dtype, device=x.device)
    return constants[key]


class Number(float):
    """A number as it is now, that knows where its later values will stand.

    A recorded call in place that has one as its `value` looks it up again in every replay.
    Arithmetic gives ordinary numbers, which a recording keeps as they are: compute first.
    """

    __slots__ = ("name", "values")

    values: Mapping[str, float]
    name: str

    def __new__(cls, values: Mapping[str, float], name: str) -> Number:
        """The value of that name."""
        number = super().__new__(cls, values[name])
        number.values = values
        number.name = name
        return number
