"""A name and its arguments: how a layer, a loss or an optimizer is written as data."""

from collections.abc import Mapping
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from experiments.specification.arguments import Arguments


class Frozen(BaseModel):
    """A model that accepts nothing unknown, converts nothing and never changes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def fields(given: Any) -> Any:
    """The fields of an entry written as a name or as a list; anything else as it is.

    Raises:
        ValueError: a list that is not [name, {arguments}].
    """
    if isinstance(given, str):
        return {"name": given}
    if isinstance(given, list | tuple):
        if not 1 <= len(given) <= 2 or not isinstance(given[0], str):
            raise ValueError(f"an entry is [name, {{arguments}}], not {given!r}")
        return dict(zip(("name", "arguments"), given, strict=False))
    return given


class Entry(Frozen):
    """A name and its arguments: `Entry("Linear", in_features=2, out_features=25)`.

    Written as `"ReLU"`, `["Linear", {"in_features": 2, "out_features": 25}]` or
    `{"name": ..., "arguments": ...}` in TOML and JSON. A name `package.module:attribute` is
    something of a user's own: see `experiments.specification.building.lookup`.
    """

    name: str
    arguments: Arguments = Arguments()

    def __init__(self, name: str, arguments: Mapping[str, Any] = Arguments(), **more: Any) -> None:
        given: dict[str, Any] = {"name": name, "arguments": {**arguments, **more}}
        super().__init__(**given)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return fields(given)

    @model_serializer
    def _write(self) -> list[Any]:
        return [self.name, dict(self.arguments)]

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        pair = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "object"}]}
        return {"anyOf": [{"type": "string"}, {**pair, "minItems": 1, "maxItems": 2}]}

    def __str__(self) -> str:
        written = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.name.rpartition(':')[2]}({written})"

    __repr__ = __str__
