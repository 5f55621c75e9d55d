"""The published table of deschenaux-2021 as its code ran: seeds 42 and 66, draws in their order."""

import math

import pandas as pd

from experiments.outcome import Table
from experiments.reports.deschenaux_2021_settings import (
    ARRIVED,
    RATES,
    replayed_run,
)
from experiments.reports.measured import Records, best
from experiments.reports.published import number
from experiments.reports.settings import SIDES
from experiments.specification import RunSpec

REPORT = "deschenaux-2021"
ADAM_RATE = 0.005
LOOPS = {"SGD": "SGD", "EMA momentum": "EMA momentum", "Adam": "Adam, epsilon outside"}
"""The rows of the published table and what their code does for each, in its order."""
KEY = "test_f1"


def loop(row: str, quick: bool) -> dict[float, RunSpec]:
    """The seven runs behind one row by the learning rate that their loop printed."""
    first = 7 * list(LOOPS).index(row)
    return {
        rate: replayed_run(LOOPS[row], rate if row == "Adam" else ARRIVED, first + place, quick)
        for place, rate in enumerate(RATES)
    }


def again(row: str, backend: str, quick: bool) -> RunSpec:
    """The later run, after a fresh seeding, that the published F1 and Fig. 1b come from."""
    rate = ADAM_RATE if row == "Adam" else ARRIVED
    place = list(LOOPS).index(row)
    return replayed_run(LOOPS[row], rate, place, quick).changed(backend=backend)


def runs(quick: bool) -> list[RunSpec]:
    """The loops in the framework, the three published runs on both sides."""
    loops = [run for row in LOOPS for run in loop(row, quick).values()]
    return loops + [again(row, backend, quick) for row in LOOPS for backend in SIDES]


def winner(records: Records, row: str, quick: bool) -> float:
    """The printed rate of the run with the largest F1; of equals the first, as in their loop."""
    found = {rate: float(best(records, [run], KEY)[0]) for rate, run in loop(row, quick).items()}
    known = {rate: value for rate, value in found.items() if not math.isnan(value)}
    return max(known, key=lambda rate: known[rate], default=math.nan)


def tables(records: Records, quick: bool) -> list[Table]:
    """The published table, and the loop behind its labels."""
    return [_published(records, quick), _loops(records, quick)]


def best_f1(records: Records, row: str, backend: str, quick: bool) -> float:
    """The largest F1 of the later run."""
    return float(best(records, [again(row, backend, quick)], KEY)[0])


def _published(records: Records, quick: bool) -> Table:
    lines = []
    for row in LOOPS:
        sides = {side: best_f1(records, row, side, quick) for side in SIDES}
        lines.append(
            {
                "optimizer": row,
                "published label": number(REPORT, f"{row}: learning rate").value,
                "label of the replay": winner(records, row, quick),
                "rate that arrived": ADAM_RATE if row == "Adam" else ARRIVED,
                "published F1": number(REPORT, f"{row}: F1").value,
                "framework": sides["framework"],
                "torch.nn": sides["torch"],
                "difference": sides["framework"] - sides["torch"],
            }
        )
    return Table(
        name="table",
        title="The table of deschenaux-2021, replayed as its code ran",
        frame=pd.DataFrame(lines),
        notes=(
            "F1: the largest on the test set over all epochs, of one run after a fresh seeding. "
            "Label: the rate printed beside the winner of seven runs.",
            f"Their SGD is built without a learning rate and always ran at {ARRIVED}.",
            "Adam at batch size 1 amplifies rounding: its third digit differs between machines.",
        ),
        formats={
            **dict.fromkeys(("published label", "label of the replay", "rate that arrived"), "g"),
            **dict.fromkeys(("published F1", "framework", "torch.nn"), ".3f"),
            "difference": "+.4f",
        },
    )


def _loops(records: Records, quick: bool) -> Table:
    lines = []
    for place, rate in enumerate(RATES):
        line: dict[str, float] = {"printed learning rate": rate}
        for row in LOOPS:
            line[row] = float(best(records, [list(loop(row, quick).values())[place]], KEY)[0])
        lines.append(line)
    return Table(
        name="loops",
        title="The seven runs behind each published label of deschenaux-2021",
        frame=pd.DataFrame(lines),
        notes=(
            f"Largest F1 on the test set over all epochs. SGD and EMA momentum ran at {ARRIVED} in "
            "every line: their lines differ in the initial network alone.",
        ),
        formats={"printed learning rate": "g", **dict.fromkeys(LOOPS, ".4f")},
    )
