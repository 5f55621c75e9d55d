"""wang-2021: six loss curves, three accuracies, and what lies behind them."""

from experiments.reports import wang_2021_losses, wang_2021_sigmoids
from experiments.reports.settings import SIDES, repeated
from experiments.reports.wang_2021_settings import ACTIVATIONS, WRONG_TANH, run
from experiments.specification import RunSpec

name = "wang-2021"
title = "wang-2021: activations, a sigmoid at the output, and a Tanh with the wrong derivative"

OUTPUTS = {"sigmoid": "Sigmoid", "no sigmoid": None}
EPOCHS, EPOCHS_OF_BARS = 300, 200
DATA_SEED = 0
"""Of the one data set of Fig. 2 as published; theirs is not known."""


def curve_runs(activation: str, output: str, backend: str, quick: bool) -> tuple[RunSpec, ...]:
    """Fig. 1: 300 epochs, fresh data for each of 20 runs.

    Its runs with a sigmoid are Fig. 2 with fresh data as well, read at epoch 200.
    """
    setting = run(ACTIVATIONS[activation], last=OUTPUTS[output], epochs=30 if quick else EPOCHS)
    return repeated(setting, range(2 if quick else 20), backend)


def bar_runs(activation: str, backend: str, quick: bool) -> tuple[RunSpec, ...]:
    """Fig. 2 as published: one data set, ten rounds of 200 epochs, each with fresh parameters.

    They permute the training set once more before each round. The product of uniform
    permutations is a uniform permutation that does not depend on the earlier ones, so a
    permutation of each round's own is the same.
    """
    setting = run(ACTIVATIONS[activation], epochs=20 if quick else EPOCHS_OF_BARS)
    one = setting.data.model_copy(update={"seed": DATA_SEED})
    setting = setting.changed(data=one, order="once")
    return repeated(setting, range(2 if quick else 10), backend)


def figures() -> list[tuple[str, str, str]]:
    """Activation, output and backend of every curve; the wrong Tanh's second one in one backend."""
    return [
        (activation, output, backend)
        for output in OUTPUTS
        for activation, entry in ACTIVATIONS.items()
        for backend in SIDES
        if entry != WRONG_TANH or output == "sigmoid" or backend == "framework"
    ]


def runs(quick: bool) -> list[RunSpec]:
    """The two figures on both sides, and the findings."""
    curves = [each for setting in figures() for each in curve_runs(*setting, quick)]
    bars = [
        each
        for activation in ACTIVATIONS
        for backend in SIDES
        for each in bar_runs(activation, backend, quick)
    ]
    return [*curves, *bars, *wang_2021_sigmoids.runs(quick), *wang_2021_losses.runs(quick)]
