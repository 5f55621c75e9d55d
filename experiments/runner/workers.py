"""Groups on this machine's workers, by joblib.

A worker that dies takes only the groups that were under way; these are tried again, each in a
process of its own, until the run that kills is found.
"""

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager, suppress
from functools import cache
from typing import Any

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool

from experiments.runner.isolation import Isolation
from experiments.runner.work import Group, Plan, Report, train_into
from experiments.store import Store

Task = tuple[Any, ...]

ATTEMPTS = 3
"""How often tasks are handed to workers that die."""


def train_here(waiting: list[Group], store: Store, plan: Plan, jobs: int) -> Generator[Report]:
    """What becomes of groups that are trained on this machine, as it becomes known."""
    while waiting:
        under_way: list[Group] = []
        rest = iter(waiting)
        with suppress(BrokenProcessPool):
            yield from _pool(_noting(rest, under_way), under_way, store, plan, jobs)
        waiting = list(rest)
        yield from _suspects(under_way, store, plan, jobs)


def each_done(
    function: Callable[..., None], tasks: Sequence[Task], jobs: int
) -> Generator[tuple[Task, Exception | None]]:
    """Each task when `function(*task)` has been done in a worker, with what it raised.

    A worker that dies takes all tasks that are not done with it: they are tried again, a few times.
    """
    left = dict(enumerate(tasks))
    for _ in range(ATTEMPTS):
        pool = Parallel(n_jobs=min(jobs, len(left)) or 1, return_as="generator_unordered")
        calls = (delayed(_tried)(number, function, left[number]) for number in list(left))
        with suppress(BrokenProcessPool), _results(pool, calls) as results:
            for number, error in results:
                yield left.pop(number), error
        if not left:
            return
    for task in left.values():
        yield task, RuntimeError("its process was ended again and again")


def _tried(number: int, function: Callable[..., None], task: Task) -> tuple[int, Exception | None]:
    try:
        function(*task)
    except Exception as error:
        return number, error
    return number, None


def _noting(groups: Iterator[Group], under_way: list[Group]) -> Iterator[Group]:
    for group in groups:
        under_way.append(group)
        yield group


def _pool(
    groups: Iterator[Group], under_way: list[Group], store: Store, plan: Plan, jobs: int
) -> Generator[Report]:
    """Reports of joblib's workers; what they do not finish stays in `under_way`.

    Raises:
        BrokenProcessPool: a worker died, or ended since its group had used up its time.
    """
    # joblib does a single job in this very process, which a crash would end: so it is asked for
    # two workers, of which one at a time is given something to do.
    pool = Parallel(
        n_jobs=max(jobs, 2), pre_dispatch=jobs, batch_size=1, return_as="generator_unordered"
    )
    with _results(pool, (delayed(_in_worker)(store, group, plan) for group in groups)) as results:
        for group, report in results:
            under_way.remove(group)
            yield report


@contextmanager
def _results(pool: Parallel, calls: Iterator[Any]) -> Iterator[Any]:
    """What the calls return, as it comes; leaving early ends the workers."""
    with _deaf_children():
        results = pool(calls)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="joblib")  # of work cut short on purpose
        with closing(results):
            yield results


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Processes that start inside never hear Ctrl-C, which reaches all that a terminal has.

    The driver hears it, and decides what becomes of them. They inherit what is blocked here.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_worker(store: Store, group: Group, plan: Plan) -> tuple[Group, Report]:
    with _outliving_no_driver():
        return group, train_into(store, group, plan)


@cache
def _outliving_no_driver() -> threading.Lock:
    """To be held at work: a worker whose driver is gone ends when it next has nothing to do."""
    working = threading.Lock()
    threading.Thread(target=_end_after, args=[os.getppid(), working], daemon=True).start()
    return working


def _end_after(driver: int, working: threading.Lock) -> None:
    while os.getppid() == driver:
        time.sleep(1)
    with working:
        os._exit(0)


def _suspects(groups: list[Group], store: Store, plan: Plan, jobs: int) -> Generator[Report]:
    """Reports of groups that were under way when a worker died, by itself or for its time."""
    # Left in reverse order: what still trains is ended before the threads are waited for.
    with ThreadPoolExecutor(jobs) as threads, Isolation(plan.timeout) as isolation:
        futures = [threads.submit(_settle, group, store, plan, isolation) for group in groups]
        for future in as_completed(futures):
            yield future.result()


def _settle(group: Group, store: Store, plan: Plan, isolation: Isolation) -> Report:
    done = plan.reusable(store, group)  # it may have been done when another's worker died
    if done is not None:
        return Report(done)
    statuses = {}
    for record in isolation.train(group):
        store.write(record)
        statuses[record.id] = record.status
    return Report(statuses)
