"""A sweep file: TOML, checked as a whole, every mistake named with its place."""

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveInt,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from experiments.specification.entry import Entry, Frozen
from experiments.sweep import choices
from experiments.sweep.sentences import sentences

BUILT_IN = Path(__file__).parent.parent / "grid.toml"
SCHEMA_FILE = Path(__file__).parent.parent / "sweep.schema.json"
MOST_SEEDS, MOST_EPOCHS = 10_000, 1_000_000
LONGEST_NAME = 100
TAKEN = {"parity", "timing", "structure", "runs", "verdicts", "verdicts-on-times"}

Item = TypeVar("Item")


def _seeds(given: Any) -> Any:
    """A number of seeds as the seeds from 0."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given <= MOST_SEEDS:
        return tuple(range(given))
    if isinstance(given, int) and not isinstance(given, bool):
        raise ValueError(f"takes 1 to {MOST_SEEDS} seeds, or a list of them, not {given}")
    return given


Axis = Annotated[
    tuple[Item, ...], Field(strict=False, min_length=1), AfterValidator(choices.distinct)
]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
_number_of_seeds = {"type": "integer", "minimum": 1, "maximum": MOST_SEEDS}
_list_of_seeds = {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}}
Seeds = Annotated[
    tuple[Seed, ...],
    Field(strict=False, min_length=1, max_length=MOST_SEEDS),
    AfterValidator(choices.distinct),
    BeforeValidator(_seeds),
    WithJsonSchema({"anyOf": [_number_of_seeds, _list_of_seeds]}),
]


class SweepFile(Frozen):
    """A sweep: every combination of its backends, models, data sets, losses, optimizers, learning
    rates, schedules, initialisations, batch sizes and seeds.

    Args:
        name: of its tables and figures; small letters, digits, hyphens.
        seeds: how many, from 0, or which.
        schedules: classes of torch.optim.lr_scheduler; "none" keeps the learning rate.
        evaluate: every so many epochs, and always after the last.
        choose_by: what, on the validation split after the last epoch, says which learning rate is
            the best: the mean over the seeds of accuracy, F1 or loss.
    """

    name: str = "sweep"
    title: Annotated[str, Field(min_length=1)] | None = None
    backends: Axis[choices.BackendName] = ("framework", "torch")
    models: Axis[choices.Model]
    data: Axis[choices.DataSet] = (choices.DataSet(),)
    losses: Axis[choices.LossChoice]
    optimizers: Axis[choices.OptimizerChoice] = (choices.OptimizerChoice(name="SGD"),)
    learning_rates: Annotated[choices.Rates, AfterValidator(choices.distinct)]
    schedules: Axis[choices.Schedule] = (Entry(choices.NO_SCHEDULE),)
    initialisations: Axis[choices.Initialisation] = (Entry("torch"),)
    batch_sizes: Axis[choices.BatchSize] = (100,)
    seeds: Seeds = tuple(range(10))
    epochs: Annotated[int, Field(ge=1, le=MOST_EPOCHS)]
    order: Literal["fixed", "once", "each epoch"] = "each epoch"
    dtype: Literal["float32", "float64"] = "float32"
    evaluate: PositiveInt = 1
    threads: Annotated[int, Field(ge=1, le=1024)] = 1
    choose_by: Literal["accuracy", "f1", "loss"] = "accuracy"

    @model_validator(mode="after")
    def _check(self) -> "SweepFile":
        _check_name(self.name)
        without = [place for place, data in enumerate(self.data) if not data.validation]
        rates = max(len(self.rates(optimizer)) for optimizer in self.optimizers)
        if without and rates > 1:
            raise ValueError(
                f"data.{without[0]}.validation is 0: to choose among {rates} learning rates needs "
                "a validation split"
            )
        return self

    def rates(self, optimizer: choices.OptimizerChoice) -> tuple[float, ...]:
        """The learning rates that go with an optimizer."""
        return optimizer.learning_rates or self.learning_rates


def _check_name(name: str) -> None:
    from experiments.reports import NAMES

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(
            f"name becomes part of file names: small letters, digits and hyphens, not {name!r}"
        )
    if len(name) > LONGEST_NAME:
        raise ValueError(f"name has {len(name)} letters: the most is {LONGEST_NAME}")
    if name in TAKEN | set(NAMES):
        raise ValueError(f"name {name!r} is taken: choose another")


def read(path: Path) -> SweepFile:
    """The sweep in a file.

    Raises:
        ValueError: it cannot be read, is not TOML, or has mistakes: a sentence for each.
    """
    try:
        entries = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise ValueError(f"sweep file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"sweep file {path} is not text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"sweep file {path} is not TOML: {error}") from None
    if "name" not in entries and path != BUILT_IN:
        entries["name"] = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "sweep"
    try:
        sweep = SweepFile.model_validate(entries)
    except ValidationError as error:
        raise ValueError(listed(path, sentences(error, SweepFile))) from None
    if sweep.name == "grid" and path.resolve() != BUILT_IN.resolve():
        mistake = (
            "name 'grid' is the built-in grid's, whose tables it would replace: choose another"
        )
        raise ValueError(listed(path, [mistake]))
    return sweep


def listed(path: Path, mistakes: list[str]) -> str:
    """All mistakes of a file in one message."""
    count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    return "\n  ".join([f"sweep file {path} has {count}:", *mistakes])


def schema() -> str:
    """The JSON Schema of sweep files, as committed."""
    return json.dumps(SweepFile.model_json_schema(), indent=1) + "\n"
