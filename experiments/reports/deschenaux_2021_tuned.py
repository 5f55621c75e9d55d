"""What is left of deschenaux-2021's differences once nothing is chosen on the test set."""

import math

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.outcome import Figure, Table, Verdict
from experiments.reports import judging, presentation
from experiments.reports.deschenaux_2021_settings import ARRIVED, OPTIMIZERS
from experiments.reports.deschenaux_2021_sweep import (
    LEVEL,
    OTHER_ACTIVATIONS,
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
from experiments.reports.published import document, number

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


def _each_seed(records: Records, optimizer: str, quick: bool, by: str) -> Values:
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
        on_test = _each_seed(records, optimizer, quick, "test_f1")
        on_validation = _each_seed(records, optimizer, quick, "validation_f1")
        gap = judging.compare(on_test, on_validation)
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


def _epochs_to_level(records: Records, optimizer: str, rate: float, quick: bool) -> Values:
    """The first epoch with F1 of .9; one more than there are where it is never reached."""
    runs = trained(optimizer, rate, quick)
    reached = first_epoch(records, runs, "test_f1", LEVEL)
    return np.where(np.isinf(reached), runs[0].epochs + 1.0, reached)


def table(records: Records, quick: bool) -> Table:
    """Each optimizer at the rate that suits it, and its distance from plain SGD."""
    plain = honest(records, "SGD", quick)
    lines = []
    for optimizer in OPTIMIZERS:
        rate, values = chosen_rate(records, optimizer, quick), honest(records, optimizer, quick)
        gap = judging.compare(values, plain, judging.MARGIN_OF_FRACTIONS)
        lines.append(
            {
                "optimizer": optimizer,
                "learning rate": rate,
                "test F1": presentation.mean_interval(values),
                "first epoch with .9": presentation.mean(
                    _epochs_to_level(records, optimizer, rate, quick)
                ),
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
            f"Published: Adam {_published_gap():+.3f} above SGD.",
        ),
        formats={"learning rate": "g"},
    )


def _published_gap() -> float:
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
        options={"x_label": "epoch", "y_label": "F1", "y_limits": (0, 1)},
        notes=(f"Mean of {count(quick)} seeds; bands hold nine runs of ten.",),
    )


def verdicts(records: Records, quick: bool) -> list[Verdict]:
    """The three claims in words, and what the maximum on the test set is worth."""
    found = [
        _fewer_epochs(records, quick),
        _all_close(records, quick),
        _other_activations(records, quick),
        _maximum(records, quick),
    ]
    if not quick:
        return found
    return [
        Verdict(
            each.source,
            each.claim,
            each.published,
            each.measured,
            judging.QUICK,
            each.reason,
        )
        for each in found
    ]


def _fewer_epochs(records: Records, quick: bool) -> Verdict:
    epochs = {
        optimizer: _epochs_to_level(
            records, optimizer, chosen_rate(records, optimizer, quick), quick
        )
        for optimizer in ("SGD", "EMA momentum", ADAM)
    }
    others = [other for other in epochs if other != ADAM]
    gaps = [judging.compare(epochs[ADAM], epochs[other]) for other in others]
    as_run = judging.compare(
        _epochs_to_level(records, ADAM, 0.005, quick),
        _epochs_to_level(records, "SGD", ARRIVED, quick),
    )
    listed = "; ".join(
        f"Adam − {other} {presentation.with_interval(*gap.numbers)}"
        for other, gap in zip(others, gaps, strict=True)
    )
    return Verdict(
        source=REPORT,
        claim=document(REPORT).claims["Adam fewer epochs"],
        published="read off Fig. 1b",
        measured=f"first epoch with F1 of .9, each at its own rate: {listed}; at the rates that "
        f"ran: {presentation.with_interval(*as_run.numbers)}",
        verdict=judging.overall(judging.below(gaps)),
        reason=f"Paired over {count(quick)} seeds; one more than all epochs where .9 is never "
        "reached.",
    )


def _all_close(records: Records, quick: bool) -> Verdict:
    pairs = (("EMA momentum", "SGD"), (ADAM, "SGD"), (ADAM, "EMA momentum"))
    gaps = {
        f"{first} − {second}": judging.compare(
            honest(records, first, quick),
            honest(records, second, quick),
            judging.MARGIN_OF_FRACTIONS,
        )
        for first, second in pairs
    }
    kinds = [gap.verdict for gap in gaps.values()]
    close = all(kind in ("identical", "equivalent") for kind in kinds)
    return Verdict(
        source=REPORT,
        claim=document(REPORT).claims["all close"],
        published="F1 .946, .949, .975",
        measured="; ".join(
            f"{pair} {presentation.with_interval(*gap.numbers)} ({gap.verdict})"
            for pair, gap in gaps.items()
        ),
        verdict="holds"
        if close
        else "does not hold"
        if "different" in kinds
        else judging.agreement(kinds),
        reason="Close: within half a point of F1, each optimizer at the rate that suits it.",
    )


def _other_activations(records: Records, quick: bool) -> Verdict:
    relu = honest(records, ADAM, quick)
    gaps = {
        hidden: judging.compare(
            honest(records, ADAM, quick, hidden), relu, judging.MARGIN_OF_FRACTIONS
        )
        for hidden in OTHER_ACTIVATIONS
    }
    helps = [hidden for hidden, gap in gaps.items() if gap.low > 0 and gap.verdict == "different"]
    measured = "; ".join(
        f"{hidden} − ReLU {presentation.with_interval(*gap.numbers)}"
        for hidden, gap in gaps.items()
    )
    return Verdict(
        source=REPORT,
        claim=document(REPORT).claims["other activations"],
        published="an opinion, no numbers",
        measured=f"F1 with their Adam: {measured}",
        verdict="not measured"
        if any(gap.verdict == "not measured" for gap in gaps.values())
        else f"does not hold: {', '.join(helps)} helps"
        if helps
        else "holds",
        reason="The activations their framework has, each at the rate that suits it.",
    )


def _maximum(records: Records, quick: bool) -> Verdict:
    gaps = {
        optimizer: judging.compare(
            _each_seed(records, optimizer, quick, "test_f1"),
            _each_seed(records, optimizer, quick, "validation_f1"),
        )
        for optimizer in ("SGD", "EMA momentum", ADAM)
    }
    optimistic = all(gap.low > 0 for gap in gaps.values())
    return Verdict(
        source=REPORT,
        claim="the largest F1 over epochs and rates on the test set is what to expect of new data",
        published="chosen on the test set",
        measured="too high by "
        + "; ".join(
            f"{optimizer} {presentation.with_interval(*gap.numbers)}"
            for optimizer, gap in gaps.items()
        ),
        verdict="artefact"
        if optimistic
        else judging.agreement([gap.verdict for gap in gaps.values()]),
        reason="The same choice made on 1000 validation points, paired by seed.",
    )
