"""What may stand on the axes of a sweep file: models, data sets, losses, optimizers."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PositiveInt,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from experiments.backends import resolve
from experiments.specification import Count, Data, Finite, NonNegative, building, parts
from experiments.specification.arguments import Arguments
from experiments.specification.building import Unsupported
from experiments.specification.built_in import unknown
from experiments.specification.checks import is_file
from experiments.specification.entry import Entry, Frozen, fields

MOST_POINTS = 10_000_000
NO_SCHEDULE = "none"
WORDS = {"features": 2, "outputs": 2}
"""Arguments of layers that stand for a number which data set and loss decide."""

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rates = Annotated[tuple[Rate, ...], Field(strict=False, min_length=1)]
Points = Annotated[int, Field(ge=1, le=MOST_POINTS)]


def distinct(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """The items; raises ValueError where one is there twice."""
    first: dict[Any, int] = {}
    for place, item in enumerate(items):
        if first.setdefault(item, place) != place:
            raise ValueError(f"{first[item]} and {place} (from 0) are the same, {item!r}")
    return items


def fill(layer: Entry, numbers: Mapping[str, int]) -> Entry:
    """The layer with the words "features" and "outputs" replaced by these numbers."""
    words = {key: value for key, value in layer.arguments.items() if str(value) in WORDS}
    missing = [str(word) for word in words.values() if str(word) not in numbers]
    if missing:
        raise ValueError(f'{layer}: the number of "{missing[0]}" is not known: write it out')
    return Entry(layer.name, dict(layer.arguments) | {k: numbers[v] for k, v in words.items()})


def asked(check: Callable[[Any], object]) -> AfterValidator:
    """A validator that lets `check` raise; what a backend or part lacks is the user's mistake."""

    def validate(value: Any) -> Any:
        try:
            check(value)
        except (Unsupported, ImportError, OverflowError) as error:
            raise ValueError(str(error)) from None
        return value

    return AfterValidator(validate)


def _check_layer(layer: Entry) -> None:
    parts.check_layer(fill(layer, WORDS))


def _check_schedule(schedule: Entry) -> None:
    if schedule.name != NO_SCHEDULE:
        parts.check_schedule(schedule)
    elif schedule.arguments:
        raise ValueError('the schedule "none" takes no arguments')


def _check_backend(name: str) -> None:
    module, colon, attribute = name.partition(":")
    if colon and not (module and attribute):
        raise ValueError(unknown(name))
    parts.check_backend(name)
    if colon:
        resolve(name)


def _as_pair(given: Any) -> Any:
    """A table of name and arguments as a list of them: `Entry` takes more keys for arguments."""
    if not isinstance(given, dict):
        return given
    unknown = sorted(set(given) - {"name", "arguments"})
    if unknown or "name" not in given:
        wrong = f"unknown key {unknown[0]!r}" if unknown else "name is missing"
        raise ValueError(f"{wrong}: a table here has a name and arguments")
    return [given["name"], given.get("arguments", {})]


Written = Annotated[Entry, BeforeValidator(_as_pair)]
Layer = Annotated[Written, asked(_check_layer)]
Schedule = Annotated[Written, asked(_check_schedule)]
Initialisation = Annotated[Written, asked(parts.check_initialisation)]
BackendName = Annotated[str, asked(_check_backend)]


class Model(Frozen):
    """A network: its layers, and what tables call it if not by its widths.

    `"features"` and `"outputs"` as arguments of a layer are replaced by what the data set and the
    loss need.
    """

    name: Annotated[str, Field(min_length=1)] | None = None
    layers: Annotated[tuple[Layer, ...], Field(strict=False, min_length=1)]


class DataSet(Frozen):
    """A data set as in `experiments.specification.Data`; its target follows from the loss."""

    name: str = "disk"
    train: Points = 1000
    test: Points = 1000
    validation: Annotated[int, Field(ge=0, le=MOST_POINTS)] = 1000
    standardise: Literal["none", "scalar", "feature"] = "scalar"
    seed: Count | None = None
    noise: NonNegative = 0.0

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _check(self) -> "DataSet":
        self.seen("one-hot")
        if ":" in self.name and not is_file(self.name):
            building.attribute(self.name)
        return self

    def seen(self, target: str) -> Data:
        """The data set with the target that a loss wants."""
        return Data.model_validate(self.model_dump() | {"target": target})


class Choice(Frozen):
    """A name and its arguments, written as an `Entry` is, with room for more beside them."""

    name: str
    arguments: Annotated[Arguments, WithJsonSchema({"type": "object"})] = Arguments()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return fields(given)

    @property
    def entry(self) -> Entry:
        """The name and the arguments alone."""
        return Entry(self.name, self.arguments)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(core))
        pair = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "object"}]}
        return {"anyOf": [{"type": "string"}, {**pair, "minItems": 1, "maxItems": 2}, whole]}


class LossChoice(Choice):
    """A loss; `target` and `threshold` in place of what `experiments.sweep.expansion` takes."""

    target: Literal["one-hot", "index", "scalar", "sign"] | None = None
    threshold: Finite | None = None

    @model_validator(mode="after")
    def _check(self) -> "LossChoice":
        if ":" in self.name:
            building.attribute(self.name)
        else:
            parts.construct(self.entry, "loss")
        return self


class OptimizerChoice(Choice):
    """An optimizer; with `learning_rates`, these in place of the sweep's."""

    learning_rates: Annotated[Rates, AfterValidator(distinct)] | None = None

    @model_validator(mode="after")
    def _check(self) -> "OptimizerChoice":
        if ":" in self.name:
            building.attribute(self.name)
        parts.check_optimizer(self.entry)
        return self


BatchSize = Annotated[PositiveInt, Field(le=MOST_POINTS)]
