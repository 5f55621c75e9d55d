"""olsen-2018: its example in twelve readings; no result was published."""

import pandas as pd

from experiments import statistics
from experiments.outcome import Figure, Outcome, Table, Verdict
from experiments.reports import comparing, presentation, side_by_side
from experiments.reports.measured import Records, absent, curves, finals, with_mean
from experiments.reports.olsen_2018_runs import MAIN, READINGS, Reading, runs
from experiments.reports.quantities import (
    TEST_ACCURACY,
    TEST_F1,
    TEST_LOSS,
    TRAIN_ACCURACY,
    TRAIN_F1,
    TRAIN_LOSS,
)
from experiments.reports.settings import SIDES

__all__ = ["name", "outcome", "runs", "title"]

name = "olsen-2018"
title = "olsen-2018: one example, twelve readings"

QUANTITIES = (TRAIN_LOSS, TEST_LOSS, TRAIN_ACCURACY, TRAIN_F1, TEST_ACCURACY, TEST_F1)
FRACTIONS = (TRAIN_ACCURACY, TRAIN_F1, TEST_ACCURACY, TEST_F1)


def outcome(records: Records, quick: bool) -> Outcome:
    """The main reading on both sides, all twelve readings, its curves."""
    main = _main(records, quick)
    return Outcome(
        name=name,
        title=title,
        tables=(main, _readings(records, quick), _numbers(records, quick)),
        figures=(_curves(records, quick),),
        verdicts=_verdicts(records, main, quick),
        text=(
            "The report publishes no result. Its example leaves three things open: the reduction "
            "of the loss, the targets and the scaling of the inputs; the main reading is ±1 "
            "targets, standardised inputs and the mean over all elements.",
            *absent(records, runs(quick)),
        ),
    )


def _main(records: Records, quick: bool) -> Table:
    sides = (MAIN.runs("framework", quick), MAIN.runs("torch", quick))
    rows = side_by_side.rows(records, {}, sides, dict.fromkeys(QUANTITIES))
    return Table(
        name="main-reading",
        title="The example of olsen-2018 in its main reading",
        frame=pd.DataFrame(rows),
        notes=(
            f"Mean ± standard deviation of {len(sides[0])} runs of {sides[0][0].epochs} epochs; "
            "nothing was published.",
            "Difference: framework − torch.nn, paired by seed, with its 95 % interval.",
        ),
    )


def _label(reading: Reading) -> dict[str, str]:
    return {
        "loss reduction": reading.reduction,
        "targets": reading.targets,
        "inputs": reading.inputs,
    }


def _readings(records: Records, quick: bool) -> Table:
    lines = []
    for reading in READINGS:
        found = reading.runs("framework", quick)
        shown = {
            quantity.shown: presentation.mean(finals(records, found, quantity.key), quantity.scale)
            for quantity in FRACTIONS
        }
        main = "main" if reading.main else ""
        lines.append({**_label(reading), **shown, "runs": len(found), "reading": main})
    return Table(
        name="readings",
        title="The example of olsen-2018 in its twelve readings",
        frame=pd.DataFrame(lines),
        notes=("Framework; mean ± standard deviation.",),
    )


def _numbers(records: Records, quick: bool) -> Table:
    settings = {
        ", ".join((SIDES[backend], *_label(reading).values())): reading.runs(backend, quick)
        for backend in SIDES
        for reading in READINGS
        if reading.main or backend == "framework"
    }
    return Table(
        name="numbers",
        where="files",
        title="All readings of olsen-2018 in full",
        frame=side_by_side.numbers(records, QUANTITIES, settings),
        notes=("Losses as they are; accuracies and F1 as fractions.",),
    )


def _curves(records: Records, quick: bool) -> Figure:
    parts = []
    for quantity in (TRAIN_LOSS, TEST_ACCURACY):
        for backend, series in SIDES.items():
            frame = with_mean(curves(records, MAIN.runs(backend, quick), quantity.key))
            frame["y"] *= quantity.scale
            parts.append(frame.assign(panel=quantity.shown, series=series))
    return Figure(
        name="main-reading",
        title="The example of olsen-2018 by epoch",
        kind="curves",
        data=pd.concat(parts, ignore_index=True),
        options={"x_label": "epoch", "share_y": False, "columns": 2},
        notes=("Thin: single runs; bold: their mean.",),
    )


def _verdicts(records: Records, main: Table, quick: bool) -> tuple[Verdict, ...]:
    accuracy = {
        reading: statistics.mean(finals(records, reading.runs("framework", quick), "test_accuracy"))
        for reading in READINGS
    }
    low, high = min(accuracy.values()), max(accuracy.values())
    return (
        Verdict(
            source=name,
            claim="the example trains",
            published="no numbers",
            measured=f"test accuracy {100 * accuracy[MAIN]:.1f} % in the main reading, "
            f"{100 * low:.1f} to {100 * high:.1f} % over the twelve",
            verdict="nothing to judge",
            reason="Loss reduction, targets and scaling of the inputs are not stated.",
        ),
        Verdict(
            source=name,
            claim="framework and torch.nn agree on the example",
            published="–",
            measured=comparing.tally(list(main.frame["agreement"])),
            verdict=comparing.agreement(list(main.frame["agreement"])),
            reason="Six quantities, paired by seed, from equal starts.",
        ),
    )
