"""Comparisons of steps and of whole trainings: entrants begin equal, agree, and take turns."""

import time
from collections.abc import Callable, Sequence

from torch import Tensor

from experiments.backends import Backend, Unsupported, resolve
from experiments.timing.agreement import Agreement, apart
from experiments.timing.cases import Case, Start, Trainee, WholeTraining, losses_of, start
from experiments.timing.comparison import AGAIN, BASELINE, Comparison, Entrant
from experiments.timing.harness import Clock, Effort, alternate

AGREEING = 3
"""Epochs from the start over which the losses must agree."""

Timed = Trainee | WholeTraining
Make = Callable[[Start, Backend], Timed]


def compare_steps(
    name: str,
    case: Case,
    entrants: Sequence[Entrant],
    effort: Effort,
    epochs: int = 3,
    clock: Clock = time.perf_counter,
) -> Comparison:
    """Steps of a case, `epochs` epochs a turn; a unit is one step of one run."""
    return _compare(
        name,
        case,
        entrants,
        effort,
        lambda start, backend: Trainee(start, start.session(backend), epochs),
        epochs * case.steps,
        clock,
    )


def compare_trainings(
    name: str,
    case: Case,
    entrants: Sequence[Entrant],
    effort: Effort,
    epochs: int,
    clock: Clock = time.perf_counter,
) -> Comparison:
    """Whole trainings of `epochs` epochs, setting up included; a unit is one training."""
    return _compare(
        name,
        case,
        entrants,
        effort,
        lambda start, backend: WholeTraining(start, backend, epochs),
        1,
        clock,
    )


def _compare(
    name: str,
    case: Case,
    entrants: Sequence[Entrant],
    effort: Effort,
    make: Make,
    units: int,
    clock: Clock,
) -> Comparison:
    starts = {runs: start(case, runs) for runs in {1, *(each.runs for each in entrants)}}
    truths = {runs: losses_of(begin, resolve(BASELINE), AGREEING) for runs, begin in starts.items()}
    timed: dict[str, Timed] = {}
    first, unsupported = {}, {}
    for entrant in [*entrants, Entrant(BASELINE)]:
        label = AGAIN if entrant.label in timed else entrant.label
        try:
            backend = resolve(entrant.backend)
            first[label] = _first(starts[entrant.runs], backend, truths[entrant.runs])
            timed[label] = make(starts[entrant.runs], backend)
        except Unsupported as reason:
            unsupported[label] = str(reason)
    turns = alternate(timed, effort, clock)
    runs = {label: each.start.runs for label, each in timed.items()}
    return Comparison(
        name=name,
        turns=turns,
        units={label: units * runs[label] for label in timed},
        agreements=_agreements(first, timed),
        unsupported=unsupported,
    )


def _first(start: Start, backend: Backend, truth: Tensor) -> float:
    return apart(losses_of(start, backend, AGREEING), truth)


def _agreements(first: dict[str, float], timed: dict[str, Timed]) -> dict[str, Agreement]:
    """Run 0 is the same for all entrants, so the mean loss of its last epoch is compared."""
    truth = timed[BASELINE].losses[:1].mean()
    return {
        label: Agreement(first[label], apart(each.losses[:1].mean(), truth))
        for label, each in timed.items()
    }
