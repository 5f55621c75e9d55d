"""Tables of the eager step: its parts, and what the Python around the tensor calls takes."""

from experiments.outcome import Table
from experiments.timing.compare import CALLS
from experiments.timing.comparison import AGAIN, BASELINE, Comparison
from experiments.timing.measured import Measured
from experiments.timing.parts import PARTS
from experiments.timing.rows import MICRO, Row, frame, void


def parts(measured: Measured) -> Table:
    """Batch selection, forward, backward and update, in µs and against torch.nn's."""
    rows = [
        _part(problem, comparison, label)
        for problem, comparison in measured.of("parts").items()
        for label in comparison.agreements
        if label != AGAIN
    ]
    digits = dict.fromkeys(("selection", *PARTS, "step"), ".1f")
    digits |= dict.fromkeys((f"{part}, speed-up" for part in PARTS), ".2f")
    notes = (
        "In µs; speed-up over torch. The clock is read between the parts, which makes a step a "
        "little longer.",
    )
    return Table("parts", "The parts of an eager step", frame(rows), notes, digits)


def _part(problem: str, comparison: Comparison, label: str) -> Row:
    row: Row = {"problem": problem, "who": label}
    row |= {part: comparison.seconds(label, part) * MICRO for part in ("selection", *PARTS)}
    row["step"] = comparison.seconds(label) * MICRO
    row |= {f"{part}, speed-up": comparison.ratio(label, part=part).median for part in PARTS}
    return row if comparison.agrees(label) else void(row)


def bookkeeping(measured: Measured) -> Table:
    """How much of a step is left without its tensor calls."""
    rows = [
        _share(problem, comparison, label)
        for problem, comparison in measured.of("parts").items()
        for label in comparison.calls
    ]
    digits = dict.fromkeys(("step", "tensor calls", "bookkeeping", "torch's step"), ".1f")
    notes = (
        "In µs, without batch selection. Bookkeeping is what is left of a step when its tensor "
        "calls, made again from a list, are taken away: layers, graph, optimizer.",
    )
    title = "What the Python around the tensor calls takes"
    return Table("bookkeeping", title, frame(rows), notes, {**digits, "share": ".0%"})


def _share(problem: str, comparison: Comparison, label: str) -> Row:
    who = label.removesuffix(CALLS)
    step, calls = learning(comparison, who), comparison.seconds(label)
    row: Row = {
        "problem": problem,
        "who": who,
        "step": step * MICRO,
        "tensor calls": calls * MICRO,
        "number of calls": comparison.calls[label],
        "bookkeeping": (step - calls) * MICRO,
        "share": 1 - calls / step,
        "torch's step": learning(comparison, BASELINE) * MICRO,
    }
    return row if comparison.agrees(who) else void(row)


def learning(comparison: Comparison, label: str) -> float:
    """Seconds of a step without batch selection."""
    return comparison.seconds(label) - comparison.seconds(label, "selection")
