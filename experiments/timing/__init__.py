"""How fast each backend trains, measured so that noise cannot pass for a difference.

`run` measures or reuses, and says what came out; `load` and `seconds_per_step` give others the
last times.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.runner import lock
from experiments.runner.progress import Progress
from experiments.store import provenance
from experiments.store.environment import environment_id, machine

if TYPE_CHECKING:
    from experiments.outcome import Outcome
    from experiments.specification.entry import Entry
    from experiments.timing.measured import Measured

TITLE = "Speed: one run alone, one thread, taking turns"
HOW = (
    "Everything runs in one process, on one core and one thread, with nothing else training. In "
    "each round all backends take their turns once in a drawn order and once in its reverse; a "
    "ratio is taken within each round. Every side starts from the same parameters and is given "
    "the same batches, and a time is void where its losses do not agree with torch.nn's."
)


@dataclass(frozen=True)
class Options:
    """What to time.

    Args:
        results: the results folder; raw samples go to `raw/` in it.
        quick: a few rounds of everything, in seconds.
        backends: time the steps of these only, beside torch and torch-tuned.
        reuse: take the times that the same code has left on this machine.
        lock: the lock to hold, if not this machine's.
    """

    results: Path
    quick: bool = False
    backends: tuple[str, ...] = ()
    reuse: bool = False
    lock: Path | None = None


def run(options: Options, progress: Progress | None = None) -> "Outcome":
    """Measure what was asked for, keep the raw samples, and return tables and figures.

    Raises:
        lock.BusyError: something trains on this machine.
        ValueError: no backend is called so.
    """
    measured = _left(options) if options.reuse and not options.backends else None
    if measured is None:
        measured = _measure(options, progress or Progress.silent())
        measured.write(options.results, options.backends)
    return outcome(measured, selected=bool(options.backends))


def load(results: Path) -> "Measured | None":
    """The last whole timing run in a results folder, or None."""
    from experiments.timing import measured

    return measured.load(results)


def seconds_per_step(
    measured: "Measured", loss: "Entry", optimizer: "Entry", backend: str, runs: int = 1
) -> float | None:
    """What one step of one run takes on the disk problem with 2-25-25-25-2 and batch 100.

    None where a timing run has no such step (a quick one has none), where its time is void, or
    where another machine or other versions took it.
    """
    from experiments.timing.comparison import Entrant
    from experiments.timing.plan import grid_name

    comparison = measured.comparisons.get(grid_name(loss, optimizer) or "")
    label = Entrant(backend, runs).label
    if comparison is None or label not in comparison.turns or not comparison.agrees(label):
        return None
    if measured.environment != environment_id():
        return None
    return comparison.seconds(label)


def outcome(measured: "Measured", selected: bool = False) -> "Outcome":
    """What a timing run has to say; of `selected` backends alone it says nothing of targets."""
    from experiments.outcome import Outcome
    from experiments.timing.claims import verdicts
    from experiments.timing.pictures import figures
    from experiments.timing.summary import tables

    shown = tables(measured)
    return Outcome(
        "timing-selected" if selected else "timing",
        TITLE,
        tables=tuple(each for each in shown if not (selected and each.name == "targets")),
        figures=figures(measured),
        verdicts=verdicts(measured),
        text=(HOW, f"Measured on {measured.machine}."),
    )


def _left(options: Options) -> "Measured | None":
    measured = load(options.results)
    if measured is None or measured.quick != options.quick:
        return None
    same = measured.digest == _digest() and measured.environment == environment_id()
    return measured if same else None


def _digest() -> str:
    from experiments.specification.built_in import BUILT_IN

    modules = {path.partition(":")[0] for path in BUILT_IN.values()}
    return provenance.code_digest(frozenset({"experiments.timing.plan", *modules}))


def _measure(options: Options, progress: Progress) -> "Measured":
    from experiments.timing.harness import one_core
    from experiments.timing.measured import Measured
    from experiments.timing.plan import tasks

    facts = machine()
    chosen = list(tasks(options.quick, options.backends))
    comparisons = {}
    with lock.timing(options.lock), one_core():
        said = ""
        for done, task in enumerate(chosen):
            kind = task.name.partition(":")[0]
            if kind != said:  # a line now and then: a moving bar would disturb what is timed
                progress.say(f"timing {kind}: {done} of {len(chosen)} comparisons done")
            said = kind
            comparisons[task.name] = task.make()
    return Measured(
        comparisons,
        quick=options.quick,
        digest=_digest(),
        environment=environment_id(),
        machine=f"{facts['processor']['model']}, torch {facts['versions']['torch']}",
    )
