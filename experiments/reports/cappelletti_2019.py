"""cappelletti-2019: Tables 1 and 2 and Fig. 2, from equal starts and from each side's own."""

import pandas as pd

from experiments.outcome import Figure, Outcome, Table, Verdict
from experiments.reports import cappelletti_2019_judged as judgements
from experiments.reports import cappelletti_2019_tables as tables
from experiments.reports import comparing, judging
from experiments.reports.cappelletti_2019_runs import SETTINGS, TORCHS, Side, sides
from experiments.reports.measured import Records, absent, curves, with_mean
from experiments.reports.published import document
from experiments.specification import RunSpec

name = "cappelletti-2019"
title = "cappelletti-2019: cross-entropy and mean squared error, with and without momentum"


def runs(quick: bool) -> list[RunSpec]:
    """20 runs of each row; two short ones when quick."""
    return [run for side in sides() for run in side.runs(quick)]


def outcome(records: Records, quick: bool) -> Outcome:
    """Tables 1 and 2 twice, the extra rows, the sum, Fig. 2 for all four settings, verdicts."""
    judged = judgements.judged(records, quick)
    compared = tables.from_equal_starts(records, quick)
    return Outcome(
        name=name,
        title=title,
        tables=(
            *tables.published_tables(records, quick, compared),
            tables.extra_rows(records, quick),
            judgements.sums(records, quick),
            _judgements(judged),
            tables.numbers(records, quick),
        ),
        figures=tuple(_curves(records, setting, quick) for setting in SETTINGS),
        verdicts=(*judging.row_verdicts(name, judged), *_claims(compared, records, quick)),
        text=(
            judging.RULE,
            "Their runs are timed by the timing harness: see whole trainings there.",
            *absent(records, runs(quick)),
        ),
    )


def _judgements(judged: pd.DataFrame) -> Table:
    return Table(
        name="judgements",
        title="Every published number of cappelletti-2019 against ours",
        frame=judged,
        notes=(judging.RULE, "Theirs is held against the framework, torch.nn against torch.nn."),
        formats={"z": "+.2f", "p, Holm": ".3f"},
    )


def _curves(records: Records, setting: str, quick: bool) -> Figure:
    """Theirs from their start in red, torch.nn from its own in blue, as in the report."""
    shown = {"framework": Side(setting), "torch.nn": Side(setting, "torch", start=TORCHS)}
    panels = {
        "train loss, summed over ten batches": ("minibatch_loss_sum", 1),
        "train accuracy, %": ("train_accuracy", 100),
    }
    parts = []
    for panel, (key, scale) in panels.items():
        for series, side in shown.items():
            frame = with_mean(curves(records, side.runs(quick), key))
            frame["y"] *= scale
            parts.append(frame.assign(panel=panel, series=series))
    number = "Fig. 2 of cappelletti-2019" if setting == "MSE momentum" else "cappelletti-2019"
    return Figure(
        name="curves-" + setting.lower().replace(" ", "-"),
        title=f"{number}: {setting}, each side from its own start",
        kind="curves",
        data=pd.concat(parts, ignore_index=True),
        options={"x_label": "epoch", "share_y": False, "columns": 2},
        notes=("Thin: single runs; bold: their mean.",),
    )


def _claims(equal: pd.DataFrame, records: Records, quick: bool) -> list[Verdict]:
    """No difference: from equal starts, and from each side's own as the authors had it."""
    own = tables.from_own_starts(records, quick)
    return [
        *(
            Verdict(
                source=name,
                claim=f"{document(name).claims['no difference']}, from {starts} starts",
                published="means of 20 runs side by side",
                measured=comparing.tally(list(table["agreement"])),
                verdict=judging.QUICK if quick else _no_difference(list(table["agreement"])),
                reason="Paired by seed, with margins of half a percentage point and a tenth of a "
                "loss, stated beforehand.",
            )
            for starts, table in (("equal", equal), ("each side's own", own))
        ),
        judgements.sum_verdict(name, records, quick),
    ]


def _no_difference(agreements: list[str]) -> str:
    weakest = comparing.agreement(agreements)
    words = {"different": "does not hold", "equivalent": "holds", "identical": "holds"}
    return words.get(weakest, weakest)
