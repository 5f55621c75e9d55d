"""Records to numbers: all that tables and figures of a sweep need, each record read once."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.specification import RunSpec
from experiments.statistics import mean
from experiments.store.record import Record
from experiments.sweep.expansion import Setting

Records = Mapping[str, Record]
Values = np.ndarray
CURVE = "train_loss"


@dataclass(frozen=True, eq=False)
class Cell:
    """The runs of one setting, backend and learning rate, one a seed.

    Args:
        finals: the last value of each curve, one a seed; not a number where the run diverged,
            failed or is missing.
        states: how each run ended.
        curve: mean training loss of the finished runs by epoch, and between which values they lie:
            columns x, y, low, high.
    """

    setting: Setting
    backend: str
    rate: float
    finals: Mapping[str, Values]
    states: tuple[str, ...]
    curve: pd.DataFrame

    def values(self, key: str) -> Values:
        """One number a seed."""
        return self.finals.get(key, np.full(len(self.states), np.nan))

    def mean(self, key: str) -> float:
        """The mean over the runs that finished."""
        return mean(self.values(key))

    @property
    def lost(self) -> int:
        """How many runs have no result that counts."""
        return sum(state != "ok" for state in self.states)

    @property
    def lost_words(self) -> str:
        """ "3 of 10 diverged", or nothing."""
        kinds = dict.fromkeys(state for state in self.states if state != "ok")
        total = len(self.states)
        return ", ".join(f"{self.states.count(kind)} of {total} {kind}" for kind in kinds)


def gather(
    records: Records, settings: Sequence[Setting], backends: Sequence[str], seeds: tuple[int, ...]
) -> list[Cell]:
    """A cell for every setting, backend and learning rate."""
    return [
        _cell(records, setting, backend, rate, seeds)
        for setting in settings
        for backend in backends
        for rate in setting.rates
    ]


def _cell(
    records: Records, setting: Setting, backend: str, rate: float, seeds: tuple[int, ...]
) -> Cell:
    found = [_found(records, run) for run in setting.runs(backend, rate, seeds)]
    finished = [record for record in found if record is not None and record.status == "ok"]
    keys = sorted({key for record in finished for key in record.curves})
    return Cell(
        setting=setting,
        backend=backend,
        rate=rate,
        finals={key: np.array([_final(record, key) for record in found]) for key in keys},
        states=tuple("not trained" if record is None else record.status for record in found),
        curve=_band(finished),
    )


def _found(records: Records, run: RunSpec) -> Record | None:
    return records.get(run.id)


def _final(record: Record | None, key: str) -> float:
    if record is None or record.status != "ok" or key not in record.curves:
        return math.nan
    return record.final(key)


def _band(finished: Sequence[Record]) -> pd.DataFrame:
    if not finished:
        return pd.DataFrame(columns=["x", "y", "low", "high"], dtype=float)
    values = np.array([record.curves[CURVE] for record in finished])
    columns = {"y": values.mean(0), "low": values.min(0), "high": values.max(0)}
    return pd.DataFrame({"x": finished[0].curves["epoch"], **columns})


def choose(cells: Sequence[Cell], by: str) -> Cell | None:
    """The cell with the best learning rate, from the validation split alone.

    Fewest lost runs first; then the best mean of `by` ("accuracy", "f1", "loss"); then the lower
    validation loss; then the lower rate. None where no run of any rate finished.
    """
    sign = 1 if by == "loss" else -1

    def rank(cell: Cell) -> tuple[float, ...]:
        value, loss = cell.mean(f"validation_{by}"), cell.mean("validation_loss")
        return cell.lost, sign * value, loss, cell.rate

    usable = [cell for cell in cells if cell.lost < len(cell.states)]
    return min(usable, key=rank) if usable else None
