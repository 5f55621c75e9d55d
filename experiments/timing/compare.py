"""Comparisons: entrants begin equal, must agree over the first epochs, and then take turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from experiments.backends import Backend, Unsupported, resolve
from experiments.timing.agreement import Agreement, apart
from experiments.timing.cases import Case, Start, start
from experiments.timing.comparison import AGAIN, BASELINE, Comparison, Entrant
from experiments.timing.harness import Clock, Effort, Samples, alternate
from experiments.timing.parts import Parts, ways
from experiments.timing.tensor_calls import Calls
from experiments.timing.trainees import Timed, Trainee, WholeTraining

CALLS = ", tensor calls"
"""Follows the label of a way whose tensor calls alone are made."""

AGREEING = 3
"""Epochs from the start over which the losses must agree."""


@dataclass
class _Field:
    """The contestants of a comparison as they come in, and how they did in the first epochs."""

    timed: dict[str, Timed] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)


def compare_steps(
    name: str,
    case: Case,
    entrants: Sequence[Entrant],
    effort: Effort,
    turn: float = 0.02,
    clock: Clock = time.perf_counter,
) -> Comparison:
    """Steps of a case; a unit is one step of one run.

    A turn is as many epochs, the same for all, as take the baseline about `turn` seconds.
    """
    met = _enter(case, entrants, Trainee)
    taken = {label: trainee(clock)["step"] for label, trainee in met.timed.items()}
    epochs = max(1, round(turn / max(taken[BASELINE], 1e-9)))
    for trainee in met.timed.values():
        trainee.epochs = epochs
    return _time(name, met, effort, epochs * case.steps, clock)


def compare_trainings(
    name: str,
    case: Case,
    entrants: Sequence[Entrant],
    effort: Effort,
    epochs: int,
    clock: Clock = time.perf_counter,
) -> Comparison:
    """Whole trainings of `epochs` epochs, setting up included; a unit is one training."""
    met = _enter(case, entrants, lambda start, backend: WholeTraining(start, backend, epochs))
    return _time(name, met, effort, 1, clock)


def compare_parts(
    name: str, case: Case, effort: Effort, steps: int = 10, clock: Clock = time.perf_counter
) -> Comparison:
    """Eager steps by part, and the tensor calls in the framework's; a unit is one step."""
    begin = start(case)
    parts = {label: Parts(way, begin, steps) for label, way in ways(begin).items()}
    parts[AGAIN] = Parts(ways(begin)[BASELINE], begin, steps)
    calls = {
        f"{label}{CALLS}": Calls(way, begin, steps)
        for label, way in ways(begin).items()
        if label != BASELINE
    }
    first = _losses_apart(parts, clock)
    turns = alternate({**parts, **calls}, effort, clock)
    last = _losses_apart(parts, clock)
    return Comparison(
        name=name,
        turns=turns,
        units=dict.fromkeys(turns, steps),
        agreements={label: Agreement(first[label], last[label]) for label in parts},
        calls={label: each.count for label, each in calls.items()},
    )


def _losses_apart(parts: Mapping[str, Parts], clock: Clock) -> dict[str, float]:
    for each in parts.values():
        each(clock)
    return {label: apart(each.loss, parts[BASELINE].loss) for label, each in parts.items()}


def _enter(
    case: Case, entrants: Sequence[Entrant], make: Callable[[Start, Backend], Timed]
) -> _Field:
    """Let everybody begin and train the first epochs; the baseline comes first, and once more."""
    met = _Field()
    starts = {runs: start(case, runs) for runs in {1, *(each.runs for each in entrants)}}
    baseline = resolve(BASELINE)
    truths = {runs: Trainee(begin, baseline).first(AGREEING) for runs, begin in starts.items()}
    for entrant in (Entrant(BASELINE), *entrants, Entrant(BASELINE)):
        label = AGAIN if entrant.label in met.timed else entrant.label
        try:
            timed = make(starts[entrant.runs], resolve(entrant.backend))
            met.first[label] = apart(timed.first(AGREEING), truths[entrant.runs])
        except Unsupported as reason:
            met.unsupported[label] = str(reason)
        except Exception as error:
            if ":" not in entrant.backend:
                raise
            met.unsupported[label] = f"raises {type(error).__name__}: {error}".splitlines()[0]
        else:
            met.timed[label] = timed
    return met


def _time(name: str, met: _Field, effort: Effort, units: int, clock: Clock) -> Comparison:
    turns = alternate(met.timed, effort, clock)
    found = _found(name, met, turns, units)
    if effort.more and not found.control.passes:  # looks at nothing but the control
        again = replace(effort, warm_up=0, seed=effort.seed + 1)
        turns = _joined(turns, alternate(met.timed, again, clock))
        found = _found(name, met, turns, units)
    return found


def _found(name: str, met: _Field, turns: Samples, units: int) -> Comparison:
    truth = met.timed[BASELINE].losses[:1].mean()
    return Comparison(
        name=name,
        turns=turns,
        units={label: units * timed.start.runs for label, timed in met.timed.items()},
        agreements={
            label: Agreement(met.first[label], apart(timed.losses[:1].mean(), truth))
            for label, timed in met.timed.items()
        },
        unsupported=met.unsupported,
    )


def _joined(first: Samples, second: Samples) -> Samples:
    return {
        label: {part: [*seconds, *second[label][part]] for part, seconds in parts.items()}
        for label, parts in first.items()
    }
