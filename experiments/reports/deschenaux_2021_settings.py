"""Settings of deschenaux-2021, read in the authors' code, and their random draws replayed.

The disk around (.5, .5), 1000 + 1000 points as they are; 2-25-25-25-1; weights
U(-1, 1)/sqrt(fan_in), zero biases; squared error of one point at a time, in a fixed order; class 1
where the output is above .5; F1 on the test set after each of 70 epochs.
"""

import math
from functools import cache

import torch
from torch import Tensor

from experiments.reports.settings import network
from experiments.specification import Data, Entry, RunSpec
from experiments.training.data import Points

RATES = (0.1, 0.01, 0.02, 0.05, 0.001, 0.002, 0.005)
"""In the order in which their loop takes them."""
ARRIVED = 0.001
"""Their SGD is built without a learning rate, so this default is what it always had."""

OPTIMIZERS = {
    "SGD": Entry("SGD"),
    "EMA momentum": Entry("ExponentialMovingAverageSGD", momentum=0.9),
    "Adam, epsilon inside": Entry("UncorrectedAdam", eps_inside_root=True),
    "Adam, epsilon outside": Entry("UncorrectedAdam", eps_inside_root=False),
    "Adam, bias-corrected": Entry("Adam"),
}
"""Epsilon stands inside the root in the report and outside in the code."""

TRAIN_SEED, TEST_SEED = 42, 66
RADIUS = 1 / math.sqrt(2 * math.pi)


def epochs(quick: bool) -> int:
    """70, as published."""
    return 2 if quick else 70


def run(optimizer: str, rate: float, quick: bool, hidden: str = "ReLU") -> RunSpec:
    """A run of the report's settings with data and parameters of its own; seed 0.

    When quick, with a fifth of the points.
    """
    n = _count(quick)
    return RunSpec(
        data=Data(train=n, test=n, validation=n, standardise="none", target="scalar"),
        layers=network(hidden, outputs=1),
        initialisation=Entry("uniform-zero-bias"),
        loss=Entry("MSELoss"),
        optimizer=OPTIMIZERS[optimizer],
        learning_rate=rate,
        batch_size=1,
        epochs=epochs(quick),
        decision="threshold",
        threshold=0.5,
    )


@cache
def replayed_run(optimizer: str, rate: float, network_number: int, quick: bool) -> RunSpec:
    """The same on their two data sets, from the network that they drew as number so-and-so."""
    here, n = f"{__name__}:", _count(quick)
    return run(optimizer, rate, quick).changed(
        data=Data(
            name=here + "replayed_points", train=n, test=n, standardise="none", target="scalar"
        ),
        initialisation=Entry(here + "replayed_parameters"),
        seed=network_number,
    )


def _count(quick: bool) -> int:
    return 200 if quick else 1000


def replayed_points(data: Data, _seed: int) -> dict[str, Points]:
    """Their training and test set: whatever the seed, drawn after seeding with 42 and 66."""
    return {
        "train": _points(data.train, torch.Generator().manual_seed(TRAIN_SEED)),
        "test": _points(data.test, torch.Generator().manual_seed(TEST_SEED)),
    }


def replayed_parameters(run: RunSpec) -> dict[str, Tensor]:
    """Their network number `run.seed`, from 0: all come out of the generator of the test set."""
    generator = torch.Generator().manual_seed(TEST_SEED)
    _points(run.data.test, generator)
    state: dict[str, Tensor] = {}
    for _ in range(run.seed + 1):
        state = _parameters(run, generator)
    return state


def _points(count: int, generator: torch.Generator) -> Points:
    x = torch.rand(count, 2, generator=generator)
    distance = (x - 0.5).square().sum(1).sqrt()
    return Points(x.double(), (distance < RADIUS).long())


def _parameters(run: RunSpec, generator: torch.Generator) -> dict[str, Tensor]:
    state = {}
    for place, layer in enumerate(run.layers):
        if layer.name == "Linear":
            inputs, outputs = layer.arguments["in_features"], layer.arguments["out_features"]
            weight = torch.empty(outputs, inputs).uniform_(-1, 1, generator=generator)
            state[f"{place}.weight"] = weight * inputs**-0.5
            state[f"{place}.bias"] = torch.zeros(outputs)
    return state
