"""Numbers out of records: one value a run, or one curve a run."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from experiments.outcome import MEAN
from experiments.specification import RunSpec
from experiments.store.record import Record

Records = Mapping[str, Record]
Values = np.ndarray
"""One number a run, in the order of the runs; not a number where the run did not finish."""


def finals(records: Records, runs: Iterable[RunSpec], key: str) -> Values:
    """The last value of the curve `key` of each run."""
    return np.array([_curve(records, run, key)[-1] for run in runs])


def at_epoch(records: Records, runs: Iterable[RunSpec], key: str, epoch: int) -> Values:
    """The value of the curve `key` after `epoch` epochs."""
    values = []
    for run in runs:
        epochs = _curve(records, run, "epoch")
        places = np.flatnonzero(epochs == epoch)
        values.append(_curve(records, run, key)[places[0]] if len(places) else np.nan)
    return np.array(values)


def best(records: Records, runs: Iterable[RunSpec], key: str) -> Values:
    """The largest finite value of the curve `key` of each run."""
    return np.array([np.fmax.reduce(_curve(records, run, key)) for run in runs])


def at_best(records: Records, runs: Iterable[RunSpec], key: str, by: str) -> Values:
    """The curve `key` of each run at the first epoch where its curve `by` is largest."""
    values = []
    for run in runs:
        guide = _curve(records, run, by)
        place = np.nanargmax(guide) if not np.isnan(guide).all() else 0
        values.append(_curve(records, run, key)[place])
    return np.array(values)


def first_epoch(records: Records, runs: Iterable[RunSpec], key: str, level: float) -> Values:
    """The first evaluated epoch whose value is at least `level`; infinite where there is none."""
    values = []
    for run in runs:
        reached = _curve(records, run, "epoch")[_curve(records, run, key) >= level]
        missing = np.nan if np.isnan(_curve(records, run, key)).all() else np.inf
        values.append(reached[0] if len(reached) else missing)
    return np.array(values)


def curves(records: Records, runs: Iterable[RunSpec], key: str) -> pd.DataFrame:
    """The curves `key` of the runs that finished: columns x (epoch), y, run (its seed)."""
    parts = [
        pd.DataFrame(
            {
                "x": _curve(records, run, "epoch"),
                "y": _curve(records, run, key),
                "run": str(run.seed),
            }
        )
        for run in runs
        if _finished(records, run)
    ]
    nothing = pd.DataFrame({"x": [0.0], "y": [0.0], "run": [""]})[:0]
    return pd.concat(parts or [nothing], ignore_index=True)


def with_mean(frame: pd.DataFrame) -> pd.DataFrame:
    """The curves and, as one more run, their mean by epoch."""
    mean = frame.groupby("x", as_index=False)["y"].mean().assign(run=MEAN)
    return pd.concat([frame, mean], ignore_index=True)


def band(frame: pd.DataFrame, every: int = 1) -> pd.DataFrame:
    """Mean by epoch with the central 90 % of the runs: columns x, y, low, high."""
    groups = frame[(frame["x"] % every == 0) | (frame["x"] == 1)].groupby("x")["y"]
    columns = {"y": groups.mean(), "low": groups.quantile(0.05), "high": groups.quantile(0.95)}
    return pd.DataFrame(columns).reset_index()


def absent(records: Records, runs: Sequence[RunSpec]) -> tuple[str, ...]:
    """A sentence that names the runs without a usable result; nothing where there are none."""
    lost = [run for run in runs if not _finished(records, run)]
    if not lost:
        return ()
    states = {run.id[:8]: _state(records, run) for run in lost[:8]}
    named = ", ".join(f"{name} ({state})" for name, state in states.items())
    more = f" and {len(lost) - 8} more" if len(lost) > 8 else ""
    return (f"Left out, of {len(runs)} runs: {named}{more}.",)


def _finished(records: Records, run: RunSpec) -> bool:
    return run.id in records and bool(records[run.id].curves)


def _state(records: Records, run: RunSpec) -> str:
    return records[run.id].status if run.id in records else "not trained"


def _curve(records: Records, run: RunSpec, key: str) -> Values:
    if not _finished(records, run):
        return np.array([np.nan])
    return np.array(records[run.id].curves[key])
