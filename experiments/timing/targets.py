"""What the framework is meant to reach: one row a target, judged from the comparisons."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from experiments.timing.comparison import BASELINE, Comparison, Entrant
from experiments.timing.measured import Measured
from experiments.timing.plan import TOGETHER
from experiments.timing.ratios import reached
from experiments.timing.rows import Row, frame

ONE, STACKED = Entrant("framework-recorded").label, Entrant("framework", TOGETHER).label
EAGER = Entrant("framework-autograd").label
TUNED = Entrant("torch-tuned").label
JAX, JAX_STACKED = Entrant("jax").label, Entrant("jax", TOGETHER).label
SGD, ADAM = "MSE + SGD", "cross-entropy + Adam"


@dataclass(frozen=True)
class Target:
    """`who` is to be `least` times as fast as `baseline` in a comparison, and `aim` at best."""

    comparison: str
    who: str
    baseline: str
    least: float
    aim: float


def targets(measured: Measured) -> Iterator[Target]:
    """Every target that belongs to a timing run."""
    yield Target(f"steps: {SGD}", ONE, BASELINE, 5, 6)
    yield Target(f"steps: {ADAM}", ONE, BASELINE, 7, 8)
    yield Target(f"steps: {SGD}", EAGER, BASELINE, 2, 3)
    yield Target(f"steps: {SGD}", STACKED, BASELINE, 11, 13)
    yield Target(f"steps: {ADAM}", STACKED, BASELINE, 15, 18)
    for name in measured.of("scaling"):
        if name.startswith("width "):
            wide = name.startswith("width 1024")
            least, aim = (0.85, 1.0) if wide else (1.0, 1.1)
            yield Target(f"scaling: {name}", ONE, TUNED, least, aim)
    for problem in (SGD, ADAM):
        yield Target(f"steps: {problem}", ONE, JAX, 0.85, 1.0)
        yield Target(f"steps: {problem}", STACKED, JAX_STACKED, 1.2, 1.6)


def table(measured: Measured) -> pd.DataFrame:
    """Every target whose two sides were to be measured, with the times as fast."""
    return frame(
        [
            _row(target, measured[target.comparison])
            for target in targets(measured)
            if _entered(target, measured)
        ]
    )


def _entered(target: Target, measured: Measured) -> bool:
    comparison = measured.comparisons.get(target.comparison)
    if comparison is None:
        return False
    return {target.who, target.baseline} <= {*comparison.turns, *comparison.unsupported}


def _row(target: Target, comparison: Comparison) -> Row:
    row: Row = {
        "what": target.comparison,
        "who": target.who,
        "against": target.baseline,
        "times as fast": None,
        "low": None,
        "high": None,
        "target": target.least,
        "reached": _absent(target, comparison),
        "aim": target.aim,
        "aim reached": "",
        "losses": "",
    }
    if row["reached"]:
        return row
    measured = comparison.ratio(target.who, target.baseline)
    agrees = comparison.agrees(target.who, target.baseline)
    control = comparison.control
    row["losses"] = str(comparison.agreements[target.who])
    row["reached"] = reached(measured, target.least, control, agrees)
    row["aim reached"] = reached(measured, target.aim, control, agrees)
    if agrees:
        row |= {"times as fast": measured.median, "low": measured.low, "high": measured.high}
    return row


def _absent(target: Target, comparison: Comparison) -> str:
    for label in (target.who, target.baseline):
        if label in comparison.unsupported:
            return f"not measured: {comparison.unsupported[label]}"
    return ""
