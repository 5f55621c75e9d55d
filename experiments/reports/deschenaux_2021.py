"""deschenaux-2021: the published table as its code ran, and the sweep that was meant."""

from collections.abc import Iterator

from experiments.reports import deschenaux_2021_sweep
from experiments.reports.deschenaux_2021_settings import ARRIVED, RATES, replayed_run
from experiments.reports.settings import SIDES
from experiments.specification import RunSpec

name = "deschenaux-2021"
title = "deschenaux-2021: three optimizers, one learning rate that never arrived"

ADAM_RATE = 0.005
LOOPS = {"SGD": "SGD", "EMA momentum": "EMA momentum", "Adam": "Adam, epsilon outside"}
"""The rows of the published table and what their code does for each, in its order."""


def epochs(quick: bool) -> int:
    """70, as published."""
    return 2 if quick else 70


def loop(row: str, quick: bool) -> dict[float, RunSpec]:
    """The seven runs behind one row by the learning rate that their loop printed."""
    first = 7 * list(LOOPS).index(row)
    return {
        rate: replayed_run(
            LOOPS[row], rate if row == "Adam" else ARRIVED, first + place, epochs(quick)
        )
        for place, rate in enumerate(RATES)
    }


def again(row: str, backend: str, quick: bool) -> RunSpec:
    """The later run, after a fresh seeding, that the published F1 and Fig. 1b come from."""
    rate = ADAM_RATE if row == "Adam" else ARRIVED
    place = list(LOOPS).index(row)
    return replayed_run(LOOPS[row], rate, place, epochs(quick)).changed(backend=backend)


def runs(quick: bool) -> list[RunSpec]:
    """The replay, with the three published runs on both sides, and the sweep."""
    return [*_replay(quick), *deschenaux_2021_sweep.runs(quick)]


def _replay(quick: bool) -> Iterator[RunSpec]:
    for row in LOOPS:
        yield from loop(row, quick).values()
        yield from (again(row, backend, quick) for backend in SIDES)
