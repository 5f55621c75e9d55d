"""What is left of deschenaux-2021's differences once nothing is chosen on the test set."""

import math

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.outcome import Figure, Table
from experiments.reports import comparing, presentation
from experiments.reports.deschenaux_2021_settings import OPTIMIZERS
from experiments.reports.deschenaux_2021_sweep import (
    LEVEL,
    count,
    rates,
    trained,
)
from experiments.reports.measured import (
    Records,
    Values,
    at_best,
    band,
    best,
    curves,
    first_epoch,
)
from experiments.reports.published import number

REPORT = "deschenaux-2021"
ADAM = "Adam, epsilon outside"
"""The Adam of their code."""


def chosen_rate(records: Records, optimizer: str, quick: bool, hidden: str = "ReLU") -> float:
    """The rate with the largest mean of the best F1 on the validation points."""
    found = {
        rate: statistics.mean(
            best(records, trained(optimizer, rate, quick, hidden), "validation_f1")
        )
        for rate in rates(quick, hidden)
    }
    known = {rate: value for rate, value in found.items() if not math.isnan(value)}
    return max(known, key=lambda rate: known[rate], default=next(iter(found)))


def honest(records: Records, optimizer: str, quick: bool, hidden: str = "ReLU") -> Values:
    """F1 on the test set, the epoch chosen on the validation points, at the chosen rate."""
    rate = chosen_rate(records, optimizer, quick, hidden)
    runs = trained(optimizer, rate, quick, hidden)
    return at_best(records, runs, "test_f1", by="validation_f1")


def each_seed(records: Records, optimizer: str, quick: bool, by: str) -> Values:
    """For each seed the test F1 at the epoch and rate that are best by the curve `by`."""
    sweep = [trained(optimizer, rate, quick) for rate in rates(quick)]
    scores = np.array([best(records, runs, by) for runs in sweep])
    values = np.array([at_best(records, runs, "test_f1", by=by) for runs in sweep])
    places = np.where(np.isnan(scores), -np.inf, scores).argmax(0)
    return values[places, np.arange(values.shape[1])]


def optimism(records: Records, quick: bool) -> Table:
    """What choosing epoch and rate on the test set is worth."""
    lines = []
    for optimizer in OPTIMIZERS:
        on_test = each_seed(records, optimizer, quick, "test_f1")
        on_validation = each_seed(records, optimizer, quick, "validation_f1")
        gap = comparing.compare(on_test, on_validation)
        lines.append(
            {
                "optimizer": optimizer,
                "chosen on the test set": presentation.mean(on_test),
                "chosen on validation points": presentation.mean(on_validation),
                "optimism": presentation.with_interval(*gap.numbers),
            }
        )
    return Table(
        name="optimism",
        title="Choosing epoch and learning rate on the test set, as deschenaux-2021 did",
        frame=pd.DataFrame(lines),
        notes=(
            f"F1 on the test set, mean ± standard deviation of {count(quick)} seeds; each seed "
            "chooses among all epochs and rates. Optimism: mean difference with its 95 % interval.",
        ),
    )


def epochs_to_level(records: Records, optimizer: str, rate: float, quick: bool) -> Values:
    """The first epoch with F1 of .9; one more than there are where it is never reached."""
    runs = trained(optimizer, rate, quick)
    reached = first_epoch(records, runs, "test_f1", LEVEL)
    return np.where(np.isinf(reached), runs[0].epochs + 1.0, reached)


def table(records: Records, quick: bool) -> Table:
    """Each optimizer at the rate that suits it, and its distance from plain SGD."""
    values = {optimizer: honest(records, optimizer, quick) for optimizer in OPTIMIZERS}
    gaps = comparing.compare_all(
        [(each, values["SGD"]) for each in values.values()], comparing.MARGIN_OF_FRACTIONS
    )
    lines = []
    for (optimizer, found), gap in zip(values.items(), gaps, strict=True):
        rate = chosen_rate(records, optimizer, quick)
        epochs = epochs_to_level(records, optimizer, rate, quick)
        lines.append(
            {
                "optimizer": optimizer,
                "learning rate": rate,
                "test F1": presentation.mean_interval(found, (0, 1)),
                "first epoch with .9": presentation.mean(epochs),
                "F1 − SGD's": presentation.with_interval(*gap.numbers),
                "verdict": "–" if optimizer == "SGD" else gap.verdict,
            }
        )
    return Table(
        name="tuned",
        title="The optimizers of deschenaux-2021, each at the rate that suits it",
        frame=pd.DataFrame(lines),
        notes=(
            f"Rate and epoch chosen on 1000 validation points; mean of {count(quick)} seeds with "
            "95 % intervals; differences paired by seed, equivalent within half a point.",
            "An interval is that of its own line, a verdict takes Holm's correction over the "
            "table: a line can be undecided though its interval leaves out 0.",
            f"Published: Adam {published_gap():+.3f} above SGD.",
        ),
        formats={"learning rate": "g"},
    )


def published_gap() -> float:
    """How far the published F1 of Adam lies above SGD's."""
    return number(REPORT, "Adam: F1").value - number(REPORT, "SGD: F1").value


def figure(records: Records, quick: bool) -> Figure:
    """F1 by epoch at the chosen rates."""
    parts = []
    for optimizer in OPTIMIZERS:
        rate = chosen_rate(records, optimizer, quick)
        frame = band(curves(records, trained(optimizer, rate, quick), "test_f1"))
        parts.append(frame.assign(series=f"{optimizer}, {rate:g}"))
    return Figure(
        name="tuned",
        title="F1 on the test set by epoch, each optimizer at the rate that suits it, "
        "deschenaux-2021",
        kind="bands",
        data=pd.concat(parts, ignore_index=True),
        options={"x_label": "epoch", "y_label": "F1", "y_limits": (0 if quick else 0.7, 1)},
        notes=(f"Mean of {count(quick)} seeds; bands hold nine runs of ten.",),
    )
