"""`Number`, a Python number that changes from step to step."""

from __future__ import annotations

from collections.abc import Mapping


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
