"""Time a step, from the timing harness's results: one run alone, never a group's share."""

from pathlib import Path
from typing import Any

import pandas as pd

from experiments.outcome import Table
from experiments.reports.settings import network
from experiments.specification import RunSpec
from experiments.sweep.tables import Results, side
from experiments.tables import MISSING

ALONE = {"framework": "framework-recorded"}
"""The backend that trains one run alone as another trains groups."""
QUANTITY = "time of a step, µs"
NOTE = (
    "Times: one run alone on one thread of this machine, from the timing harness; the difference "
    "is how many times faster. Times of groups are not compared."
)


def seconds(run: RunSpec, backend: str, measured: Any) -> float | None:
    """What a step of this run alone takes in a backend, where it has been measured."""
    from experiments import timing

    outputs = run.layers[-1].arguments.get("out_features")
    usual = run.layers == network("ReLU", outputs) if isinstance(outputs, int) else False
    if not usual or (run.batch_size, run.dtype, run.threads) != (100, "float32", 1):
        return None
    return timing.seconds_per_step(measured, run.loss, run.optimizer, ALONE.get(backend, backend))


def with_times(best: Table, results: Results, folder: Path | None) -> Table | None:
    """The table of best learning rates with a line of times for each setting; None without times.

    A file of its own: outcomes are the same everywhere, times are of one machine.
    """
    from experiments import timing

    measured = timing.load(folder) if folder is not None else None
    if measured is None:
        return None
    count = len(best.frame) // len(results.settings)
    lines, found = [], False
    for place, setting in enumerate(results.settings):
        part = best.frame.iloc[place * count : (place + 1) * count].to_dict("records")
        times = {each: seconds(setting.run, each, measured) for each in results.sweep.backends}
        found = found or any(times.values())
        lines += [*part, _line(part[0], times, results)]
    if not found:
        return None
    return Table(
        "best-with-times", f"{best.title}, with times", pd.DataFrame(lines), (*best.notes, NOTE)
    )


def _line(like: dict[Any, Any], times: dict[str, float | None], results: Results) -> dict[Any, Any]:
    line = {**like, "quantity": QUANTITY}
    for backend, time in times.items():
        line[side(backend)] = MISSING if time is None else f"{time * 1e6:.1f}"
    reference = times[results.reference]
    for other in results.others:
        more = f", {side(other)}" if len(results.others) > 1 else ""
        own = times[other]
        line[f"difference{more}"] = f"{reference / own:.2f} ×" if own and reference else MISSING
        line[f"agreement{more}"] = MISSING
    return line
