"""The sweep of deschenaux-2021 with the learning rate really passed, many seeds, five optimizers.

Beside the test set there is a validation set of 1000 points, so that what is chosen (the epoch, the
learning rate, the activation) need not be chosen on what is reported.
"""

from experiments.reports.deschenaux_2021_settings import OPTIMIZERS, RATES, run
from experiments.reports.settings import repeated
from experiments.specification import RunSpec

SEEDS = 8
PAIRED = {"SGD": 0.01, "EMA momentum": 0.01, "Adam, epsilon outside": 0.001}
"""Trained in torch too, at one rate, for 20 of the 70 epochs on four seeds."""
PAIRED_EPOCHS, PAIRED_SEEDS = 20, 4
OTHER_ACTIVATIONS = ("Tanh", "Sigmoid")


def trained(optimizer: str, rate: float, quick: bool, hidden: str = "ReLU") -> tuple[RunSpec, ...]:
    """One run a seed in the framework."""
    seeds = range(2 if quick else SEEDS)
    return repeated(run(optimizer, rate, 2 if quick else 70, hidden), seeds)


def in_torch(optimizer: str, quick: bool) -> tuple[RunSpec, ...]:
    """The part of the sweep that torch trains too."""
    setting = run(optimizer, PAIRED[optimizer], 1 if quick else PAIRED_EPOCHS)
    return repeated(setting, range(1 if quick else PAIRED_SEEDS), "torch")


def rates(quick: bool) -> tuple[float, ...]:
    """The published seven; four of them when quick."""
    return (*RATES[-3:], 0.01) if quick else RATES


def runs(quick: bool) -> list[RunSpec]:
    """Five optimizers by seven rates by eight seeds; other activations with the authors' Adam."""
    settings = [
        *((optimizer, "ReLU") for optimizer in OPTIMIZERS),
        *(("Adam, epsilon outside", hidden) for hidden in OTHER_ACTIVATIONS),
    ]
    sweep = [
        each
        for optimizer, hidden in settings
        for rate in rates(quick)
        for each in trained(optimizer, rate, quick, hidden)
    ]
    return sweep + [each for optimizer in PAIRED for each in in_torch(optimizer, quick)]
