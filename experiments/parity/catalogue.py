"""All cases, by name: what is looked at, on which inputs, in which dtype."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from typing import Any

import torch

from experiments.parity.case import Case, entry
from experiments.parity.cases_of_layers import IndexCase, LayerCase
from experiments.parity.cases_of_losses import LossCase
from experiments.parity.cases_of_models import CompanionCase, ModelCase
from experiments.parity.cases_of_optimizers import PULLS, OptimizerCase
from experiments.parity.cases_of_programs import PROGRAMS, ProgramCase
from experiments.parity.cases_of_runs import RunCase
from experiments.parity.inputs import TINY
from experiments.parity.things import (
    ACTIVATION_INPUTS,
    ACTIVATIONS,
    CLASSES,
    ELEMENTWISE,
    LAYER_INPUTS,
    LAYERS,
    NETWORKS,
    OPTIMIZERS,
    PROPORTIONAL,
    REDUCTIONS,
    SCHEDULES,
)
from experiments.specification import Data, Entry, RunSpec

DTYPES = ("float32", "float64")


@cache
def cases() -> dict[str, Case]:
    """Every case by its name, in the order they are run."""
    makers = (_activations, _layers, _losses, _optimizers, _models, _companions, _programs, _runs)
    every: dict[str, Case] = {}
    for make in makers:
        for case in make():
            every[case.name] = case
    return every


def quick(every: dict[str, Case]) -> dict[str, Case]:
    """A selection that runs in seconds: a sixth of the ordinary inputs, a 50th of the others."""
    usual = {"normal", "ordinary", "three runs", "positive"}
    return {
        name: case
        for place, (name, case) in enumerate(every.items())
        if place % (6 if case.inputs in usual and case.dtype == "float32" else 50) == 0
    }


def _activations() -> Iterator[Case]:
    for name, every in ACTIVATIONS.items():
        for arguments, pattern, dtype in product(every, ACTIVATION_INPUTS, DTYPES):
            yield LayerCase(pattern, dtype, layers=(entry(name, **arguments),))


def _layers() -> Iterator[Case]:
    for (name, arguments, features), dtype in product(LAYERS, DTYPES):
        for pattern in LAYER_INPUTS:
            yield LayerCase(pattern, dtype, layers=(entry(name, **arguments),), features=features)
    for network, dtype, pattern in product(NETWORKS, DTYPES, ("normal", "one row", "odd")):
        yield LayerCase(pattern, dtype, layers=tuple(map(_layer, network)), features=(4,))
    embedding = entry("Embedding", num_embeddings=11, embedding_dim=3)
    for dtype, pattern in product(DTYPES, ("normal", "one row")):
        yield IndexCase(pattern, dtype, layers=(embedding,), features=(2,))


def _layer(short: Any) -> Any:
    if isinstance(short, tuple):
        return entry("Linear", in_features=short[1], out_features=short[2])
    return entry(short, dim=1) if short == "Softmax" else entry(short)


def _losses() -> Iterator[Case]:
    for dtype in DTYPES:
        for name, (options, domain, targets) in ELEMENTWISE.items():
            for arguments, target in product(options, targets):
                reductions = (*REDUCTIONS, "batchmean")
                for reduction, pattern in product(reductions, _patterns(domain)):
                    loss = _reduced(name, arguments, reduction)
                    yield LossCase(pattern, dtype, loss=loss, targets=target)
        for name, arguments, target in CLASSES:
            for reduction, pattern in product(REDUCTIONS, _patterns("normal")):
                loss = _reduced(name, arguments, reduction)
                yield LossCase(pattern, dtype, loss=loss, targets=target)
        for outputs, target in product((2, 10, 33), ("indices", "distributions")):
            loss = entry("CrossEntropyLoss")
            yield LossCase("normal", dtype, loss=loss, targets=target, outputs=outputs)


def _reduced(name: str, arguments: dict[str, Any], reduction: str) -> Entry:
    """The loss; the mean is what a loss is without being told."""
    return entry(name, **arguments, **({} if reduction == "mean" else {"reduction": reduction}))


def _patterns(domain: str) -> tuple[str, ...]:
    if domain in ("positive", "shares"):
        return ("positive", "ends") if domain == "shares" else ("positive",)
    return ("normal", "one row", "odd", "above", "below", "ties")


def _optimizers() -> Iterator[Case]:
    for (name, rate, options), dtype in product(OPTIMIZERS, DTYPES):
        for arguments, pull in product(options, PULLS):
            tiny = pull == "tiny" and name not in PROPORTIONAL
            small = TINY[getattr(torch, dtype)] if tiny else 1.0
            optimizer = entry(name, **arguments)
            yield OptimizerCase(pull, dtype, optimizer=optimizer, learning_rate=rate * small)


def _models() -> Iterator[Case]:
    plain = tuple(map(_layer, NETWORKS[0]))
    for dtype in DTYPES:
        for loss, target in (
            ("MSELoss", "numbers"),
            ("CrossEntropyLoss", "indices"),
            ("BCEWithLogitsLoss", "bits"),
        ):
            for name, _, options in OPTIMIZERS[:4]:
                optimizer = entry(name, **options[1])
                for runs in ("one run", "three runs"):
                    yield ModelCase(runs, dtype, layers=plain, loss=entry(loss),
                                    optimizer=optimizer, targets=target)  # fmt: skip
        for schedule in SCHEDULES:
            yield ModelCase("three runs", dtype, layers=plain, loss=entry("MSELoss"),
                            optimizer=entry("SGD", momentum=0.9), schedule=schedule)  # fmt: skip
        for between in _between():
            layers = (plain[0], *between, plain[2])
            yield ModelCase("three runs", dtype, layers=layers, loss=entry("MSELoss"),
                            optimizer=entry("SGD"))  # fmt: skip


def _companions() -> Iterator[Case]:
    """Networks whose products are small, whose outputs begin off 16 bytes, or that end in tails."""
    for dtype in DTYPES:
        for sizes, between in (
            ((4, 3, 1), "Sigmoid"),
            ((4, 25, 2), "ReLU"),
            ((4, 7, 3), "SELU"),
            ((4, 5, 5), "SiLU"),
            ((4, 25, 10), "Softplus"),
        ):
            first, second = (_layer(("Linear", *pair)) for pair in pairwise(sizes))
            for loss, target in (("MSELoss", "numbers"), ("BCEWithLogitsLoss", "bits")):
                yield CompanionCase("three runs", dtype, layers=(first, entry(between), second),
                                    loss=entry(loss), optimizer=entry("Adam"),
                                    targets=target)  # fmt: skip


def _between() -> Iterator[tuple[Any, ...]]:
    yield (entry("BatchNorm1d", num_features=6), entry("ReLU"))
    yield (entry("BatchNorm1d", num_features=6, momentum=0.3, affine=False), entry("Tanh"))
    yield (entry("LayerNorm", normalized_shape=6), entry("Tanh"))
    yield (entry("PReLU"),)
    yield (entry("Dropout", p=0.0), entry("Tanh"))
    yield (entry("Softmax", dim=1),)


def _programs() -> Iterator[Case]:
    for program, dtype in product(PROGRAMS, DTYPES):
        yield ProgramCase("positive", dtype, program=program)


def _runs() -> Iterator[Case]:
    disk = Data(train=50, test=40, target="one-hot")
    layers = tuple(map(_layer, (("Linear", 2, 6), "Tanh", ("Linear", 6, 2))))
    for dtype in ("float32", "float64"):
        base = RunSpec(
            data=disk, layers=layers, loss=Entry("MSELoss"), learning_rate=0.1, batch_size=15,
            epochs=4, order="each epoch", dtype=dtype, backend="torch",
        )  # fmt: skip
        classes = base.changed(
            data=Data(train=50, test=40, target="index"), loss=Entry("CrossEntropyLoss")
        )
        scheduled = base.changed(schedule=Entry("StepLR", step_size=2), order="once")
        summed = base.changed(loss=Entry("MSELoss", reduction="batchmean"), order="fixed")
        for one in (base, classes, scheduled, summed, classes.changed(optimizer=Entry("Adam"))):
            group = (one, one.changed(learning_rate=0.01), one.changed(seed=1))
            yield RunCase("three runs", dtype, specs=group)
