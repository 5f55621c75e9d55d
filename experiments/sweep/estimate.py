"""How long a sweep would take: a few steps of each kind of run, timed on the spot."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from experiments.backends import Unsupported
from experiments.specification import RunSpec, groups

if TYPE_CHECKING:
    from experiments.runner.options import Options
    from experiments.sweep import Sweep

FEW = 2
"""Runs that stand for a group whose runs train one after the other."""


def lines(sweep: "Sweep", options: "Options") -> Iterator[str]:
    """Number of trainings, by backend, and about how long they take."""
    from experiments.runner.work import Plan
    from experiments.store import Store

    runs = list({run.id: run for run in sweep.runs(options.quick)}.values())
    yield f"{sweep.name}: {len(runs)} trainings of {runs[0].epochs} epochs"
    store = Store(options.results)
    plan = Plan(retry_failed=options.retry_failed)
    left = [run for group in groups(runs) if not plan.complete(store, group) for run in group]
    if len(left) < len(runs):
        yield f"{len(runs) - len(left)} of them are in {store.folder} already"
    total, unknown = 0.0, []
    for backend in dict.fromkeys(run.backend for run in left):
        own = [run for run in left if run.backend == backend]
        try:
            seconds = _seconds(own)
        except Exception as error:
            unknown.append(backend)
            yield f"{backend}: {len(own)} trainings, which cannot be timed: {error}"
            continue
        total += seconds
        yield f"{backend}: {len(own)} trainings, about {_words(seconds)} on one core"
    more = f", not counting {', '.join(unknown)}" if unknown else ""
    jobs = options.jobs
    yield f"together about {_words(total / jobs)} with --jobs {jobs}{more}"


def _seconds(runs: Sequence[RunSpec]) -> float:
    """The sum over all groups of epochs times the seconds of one."""
    known: dict[str, float] = {}
    total = 0.0
    for group in groups(runs):
        shared = group[0]
        kind = shared.setting
        if kind not in known:
            known[kind] = _seconds_of_an_epoch(group)
        total += known[kind] * len(group) * shared.epochs
    return total


def _seconds_of_an_epoch(group: Sequence[RunSpec]) -> float:
    """What an epoch of one run of a group takes, evaluation and all, without the start."""
    together = group if group[0].backend == "framework" else group[:FEW]
    short, long = (_timed(together, epochs) for epochs in (1, 3))
    return max(long - short, 0.0) / 2 / len(together)


def _timed(group: Sequence[RunSpec], epochs: int) -> float:
    from experiments.training.loop import train_group

    some = [run.changed(epochs=epochs) for run in group]
    before = time.perf_counter()
    trained = train_group(some)
    seconds = time.perf_counter() - before
    if not trained[0]["curves"]:
        raise Unsupported(trained[0]["error"].strip().splitlines()[-1])
    return seconds


def _words(seconds: float) -> str:
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
