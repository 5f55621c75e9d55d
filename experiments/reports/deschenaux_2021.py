"""deschenaux-2021: the published table as its code ran, and the sweep that was meant."""

from experiments.outcome import Outcome
from experiments.reports import deschenaux_2021_claims as claims
from experiments.reports import deschenaux_2021_replay as replay
from experiments.reports import deschenaux_2021_replayed as replayed
from experiments.reports import deschenaux_2021_sweep as sweep
from experiments.reports import deschenaux_2021_tuned as tuned
from experiments.reports import judging
from experiments.reports.deschenaux_2021_settings import ARRIVED
from experiments.reports.measured import Records, absent, best
from experiments.reports.published import number
from experiments.specification import RunSpec

name = "deschenaux-2021"
title = "deschenaux-2021: three optimizers, one learning rate that never arrived"


def runs(quick: bool) -> list[RunSpec]:
    """The replay, with the three published runs on both sides, and the sweep."""
    return [*replay.runs(quick), *sweep.runs(quick)]


def outcome(records: Records, quick: bool) -> Outcome:
    """The published table and figures replayed, the sweep, and what is left of the claims."""
    return Outcome(
        name=name,
        title=title,
        tables=(
            *replay.tables(records, quick),
            sweep.table(records, quick),
            tuned.table(records, quick),
            tuned.optimism(records, quick),
            sweep.paired_table(records, quick),
        ),
        figures=(
            *replayed.figures(records, quick),
            sweep.figure(records, quick),
            tuned.figure(records, quick),
        ),
        verdicts=(
            *replayed.verdicts(records, _other_seeds(records, quick), quick),
            replayed.curve_verdict(records, quick),
            *claims.verdicts(records, quick),
        ),
        text=(
            f"SGD was built without a learning rate in every revision, so it ran at {ARRIVED} "
            "whatever the loop printed; Adam alone received the loop's rate.",
            "The F1 of a single run is held against the spread of other seeds at the rate "
            "that arrived, by a z-score with Holm's correction over the three.",
            *absent(records, runs(quick)),
        ),
    )


def _other_seeds(records: Records, quick: bool) -> dict[str, judging.Cell]:
    """The published F1 beside the same setting with data and networks of other seeds."""
    return {
        row: judging.Cell(
            row,
            "best F1",
            number(name, f"{row}: F1"),
            best(
                records,
                sweep.trained(optimizer, replay.ADAM_RATE if row == "Adam" else ARRIVED, quick),
                "test_f1",
            ),
        )
        for row, optimizer in replay.LOOPS.items()
    }
