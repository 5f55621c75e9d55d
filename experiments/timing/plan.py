"""What a timing run measures, and how long it spends on each comparison."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from experiments.specification import Entry
from experiments.timing.cases import ADAM, CROSS_ENTROPY, MSE, SGD, STEPS, Case
from experiments.timing.compare import compare_parts, compare_steps, compare_trainings
from experiments.timing.comparison import BASELINE, Comparison, Entrant
from experiments.timing.harness import Effort

TOGETHER = 16
"""Runs that train together in the comparison of steps."""

STACKED = ("framework", "jax")
"""Who trains several runs together."""

ALONE = ("torch-compiled", "jax", "framework-recorded", "framework-explicit", "framework-autograd")
ENTRANTS = (
    Entrant("torch-tuned"),
    *(Entrant(backend) for backend in ALONE),
    *(Entrant(backend, TOGETHER) for backend in STACKED),
)

SLOW_TO_START = ("torch-compiled", "jax")
"""Left out of a quick run: they compile for seconds."""

SCALED = {"MSE + SGD": Case(), "cross-entropy + Adam": Case(CROSS_ENTROPY, ADAM, 0.001)}
"""What is scaled; Adam at a learning rate that every size bears."""

WIDE = 512
"""Width from which single steps take long."""

LOSSES = {"MSE": MSE, "cross-entropy": CROSS_ENTROPY, "BCE with logits": Entry("BCEWithLogitsLoss")}
OPTIMIZERS = {
    "SGD": (SGD, 0.1),
    "momentum": (Entry("SGD", momentum=0.9), 0.01),
    "Adam": (ADAM, 0.01),
}

FULL_AXES: dict[str, tuple[int, ...]] = {
    "width": (25, 64, 128, 256, 512, 1024),
    "batch size": (1, 10, 100, 1000),
    "depth": (1, 2, 3, 6, 12),
    "runs": (1, 2, 4, 8, 16, 32, 64),
}
QUICK_AXES: dict[str, tuple[int, ...]] = {
    "width": (25, 256),
    "batch size": (10, 1000),
    "depth": (1, 12),
    "runs": (1, 4, 16),
}


@dataclass(frozen=True)
class Task:
    """One comparison to be made."""

    name: str
    make: Callable[[], Comparison]


@dataclass(frozen=True)
class Training:
    """A report's timed training."""

    report: str
    case: Case
    epochs: int
    framework: tuple[str, ...]


TRAININGS = (
    Training(
        "carlier-2018",
        Case(batch_size=1000, output=(Entry("Softmax", dim=-1),)),
        500,
        ("framework-recorded", "framework-autograd"),
    ),
    Training(
        "cappelletti-2019",
        Case(optimizer=Entry("SGD", momentum=0.2)),
        200,
        ("framework-recorded", "framework-explicit"),
    ),
)


def tasks(quick: bool, backends: tuple[str, ...] = ()) -> Iterator[Task]:
    """Every comparison of a timing run; where `backends` are given, only their steps."""
    for problem, case in STEPS.items():
        yield _steps(problem, case, quick, backends)
    if backends:
        return
    for problem, case in STEPS.items():
        effort = Effort(0.2, least=3) if quick else Effort(3.0)
        name = f"parts: {problem}"
        yield Task(name, partial(compare_parts, name, case, effort))
    for training in TRAININGS:
        yield _training(training, quick)
    yield from () if quick else _grid()
    for axis, values in (QUICK_AXES if quick else FULL_AXES).items():
        for problem, case in SCALED.items():
            if axis == "runs":
                yield _runs(problem, case, values, quick)
            else:
                yield from (_scaled(axis, value, problem, case, quick) for value in values)


def _steps(problem: str, case: Case, quick: bool, backends: tuple[str, ...]) -> Task:
    entrants = _chosen(backends) if backends else ENTRANTS
    if quick and not backends:
        entrants = tuple(each for each in ENTRANTS if each.backend not in SLOW_TO_START)
    effort, turn = (
        (Effort(0.5, least=3), 0.006) if quick else (Effort(9.0, most=40, more=True), 0.03)
    )
    name = f"steps: {problem}"
    return Task(name, partial(compare_steps, name, case, entrants, effort, turn))


def _chosen(backends: tuple[str, ...]) -> tuple[Entrant, ...]:
    """torch-tuned, these, and of those that train several runs together also several."""
    chosen = {"torch-tuned": None, **dict.fromkeys(backends)}
    chosen.pop(BASELINE, None)  # takes part anyway
    alone = [Entrant(backend) for backend in chosen]
    return (*alone, *(Entrant(backend, TOGETHER) for backend in chosen if backend in STACKED))


def _training(training: Training, quick: bool) -> Task:
    entrants = [Entrant(each) for each in ("torch-tuned", *training.framework)]
    epochs = training.epochs // 50 if quick else training.epochs
    long = Effort(14.0, least=3, most=10, warm_up=1, more=True)
    effort = Effort(0.2, least=3) if quick else long
    name = f"training: {training.report}"
    make = partial(compare_trainings, name, training.case, entrants, effort, epochs)
    return Task(name, make)


def grid_name(loss: Entry, optimizer: Entry) -> str | None:
    """The name of the comparison of this loss with this optimizer; None where there is none."""
    losses = [name for name, each in LOSSES.items() if each == loss]
    optimizers = [name for name, (each, _) in OPTIMIZERS.items() if each == optimizer]
    return f"grid: {losses[0]} + {optimizers[0]}" if losses and optimizers else None


def _grid() -> Iterator[Task]:
    """Every loss with every optimizer."""
    entrants = [
        Entrant("torch-tuned"),
        Entrant("framework-recorded"),
        Entrant("framework", TOGETHER),
    ]
    for loss_name, loss in LOSSES.items():
        for optimizer_name, (optimizer, rate) in OPTIMIZERS.items():
            name = f"grid: {loss_name} + {optimizer_name}"
            case = Case(loss, optimizer, rate)
            yield Task(
                name, partial(compare_steps, name, case, entrants, Effort(1.0, more=True), 0.01)
            )


def _scaled(axis: str, value: int, problem: str, case: Case, quick: bool) -> Task:
    changed = case.changed(**{axis.replace(" ", "_"): value})
    changed = changed.changed(points=_points(changed, quick))
    long = Effort(2.5 if changed.width >= WIDE else 1.0, least=5, more=True)
    effort, turn = (Effort(0.05, least=3), 0.003) if quick else (long, 0.01)
    entrants = [Entrant("torch-tuned"), Entrant("framework-recorded")]
    name = f"scaling: {axis} {value}: {problem}"
    return Task(name, partial(compare_steps, name, changed, entrants, effort, turn))


def _points(case: Case, quick: bool) -> int:
    """Few where steps are many or long, so that a turn stays short."""
    if case.batch_size < 100:
        return 200 if quick or case.batch_size == 1 else 500
    return max(case.batch_size, 200 if quick or case.width >= WIDE else 1000)


def _runs(problem: str, case: Case, values: tuple[int, ...], quick: bool) -> Task:
    effort, turn = (Effort(0.2, least=3), 0.003) if quick else (Effort(5.0, more=True), 0.02)
    entrants = [Entrant("torch-tuned"), *(Entrant("framework", runs) for runs in values)]
    name = f"scaling: runs: {problem}"
    return Task(name, partial(compare_steps, name, case, entrants, effort, turn))
