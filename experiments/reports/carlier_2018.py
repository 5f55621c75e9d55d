"""carlier-2018: the table of results, Fig. 4, and the learning rate that would give its loss."""

import pandas as pd

from experiments.outcome import Outcome, Table, Verdict
from experiments.reports import (
    carlier_2018_figures,
    carlier_2018_graphs,
    judging,
    presentation,
    side_by_side,
)
from experiments.reports.carlier_2018_runs import (
    NUMBERS,
    PUBLISHED,
    QUANTITIES,
    RATES,
    STATED,
    trained,
)
from experiments.reports.measured import Records, absent, finals
from experiments.reports.settings import SIDES
from experiments.specification import RunSpec

name = "carlier-2018"
title = "carlier-2018: full-batch descent on the mean squared error of a softmax"


def runs(quick: bool) -> list[RunSpec]:
    """The stated rate on both sides, the other rates in the framework."""
    stated = [run for backend in SIDES for run in trained(STATED, backend, quick)]
    rates = [run for rate in RATES if rate != STATED for run in trained(rate, "framework", quick)]
    return stated + rates


def outcome(records: Records, quick: bool) -> Outcome:
    """The results at the stated rate, the curves, and the same numbers rate by rate."""
    judged = {rate: _judged(records, rate, quick) for rate in RATES}
    return Outcome(
        name=name,
        title=title,
        tables=(
            _results(records, quick),
            _rates(records, judged, quick),
            _judgements(judged),
            _numbers(records, quick),
        ),
        figures=(
            carlier_2018_figures.by_epoch(records, quick),
            carlier_2018_figures.by_rate(records, quick),
            *carlier_2018_graphs.figures(),
        ),
        verdicts=(*judging.number_verdicts(name, judged[STATED]), _setting(judged, quick)),
        text=(
            judging.RULE,
            "The learning rate is that of the public script; the script of the 20 repetitions is "
            "not public. Its timing table is measured by the timing harness.",
            *absent(records, runs(quick)),
        ),
        diagrams=carlier_2018_graphs.diagrams(),
    )


def _medians(quick: bool) -> str:
    runs = trained(STATED, "framework", quick)
    return f"Median ± standard deviation of {len(runs)} runs of {runs[0].epochs} epochs."


def _results(records: Records, quick: bool) -> Table:
    sides = (trained(STATED, "framework", quick), trained(STATED, "torch", quick))
    published = {quantity: NUMBERS.get(quantity.label) for quantity in QUANTITIES}
    return Table(
        name="results",
        title=f"The table of carlier-2018 at the public script's learning rate, {STATED}",
        frame=pd.DataFrame(side_by_side.rows(records, {}, sides, published, show="median")),
        notes=(
            _medians(quick),
            "Difference: framework − torch.nn, paired by seed, mean with its 95 % interval.",
        ),
    )


def _judged(records: Records, rate: float, quick: bool) -> pd.DataFrame:
    found = trained(rate, "framework", quick)
    cells = [
        judging.Cell(
            f"learning rate {rate:g}",
            quantity.label,
            NUMBERS[quantity.label],
            finals(records, found, quantity.key),
        )
        for quantity in PUBLISHED
    ]
    return judging.judge(cells, quick)


def _rates(records: Records, judged: dict[float, pd.DataFrame], quick: bool) -> Table:
    lines = [
        {
            "learning rate": rate,
            **{
                quantity.shown: presentation.median(
                    finals(records, trained(rate, "framework", quick), quantity.key),
                    quantity.scale,
                )
                for quantity in QUANTITIES
            },
            "reproduced": f"{(judged[rate]['verdict'] == 'reproduced').sum()} of {len(PUBLISHED)}",
            "spread": (judged[rate]["measured spread"] / judged[rate]["published spread"]).max(),
        }
        for rate in RATES
    ]
    shown = {
        quantity.shown: presentation.published(NUMBERS[quantity.label], quantity.scale)
        for quantity in PUBLISHED
    }
    lines.insert(0, {"learning rate": "published", **shown})
    return Table(
        name="learning-rates",
        title="Which learning rate would give the published numbers of carlier-2018",
        frame=pd.DataFrame(lines),
        notes=(
            _medians(quick),
            judging.RULE,
            "Spread: the largest of the four standard deviations, in multiples of the published "
            "one. Above .15 training oscillates, and medians can agree where spreads do not.",
        ),
        formats={"learning rate": "g", "spread": ".1f"},
    )


def _judgements(judged: dict[float, pd.DataFrame]) -> Table:
    return Table(
        name="judgements",
        title="Every published number of carlier-2018 against ours, by learning rate",
        frame=pd.concat(judged.values(), ignore_index=True),
        notes=(judging.RULE, "Holm's correction is over the four numbers of one rate."),
        formats={"z": "+.2f", "p, Holm": ".3f"},
    )


def _numbers(records: Records, quick: bool) -> Table:
    settings = {
        f"{SIDES[backend]}, learning rate {rate:g}": trained(rate, backend, quick)
        for backend in SIDES
        for rate in RATES
        if backend == "framework" or rate == STATED
    }
    return Table(
        name="numbers",
        where="files",
        title="All rows of carlier-2018 in full",
        frame=side_by_side.numbers(records, QUANTITIES, settings),
        notes=("Losses as they are; accuracies and F1 as fractions.",),
    )


def _setting(judged: dict[float, pd.DataFrame], quick: bool) -> Verdict:
    """Which rates give the losses, and which all four numbers."""
    stated = judged[STATED].set_index("quantity").loc["train loss"]
    all_four = _rates_where(judged, list(NUMBERS))
    verdict = "reproduced" if f"{STATED:g}" in all_four else "not reproduced at the stated setting"
    return Verdict(
        source=name,
        claim="the public script's learning rate gives the published table",
        published=f"train loss {stated['published']:.4g}; the rate is not in the report",
        measured=f"train loss {stated['measured']:.4g} at {STATED}; both losses at "
        f"{_listed(_rates_where(judged, ['train loss', 'test loss']))}; all four numbers at "
        f"{_listed(all_four)}",
        verdict=judging.QUICK if quick else verdict,
        reason=f"{len(RATES)} learning rates were tried, all else as in the script.",
    )


def _rates_where(judged: dict[float, pd.DataFrame], quantities: list[str]) -> list[str]:
    """The rates at which all these quantities are reproduced."""
    found = []
    for rate, table in judged.items():
        asked = table[table["quantity"].isin(quantities)]
        if (asked["verdict"] == "reproduced").all():
            found.append(f"{rate:g}")
    return found


def _listed(rates: list[str]) -> str:
    return ", ".join(rates) or "none of those tried"
