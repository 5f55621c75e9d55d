"""Timing as tables: every number is one of the comparisons', and a void time is no number."""

import pandas as pd

from experiments.outcome import Table
from experiments.timing import eager, targets, whole
from experiments.timing.measured import Measured
from experiments.timing.rows import INTERVAL, MICRO, RATIOS, STEP, Row, everybody, times


def tables(measured: Measured) -> tuple[Table, ...]:
    """All tables of a timing run; those of comparisons that were not made are left out."""
    made = (
        _targets(measured),
        _steps(measured),
        eager.parts(measured),
        eager.bookkeeping(measured),
        whole.trainings(measured),
        _scaling(measured),
        _controls(measured),
    )
    return tuple(table for table in made if not table.frame.empty)


def _targets(measured: Measured) -> Table:
    digits = dict.fromkeys(("times as fast", "low", "high"), ".2f")
    notes = (
        "Reached: yes or no where the whole interval is on one side of the target.",
        "Losses: of the first 3 epochs, against torch's; identical is to the last bit.",
    )
    frame = targets.table(measured)
    return Table("targets", "What the framework is meant to reach", frame, notes, digits)


def _steps(measured: Measured) -> Table:
    rows = [
        {"problem": problem, "who": label, **times(comparison, label, "µs a step", MICRO)}
        for problem, comparison in measured.of("steps").items()
        for label in everybody(comparison)
    ]
    digits = {"µs a step": ".1f", **RATIOS}
    return Table("steps", "One step of training", pd.DataFrame(rows), (STEP, INTERVAL), digits)


def _scaling(measured: Measured) -> Table:
    rows = []
    for name, comparison in measured.of("scaling").items():
        axis, value, problem = scaled(name)
        for label in everybody(comparison):
            at = comparison.runs(label) if axis == "runs" and label in comparison.units else value
            row: Row = {"axis": axis, "value": at, "problem": problem, "who": label}
            rows.append(row | times(comparison, label, "µs a step", MICRO))
    digits = {"µs a step": ".1f", **RATIOS}
    return Table("scaling", "Steps of other sizes", pd.DataFrame(rows), (STEP, INTERVAL), digits)


def scaled(name: str) -> tuple[str, int, str]:
    """Axis, value and problem of a scaling comparison, from "width 25: MSE + SGD"."""
    where, _, problem = name.partition(": ")
    axis, _, value = where.rpartition(" ")
    return (axis, int(value), problem) if value.isdigit() else (where, 1, problem)


def _controls(measured: Measured) -> Table:
    rows = []
    for name, comparison in measured.comparisons.items():
        control, ratio = comparison.control, comparison.control.ratio
        row: Row = {
            "comparison": name,
            "rounds": ratio.rounds,
            "torch against itself": ratio.median,
        }
        row |= {"low": ratio.low, "high": ratio.high, "noise floor": control.floor}
        rows.append(row | {"control": "passes" if control.passes else "fails"})
    digits = dict.fromkeys(("torch against itself", "low", "high"), ".3f")
    notes = (
        "torch.nn takes part twice, in sessions of its own. The noise floor is how far the "
        "interval of their ratio reaches from 1; above 5 % the control fails, and verdicts are "
        "withheld.",
    )
    title = "What noise alone would show"
    return Table("controls", title, pd.DataFrame(rows), notes, {**digits, "noise floor": ".1%"})
