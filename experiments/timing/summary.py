"""Timing as tables: every number is one of the comparisons', and a void time is no number."""

from experiments.outcome import Table
from experiments.timing import eager, targets, whole
from experiments.timing.comparison import BASELINE
from experiments.timing.measured import Measured
from experiments.timing.rows import INTERVAL, MICRO, RATIOS, STEP, Row, everybody, frame, times

WORDS = {
    "torch": "torch.nn as its users write it",
    "torch-tuned": "torch.nn with a fused optimizer and one gather per epoch",
    "torch-compiled": "torch.nn through torch.compile",
    "jax": "JAX, jit + scan over the steps",
    "jax, 16 runs": "JAX, vmap over the runs",
    "framework-recorded": "the framework, a TrainingStep",
    "framework-explicit": "the framework, eager in inference mode, layer by layer",
    "framework-autograd": "the framework, eager in inference mode, recorded graph",
    "framework, 16 runs": "the framework, 16 runs stacked in a TrainingStep",
}
"""The entrants in words."""


def tables(measured: Measured) -> tuple[Table, ...]:
    """All tables of a timing run; those of comparisons that were not made are left out."""
    made: list[Table] = []
    if measured.of("steps"):
        made.append(_speed(measured))
    if not targets.table(measured).empty:
        made.append(_targets(measured))
    if measured.of("steps"):
        made.append(_steps(measured, "steps", "One step of training"))
    if measured.of("grid"):
        made.append(_steps(measured, "grid", "One step of training, by loss and optimizer"))
    if measured.of("parts"):
        made += [eager.parts(measured), eager.bookkeeping(measured)]
    if measured.of("training"):
        made.append(whole.trainings(measured))
    if measured.of("scaling"):
        made.append(_scaling(measured))
    return (*made, _controls(measured))


def _targets(measured: Measured) -> Table:
    digits = dict.fromkeys(("times as fast", "low", "high"), ".2f")
    notes = (
        "Reached: yes or no where the whole interval is on that side of the target, else open; "
        "withheld where the control fails, void where the losses disagree.",
        "Losses: of the first 3 epochs, against torch's; identical is to the last bit.",
    )
    title = "What the framework is meant to reach"
    return Table("targets", title, targets.table(measured), notes, digits)


def _speed(measured: Measured) -> Table:
    """Who is how many times as fast as torch.nn, one column a problem."""
    comparisons = measured.of("steps")
    rows: dict[str, Row] = {}
    for problem, comparison in comparisons.items():
        for label in everybody(comparison):
            row = rows.setdefault(label, {"who": label, "is": WORDS.get(label, "")})
            found = times(comparison, label, "µs a step", MICRO)
            row[problem] = 1.0 if label == BASELINE else found["speed-up"]
    return Table(
        "speed",
        "Times as fast as torch.nn, a step of one run on one thread",
        frame(list(rows.values())),
        (STEP, "A dash: the losses disagree, or the backend cannot do it."),
        dict.fromkeys(comparisons, ".2f"),
    )


def _steps(measured: Measured, kind: str, title: str) -> Table:
    rows = [
        {"problem": problem, "who": label, **times(comparison, label, "µs a step", MICRO)}
        for problem, comparison in measured.of(kind).items()
        for label in everybody(comparison)
    ]
    digits = {"µs a step": ".1f", **RATIOS}
    return Table(kind, title, frame(rows), (STEP, INTERVAL), digits)


def _scaling(measured: Measured) -> Table:
    rows = []
    for name, comparison in measured.of("scaling").items():
        axis, value, problem = scaled(name)
        for label in everybody(comparison):
            at = comparison.runs(label) if axis == "runs" and label in comparison.units else value
            row: Row = {"axis": axis, "value": at, "problem": problem, "who": label}
            rows.append(row | times(comparison, label, "µs a step", MICRO))
    digits = {"µs a step": ".1f", **RATIOS}
    return Table("scaling", "Steps of other sizes", frame(rows), (STEP, INTERVAL), digits)


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
    return Table("controls", title, frame(rows), notes, {**digits, "noise floor": ".1%"})
