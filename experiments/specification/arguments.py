"""An immutable, hashable mapping of argument names to plain values."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Arguments(Mapping[str, Any]):
    """Arguments of a layer, a loss, an optimizer: numbers, strings, booleans, None, tuples.

    Raises:
        ValueError: a name is not a string, or a value is something else or not finite.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values = {_name(name): _plain(value) for name, value in (values or {}).items()}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self._values == dict(other)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return repr(self._values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Arguments, (self._values,)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(dict)
        )

    @classmethod
    def _validate(cls, given: Any) -> "Arguments":
        if isinstance(given, cls):
            return given
        if not isinstance(given, Mapping):
            raise ValueError(f"arguments are a table of names and values, not {given!r}")
        return cls(given)


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueError(f"the name of an argument is a string, not {name!r}")
    return name


def _plain(value: Any) -> Any:
    """`value` with lists as tuples, if it is made of what JSON can hold."""
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    if isinstance(value, float) and value - value != 0:
        raise ValueError(f"an argument is a finite number, not {value}")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"an argument is a number, a string, true, false or a list, not {value!r}")
