"""The sweep of deschenaux-2021 with the learning rate really passed, many seeds, five optimizers.

Beside the test set there is a validation set of 1000 points, so that what is chosen (the epoch, the
learning rate, the activation) need not be chosen on what is reported.
"""

from functools import cache

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.outcome import Figure, Table
from experiments.reports import comparing, presentation
from experiments.reports.deschenaux_2021_settings import OPTIMIZERS, RATES, run
from experiments.reports.measured import Records, at_epoch, best, finals, first_epoch
from experiments.reports.settings import repeated
from experiments.specification import RunSpec

PAIRED = {"SGD": 0.01, "EMA momentum": 0.01, "Adam, epsilon outside": 0.001}
"""Trained in torch too, at one rate, for 20 of the 70 epochs on four seeds."""
PAIRED_EPOCHS, PAIRED_SEEDS = 20, 4
OTHER_ACTIVATIONS, SMALL_RATES = ("Tanh", "Sigmoid"), (0.001, 0.002, 0.005)
LEVEL = 0.9


def count(quick: bool) -> int:
    """How many seeds each cell of the sweep has."""
    return 2 if quick else 8


@cache
def trained(optimizer: str, rate: float, quick: bool, hidden: str = "ReLU") -> tuple[RunSpec, ...]:
    """One run a seed in the framework."""
    return repeated(run(optimizer, rate, quick, hidden), range(count(quick)))


@cache
def in_torch(optimizer: str, quick: bool) -> tuple[RunSpec, ...]:
    """The part of the sweep that torch trains too."""
    setting = run(optimizer, PAIRED[optimizer], quick).changed(epochs=_paired_epoch(quick))
    return repeated(setting, range(2 if quick else PAIRED_SEEDS), "torch")


def _paired_epoch(quick: bool) -> int:
    return 1 if quick else PAIRED_EPOCHS


def rates(quick: bool, hidden: str = "ReLU") -> tuple[float, ...]:
    """The published seven; four of them when quick; the small ones for other activations."""
    if hidden in OTHER_ACTIVATIONS:
        return SMALL_RATES
    return (*SMALL_RATES, 0.01) if quick else RATES


def runs(quick: bool) -> list[RunSpec]:
    """Five optimizers by seven rates by eight seeds; other activations with the authors' Adam."""
    settings = [
        *((optimizer, "ReLU") for optimizer in OPTIMIZERS),
        *(("Adam, epsilon outside", hidden) for hidden in OTHER_ACTIVATIONS),
    ]
    sweep = [
        each
        for optimizer, hidden in settings
        for rate in rates(quick, hidden)
        for each in trained(optimizer, rate, quick, hidden)
    ]
    return sweep + [each for optimizer in PAIRED for each in in_torch(optimizer, quick)]


def table(records: Records, quick: bool) -> Table:
    """Best and final F1 by optimizer and rate, and how soon .9 is reached."""
    lines = []
    for optimizer in OPTIMIZERS:
        for rate in sorted(rates(quick)):
            runs = trained(optimizer, rate, quick)
            largest, last = best(records, runs, "test_f1"), finals(records, runs, "test_f1")
            reached = first_epoch(records, runs, "test_f1", LEVEL)
            finite = reached[np.isfinite(reached)]
            lines.append(
                {
                    "optimizer": optimizer,
                    "learning rate": rate,
                    "best F1": presentation.mean_interval(largest, (0, 1)),
                    "final F1": presentation.mean_interval(last, (0, 1)),
                    "best − final": statistics.mean(largest - last),
                    "reached .9": f"{len(finite)} of {len(runs)}",
                    "at epoch": float(np.median(finite)) if len(finite) else np.nan,
                }
            )
    return Table(
        name="sweep",
        title="The sweep of deschenaux-2021 done properly: every rate reaches every optimizer",
        frame=pd.DataFrame(lines),
        notes=(
            f"F1 on the test set, mean of {count(quick)} seeds with its 95 % interval; best: the "
            "largest of all epochs. At epoch: median of the runs that reached .9.",
        ),
        formats={"learning rate": "g", "best − final": ".4f", "at epoch": ".1f"},
    )


def figure(records: Records, quick: bool) -> Figure:
    """Best and final F1 by learning rate, with their intervals."""
    lines = []
    for optimizer in OPTIMIZERS:
        for rate in sorted(rates(quick)):
            runs = trained(optimizer, rate, quick)
            for panel, read in (("largest of all epochs", best), ("last epoch", finals)):
                values = read(records, runs, "test_f1")
                found = statistics.mean_interval(values)
                lines.append((panel, optimizer, rate, found.estimate, found.low, found.high))
    frame = pd.DataFrame(lines, columns=["panel", "series", "x", "y", "low", "high"])
    return Figure(
        name="sweep",
        title="F1 on the test set by learning rate, batch size 1, deschenaux-2021",
        kind="learning-rates",
        data=frame.sort_values("panel", kind="stable"),
        options={
            "x_label": "learning rate",
            "y_label": "F1",
            "y_limits": (0 if quick else 0.8, 1),
            "columns": 2,
        },
        notes=(
            f"Mean of {count(quick)} seeds with its 95 % interval; below .8 networks have "
            "collapsed to one class.",
        ),
    )


def paired_table(records: Records, quick: bool) -> Table:
    """The part that torch trains too, epoch for epoch the same."""
    epoch = _paired_epoch(quick)
    lines = []
    for optimizer, rate in PAIRED.items():
        theirs = in_torch(optimizer, quick)
        ours = trained(optimizer, rate, quick)[: len(theirs)]
        for label, key in (("test loss", "test_loss"), ("test F1", "test_f1")):
            values = at_epoch(records, ours, key, epoch), at_epoch(records, theirs, key, epoch)
            gap = comparing.compare(*values, comparing.margin_of(label, values[1]))
            lines.append(
                {
                    "optimizer": optimizer,
                    "learning rate": rate,
                    "quantity": label,
                    "framework": presentation.mean(values[0]),
                    "torch.nn": presentation.mean(values[1]),
                    "difference": presentation.with_interval(*gap.numbers),
                    "agreement": gap.verdict,
                }
            )
    return Table(
        name="paired",
        title=f"The sweep of deschenaux-2021 on both sides, after {epoch} epochs",
        frame=pd.DataFrame(lines),
        notes=(
            f"{len(in_torch('SGD', quick))} seeds, equal starts, paired by seed. One step a "
            "point: rounding has 1000 steps an epoch to grow in.",
        ),
        formats={"learning rate": "g"},
    )
