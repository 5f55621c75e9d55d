"""From a sweep file to runs: every combination, with what follows from loss and data set."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from pydantic import ValidationError

from experiments.backends import Unsupported
from experiments.specification import Entry, RunSpec
from experiments.specification.checks import TAKE_CLASS_INDICES, facts
from experiments.specification.description import describe, widths
from experiments.sweep import choices
from experiments.sweep.file import SweepFile

MOST_RUNS = 1_000_000
ONE_OUTPUT = {"BCEWithLogitsLoss": 0.0, "BCELoss": 0.5}
"""Losses that have one output for two classes, and above which output the class is 1."""
SIGNS = {"SoftMarginLoss", "HingeEmbeddingLoss"}
QUICK_RATES, QUICK_SEEDS, QUICK_EPOCHS = 2, 2, 3


@dataclass(frozen=True)
class Setting:
    """A combination of all axes but backend, learning rate and seed.

    `run` has the sweep's first backend, rate and seed; `labels` name the point on each axis.
    """

    run: RunSpec
    labels: tuple[tuple[str, str], ...]
    rates: tuple[float, ...]

    @cached_property
    def words(self) -> dict[str, str]:
        """The points by axis."""
        return dict(self.labels)

    def runs(self, backend: str, rate: float, seeds: tuple[int, ...]) -> tuple[RunSpec, ...]:
        """One run a seed."""
        return tuple(
            self.run.changed(backend=backend, learning_rate=rate, seed=seed) for seed in seeds
        )


def target_of(loss: choices.LossChoice, classes: int | None) -> str:
    """The target a loss wants: class indices, one column, signs, else one-hot."""
    if loss.target is not None:
        return loss.target
    if loss.name in TAKE_CLASS_INDICES:
        return "index"
    if loss.name in ONE_OUTPUT and classes == 2:
        return "scalar"
    return "sign" if loss.name in SIGNS else "one-hot"


def quickened(sweep: SweepFile) -> SweepFile:
    """The middle two learning rates, the first two seeds, a few epochs."""
    optimizers = tuple(
        each.model_copy(update={"learning_rates": _middle(sweep.rates(each))})
        for each in sweep.optimizers
    )
    return sweep.model_copy(
        update={
            "optimizers": optimizers,
            "seeds": sweep.seeds[:QUICK_SEEDS],
            "epochs": min(sweep.epochs, QUICK_EPOCHS),
        }
    )


def _middle(rates: tuple[float, ...]) -> tuple[float, ...]:
    start = max(0, (len(rates) - QUICK_RATES) // 2)
    return tuple(sorted(rates))[start : start + QUICK_RATES]


def settings(sweep: SweepFile) -> list[Setting]:
    """All settings of a sweep.

    Raises:
        Mistakes: parts of the file do not fit each other.
    """
    _check_size(sweep)
    found: list[Setting] = []
    mistakes: dict[str, None] = {}
    for places in _combinations(sweep):
        try:
            found.append(_setting(sweep, places))
        except ValidationError as error:
            for each in error.errors():
                mistakes[f"{_place(places)}: {_sentence(each)}"] = None
        except (ValueError, Unsupported) as error:
            mistakes[f"{_place(places)}: {error}"] = None
    mistakes |= dict.fromkeys(_same_labels(sweep))
    if mistakes:
        raise Mistakes(list(mistakes))
    return found


class Mistakes(ValueError):  # noqa: N818
    """Parts of a file that do not fit each other, a sentence each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


AXES = ("data", "models", "losses", "optimizers", "schedules", "initialisations", "batch_sizes")
HEADINGS = ("data", "model", "loss", "optimizer", "schedule", "initialisation", "batch size")
FITTING = AXES[:3]
"""Only these can contradict each other."""


def _check_size(sweep: SweepFile) -> None:
    count = (
        len(sweep.backends) * len(sweep.seeds) * sum(len(sweep.rates(o)) for o in sweep.optimizers)
    )
    for axis in set(AXES) - {"optimizers"}:
        count *= len(getattr(sweep, axis))
    if count > MOST_RUNS:
        raise Mistakes([f"the axes multiply to {count} runs: the most is {MOST_RUNS}"])


def _same_labels(sweep: SweepFile) -> Iterator[str]:
    for axis in AXES:
        labels = [_label(each) for each in getattr(sweep, axis)]
        for place, label in enumerate(labels):
            if label in labels[:place]:
                advice = "give it a name" if axis == "models" else "leave one out"
                first = labels.index(label)
                yield f"{axis}.{place}: is called {label!r} as {axis}.{first} is: {advice}"


def _combinations(sweep: SweepFile) -> Iterator[dict[str, int]]:
    sizes = [range(len(getattr(sweep, axis))) for axis in AXES]
    return (dict(zip(AXES, each, strict=True)) for each in product(*sizes))


def _place(places: dict[str, int]) -> str:
    return " with ".join(f"{axis}.{places[axis]}" for axis in FITTING)


def _sentence(error: Any) -> str:
    return str(error["ctx"]["error"]) if error["type"] == "value_error" else error["msg"]


def _setting(sweep: SweepFile, places: dict[str, int]) -> Setting:
    point = {axis: getattr(sweep, axis)[place] for axis, place in places.items()}
    data, model, loss, optimizer = (point[axis] for axis in AXES[:4])
    known = facts(data.seen("one-hot"))
    target = target_of(loss, known.classes if known else None)
    seen = data.seen(target)
    numbers = {"outputs": 1} if target == "scalar" else {}
    if known:
        numbers = {"outputs": known.classes, "features": known.features} | numbers
    threshold = ONE_OUTPUT.get(loss.name, 0.5) if loss.threshold is None else loss.threshold
    run = RunSpec(
        data=seen,
        layers=tuple(choices.fill(layer, numbers) for layer in model.layers),
        initialisation=point["initialisations"],
        loss=loss.entry,
        optimizer=optimizer.entry,
        learning_rate=sweep.rates(optimizer)[0],
        schedule=None if point["schedules"].name == choices.NO_SCHEDULE else point["schedules"],
        batch_size=point["batch_sizes"],
        epochs=sweep.epochs,
        order=sweep.order,
        decision="threshold" if target == "scalar" else "argmax",
        threshold=threshold if target == "scalar" else 0.5,
        dtype=sweep.dtype,
        seed=sweep.seeds[0],
        evaluate=sweep.evaluate,
        backend=sweep.backends[0],
        threads=sweep.threads,
    )
    labels = tuple(zip(HEADINGS, map(_label, point.values()), strict=True))
    return Setting(run, labels, tuple(sorted(sweep.rates(optimizer))))


def _label(thing: Any) -> str:
    """A point on an axis, for tables and legends."""
    if isinstance(thing, choices.Model):
        between = {describe(each): None for each in thing.layers if each.name != "Linear"}
        return thing.name or " ".join([widths(thing.layers), *between])
    if isinstance(thing, choices.DataSet):
        return ", ".join([thing.name, *_unusual(thing)])
    if isinstance(thing, choices.LossChoice):
        return ", ".join([describe(thing.entry), *_unusual(thing)])
    if isinstance(thing, choices.Choice):
        return describe(thing.entry)
    return describe(thing) if isinstance(thing, Entry) else str(thing)


def _unusual(thing: choices.DataSet | choices.LossChoice) -> list[str]:
    """What was given beside the name and the arguments."""
    given = thing.model_dump(exclude_defaults=True, exclude={"name", "arguments"})
    return [f"{key} {value}" for key, value in given.items()]
