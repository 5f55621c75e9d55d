"""The stopwatch: contestants take turns in one process, on one core, in rounds A B … B A."""

import gc
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import torch
from threadpoolctl import threadpool_limits

Clock = Callable[[], float]
Contestant = Callable[[Clock], Mapping[str, float]]
"""Does its work once and says how many seconds each part of it took."""

Samples = dict[str, dict[str, list[float]]]
"""contestant → part → seconds, two turns a round."""


@dataclass(frozen=True)
class Effort:
    """How long to go on: until `seconds` are spent, within the bounds on the rounds.

    `more` says whether as many rounds again are worth it where the control fails.
    """

    seconds: float
    least: int = 7
    most: int = 60
    warm_up: int = 2
    more: bool = False
    seed: int = 0


def alternate(
    contestants: Mapping[str, Contestant], effort: Effort, clock: Clock = time.perf_counter
) -> Samples:
    """Let all contestants take turns and return what each took, two turns a round.

    A round goes once through the contestants in a drawn order and once back, so that a machine
    that grows slower or faster meanwhile treats all alike.
    """
    for _ in range(effort.warm_up):
        for contestant in contestants.values():
            contestant(clock)
    draw = random.Random(effort.seed)
    samples: Samples = {name: {} for name in contestants}
    start = clock()
    for done in range(effort.most):
        if done >= effort.least and clock() - start >= effort.seconds:
            break
        order = draw.sample(list(contestants), len(contestants))
        for name in [*order, *reversed(order)]:
            for part, seconds in contestants[name](clock).items():
                samples[name].setdefault(part, []).append(seconds)
    return samples


def by_round(turns: Sequence[float]) -> list[float]:
    """The sums of both turns of each round."""
    return [there + back for there, back in zip(turns[::2], turns[1::2], strict=True)]


@contextmanager
def one_core() -> Iterator[None]:
    """One thread, pinned to the idlest core; denormals flushed; what exists is no garbage."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    gc.collect()
    gc.freeze()
    try:
        with threadpool_limits(1), _pinned():
            yield
    finally:
        gc.unfreeze()
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads)


@contextmanager
def _pinned() -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    busy = psutil.cpu_percent(interval=0.2, percpu=True)
    os.sched_setaffinity(0, {min(allowed, key=lambda core: busy[core])})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
