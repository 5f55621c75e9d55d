"""What the two figures of wang-2021 train."""

from functools import cache

from experiments.reports.settings import SIDES, repeated
from experiments.reports.wang_2021_settings import ACTIVATIONS, WRONG_TANH, run
from experiments.specification import RunSpec

OUTPUTS = {"sigmoid": "Sigmoid", "no sigmoid": None}
EPOCHS, EPOCHS_OF_BARS = 300, 200
DATA_SEED = 0
"""Of the one data set of Fig. 2 as published; theirs is not known."""


def count(quick: bool) -> int:
    """How many runs each curve has."""
    return 2 if quick else 20


def rounds(quick: bool) -> int:
    """How many rounds Fig. 2 has on one data set: ten, as published."""
    return 2 if quick else 10


@cache
def curve_runs(activation: str, output: str, backend: str, quick: bool) -> tuple[RunSpec, ...]:
    """Fig. 1: 300 epochs, fresh data for each of 20 runs.

    Its runs with a sigmoid are Fig. 2 with fresh data as well, read at epoch 200.
    """
    setting = run(ACTIVATIONS[activation], last=OUTPUTS[output], epochs=12 if quick else EPOCHS)
    return repeated(setting, range(count(quick)), backend)


@cache
def bar_runs(activation: str, backend: str, quick: bool) -> tuple[RunSpec, ...]:
    """Fig. 2 as published: one data set, ten rounds of 200 epochs, each with fresh parameters.

    They permute the training set once more before each round. The product of uniform
    permutations is a uniform permutation that does not depend on the earlier ones, so a
    permutation of each round's own is the same.
    """
    setting = run(ACTIVATIONS[activation], epochs=8 if quick else EPOCHS_OF_BARS)
    one = setting.data.model_copy(update={"seed": DATA_SEED})
    setting = setting.changed(data=one, order="once", evaluate=EPOCHS_OF_BARS)
    return repeated(setting, range(rounds(quick)), backend)


def bar_epoch(quick: bool) -> int:
    """The epoch at which the runs of Fig. 1 are read for Fig. 2."""
    return 8 if quick else EPOCHS_OF_BARS


def both_sides(activation: str, output: str) -> tuple[str, ...]:
    """The backends of a curve: the wrong Tanh without a sigmoid is not in a published figure."""
    shown = ACTIVATIONS[activation] != WRONG_TANH or output == "sigmoid"
    return tuple(SIDES) if shown else ("framework",)


def curves() -> list[tuple[str, str, str]]:
    """Activation, output and backend of every curve."""
    return [
        (activation, output, backend)
        for output in OUTPUTS
        for activation in ACTIVATIONS
        for backend in both_sides(activation, output)
    ]


def runs(quick: bool) -> list[RunSpec]:
    """The two figures on both sides."""
    bars = [(activation, backend) for activation in ACTIVATIONS for backend in SIDES]
    return [
        *(each for setting in curves() for each in curve_runs(*setting, quick)),
        *(each for setting in bars for each in bar_runs(*setting, quick)),
    ]
