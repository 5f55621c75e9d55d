"""What a run is, as data: validated, frozen, hashable, serialisable.

A specification names layers, losses and optimizers by torch's names and arguments; both
implementations are built from it by the same few lines (`experiments.specification.building`).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    PositiveInt,
    ValidationInfo,
    model_validator,
)

from experiments.specification import checks, parts
from experiments.specification.description import describe as describe
from experiments.specification.description import widths as widths
from experiments.specification.entry import Entry as Entry
from experiments.specification.entry import Frozen
from experiments.specification.grouping import groups as groups

SCHEMA = 1
"""Version of what a run's id is computed from, and of its record."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
NonNegative = Annotated[float, Field(allow_inf_nan=False, ge=0)]
Count = Annotated[int, Field(ge=0)]


STORED = {"stored": True}
"""The validation context of what is read from a record: only its form is checked."""


def _checked(check: Callable[[Any], object]) -> AfterValidator:
    def validate(value: Any, info: ValidationInfo) -> Any:
        if info.context is not STORED:
            check(value)
        return value

    return AfterValidator(validate)


Layer = Annotated[Entry, _checked(parts.check_layer)]
Loss = Annotated[Entry, _checked(parts.check_loss_name)]
Optimizer = Annotated[Entry, _checked(parts.check_optimizer)]
Schedule = Annotated[Entry, _checked(parts.check_schedule)]
Device = Annotated[str, _checked(parts.check_device)]
BackendName = Annotated[str, _checked(parts.check_backend)]
Initialisation = Annotated[Entry, _checked(parts.check_initialisation)]


class Data(Frozen):
    """A data set and how a run sees it.

    Args:
        name: "disk", "moons", "digits", "breast_cancer", a CSV or NPZ file, or
            `package.module:attribute` (a function of this model and a seed that returns the
            `experiments.training.data.Points` of each split by name).
        train: number of training points; likewise `test` and `validation`.
        standardise: "none"; "scalar": subtract one mean of all training coordinates and divide by
            one unbiased standard deviation of them; "feature": the same for each feature apart.
        target: "one-hot"; "sign" (one-hot as -1 and +1); "index" (class indices); "scalar" (one
            column of 0 and 1).
        seed: decides the points for every run; None: each run's own seed does.
        noise: standard deviation of the noise on the moons.
        digest: SHA-256 of the file `name`, found when the file is named.
    """

    name: str = "disk"
    train: PositiveInt = 1000
    test: PositiveInt = 1000
    validation: Count = 0
    standardise: Literal["none", "scalar", "feature"] = "scalar"
    target: Literal["one-hot", "index", "scalar", "sign"] = "one-hot"
    seed: Count | None = None
    noise: NonNegative = 0.0
    digest: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        given = {"name": given} if isinstance(given, str) else given
        return checks.with_digest(given)

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "Data":
        if info.context is not STORED:
            checks.check_data(self)
        return self


class RunSpec(Frozen):
    """One training, completely decided.

    Args:
        initialisation: one of `experiments.specification.schemes`.
        optimizer: without its learning rate, which is `learning_rate`.
        schedule: a class of torch.optim.lr_scheduler, stepped after each epoch.
        loss: torch's arguments; `reduction="batchmean"` is the sum over the outputs, averaged over
            the batch, for every element-wise loss.
        order: "fixed": the points as they come; "once": permuted once; "each epoch".
        decision: the class is the largest output's, or 1 where the only output is above
            `threshold`.
        seed: decides data (unless `data.seed` does), initial parameters, order and noise.
        evaluate: every so many epochs, and always after the last.
        threads: of the backend; part of the id, since it changes sums.
    """

    data: Data = Data()
    layers: Annotated[tuple[Layer, ...], Field(strict=False)]
    initialisation: Initialisation = Entry("torch")
    loss: Loss
    optimizer: Optimizer = Entry("SGD")
    learning_rate: NonNegative
    schedule: Schedule | None = None
    batch_size: PositiveInt = 100
    epochs: PositiveInt
    order: Literal["fixed", "once", "each epoch"] = "fixed"
    decision: Literal["argmax", "threshold"] = "argmax"
    threshold: Finite = 0.5
    dtype: Literal["float32", "float64"] = "float32"
    seed: Count = 0
    evaluate: PositiveInt = 1
    device: Device = "cpu"
    backend: BackendName = "framework"
    threads: PositiveInt = 1

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "RunSpec":
        if info.context is not STORED:
            checks.check_run(self)
        return self

    @classmethod
    def stored(cls, entries: Any) -> "RunSpec":
        """A specification from a record: it was checked once, perhaps where more is installed."""
        return cls.model_validate(entries, context=STORED)

    @cached_property
    def id(self) -> str:
        """SHA-256 of the canonical JSON of this specification and the schema version."""
        return sha256(canonical({"schema": SCHEMA, **self.model_dump()}).encode()).hexdigest()

    @cached_property
    def setting(self) -> str:
        """The canonical JSON of all that the runs of a group share."""
        return canonical(self.model_dump(exclude={"seed", "learning_rate"}))

    def changed(self, **changes: Any) -> "RunSpec":
        """The same run but for `changes`, validated."""
        return type(self)(
            **{name: getattr(self, name) for name in type(self).model_fields} | changes
        )


@dataclass(frozen=True)
class TrainingSpec:
    """What a backend learns of a group of runs; one learning rate and noise seed a run.

    `epochs` and `steps_per_epoch` are for backends that plan ahead; `batch_size` is handed to
    every `train_epoch` again.
    """

    layers: tuple[Entry, ...]
    loss: Entry
    optimizer: Entry
    learning_rate: tuple[float, ...]
    noise_seed: tuple[int, ...]
    schedule: Entry | None = None
    dtype: str = "float32"
    device: str = "cpu"
    epochs: int = 1
    batch_size: int = 100
    steps_per_epoch: int = 1

    @property
    def runs(self) -> int:
        """The number of runs that train together."""
        return len(self.learning_rate)


def canonical(value: Any) -> str:
    """`value` as JSON that does not depend on the order of keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
