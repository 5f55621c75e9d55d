"""wang-2021: six loss curves, three accuracies, and what lies behind them."""

from experiments.outcome import Outcome
from experiments.reports import (
    judging,
    wang_2021_bars,
    wang_2021_curves,
    wang_2021_losses,
    wang_2021_runs,
    wang_2021_sigmoids,
)
from experiments.reports.measured import Records, absent
from experiments.specification import RunSpec

name = "wang-2021"
title = "wang-2021: activations, a sigmoid at the output, and a Tanh with the wrong derivative"


def runs(quick: bool) -> list[RunSpec]:
    """The two figures on both sides, and the findings."""
    return [
        *wang_2021_runs.runs(quick),
        *wang_2021_sigmoids.runs(quick),
        *wang_2021_losses.runs(quick),
    ]


def outcome(records: Records, quick: bool) -> Outcome:
    """Figs. 1 and 2, the network of sigmoids, the two losses."""
    return Outcome(
        name=name,
        title=title,
        tables=(
            *wang_2021_curves.tables(records, quick),
            *wang_2021_bars.tables(records, quick),
            wang_2021_sigmoids.table(records, quick),
            wang_2021_losses.table(records, quick),
        ),
        figures=(
            *wang_2021_curves.figures(records, quick),
            wang_2021_bars.figure(records, quick),
            wang_2021_bars.derivatives(),
            *wang_2021_sigmoids.figures(records, quick),
            wang_2021_losses.figure(records, quick),
        ),
        verdicts=(
            *wang_2021_bars.verdicts(records, quick),
            *wang_2021_curves.verdicts(records, quick),
            wang_2021_sigmoids.verdict(records, quick),
            wang_2021_losses.verdict(records, quick),
        ),
        text=(
            judging.RULE,
            "Their Tanh caches its output and takes the derivative of it again: "
            "1 − tanh²(tanh z) for 1 − tanh² z. It is a module of this report's own, for each "
            "side, with a backward of its own.",
            *absent(records, runs(quick)),
        ),
    )
