"""Trains what is missing: groups on joblib's workers, or on a cluster; nothing stored is lost.

The unit of work is a group, and `specification.groups` alone makes them. A worker that dies takes
only the groups that were under way with it; these are tried again, each in a process of its own,
until the run that kills is found.
"""

import signal
import warnings
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, suppress
from dataclasses import dataclass, field

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool

from experiments import lock
from experiments.isolation import Isolation
from experiments.progress import Progress
from experiments.record import FAILED
from experiments.specification import RunSpec, groups
from experiments.store import Store
from experiments.work import Group, Plan, Report, train_into


class Stopped(RuntimeError):  # noqa: N818
    """Training ended early because a run failed and `fail_fast` was asked for."""


@dataclass
class Summary:
    """How many runs were asked for, were there already, were trained; and which failed, by id."""

    asked: int = 0
    reused: int = 0
    trained: int = 0
    failed: list[str] = field(default_factory=list)

    def add(self, report: Report) -> None:
        """Count one more group."""
        number = len(report.statuses)
        self.reused += number if report.reused else 0
        self.trained += 0 if report.reused else number
        self.failed += [key for key, status in report.statuses.items() if status in FAILED]


def train(
    runs: Sequence[RunSpec],
    store: Store,
    *,
    jobs: int = 1,
    retry_failed: bool = False,
    fail_fast: bool = False,
    timeout: float | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    summary: Summary | None = None,
) -> Summary:
    """Train every group of `runs` that is not complete, and keep all records in `store`.

    Args:
        jobs: worker processes; they change nothing in the records.
        retry_failed: train groups with a failed, crashed, timed out or unsupported run again.
        fail_fast: stop at the first run that fails.
        timeout: seconds a run may take; a group may take as many times that as it has runs.
        cluster: address of a dask scheduler to train on instead.
        summary: is kept up to date, so that it tells what is done where training ends early.

    Raises:
        Stopped: a run failed and `fail_fast` is set.
        StoreError: the results folder cannot be used.
        lock.BusyError: a timing is under way on this machine.
    """
    store.prepare()
    summary, progress = summary or Summary(), progress or Progress.silent()
    plan = Plan(retry_failed=retry_failed, timeout=timeout, contended=jobs > 1)
    with lock.training():
        missing = _missing(groups(runs), store, plan, progress, summary)
        if not missing:
            return summary
        reports = _reports(missing, store, plan, jobs, cluster)
        with progress.count("training", sum(map(len, missing))) as advance, closing(reports):
            for report in reports:
                summary.add(report)
                advance(len(report.statuses))
                if fail_fast and summary.failed:
                    raise Stopped(f"run {summary.failed[0][:8]} failed, so --fail-fast ended it")
    return summary


def _missing(
    every: list[Group], store: Store, plan: Plan, progress: Progress, summary: Summary
) -> list[Group]:
    """The groups that have to be trained, the longest first; the others are counted as reused."""
    missing = []
    summary.asked = sum(map(len, every))
    with progress.count("reading", summary.asked) as advance:
        for group in every:
            statuses = plan.reusable(store, group)
            if statuses is None:
                missing.append(group)
            else:
                summary.add(Report(statuses, reused=True))
            advance(len(group))
    return sorted(missing, key=_effort, reverse=True)


def _effort(group: Group) -> int:
    """About how long a group takes, compared with others; a step costs as much as some points."""
    run = group[0]
    steps = -(-run.data.train // run.batch_size)
    return len(group) * run.epochs * (run.data.train + 20 * steps)


def _reports(
    missing: list[Group], store: Store, plan: Plan, jobs: int, cluster: str | None
) -> Generator[Report]:
    if cluster is None:
        return _local(missing, store, plan, jobs)
    from experiments.cluster import train_on

    return train_on(cluster, missing, store, plan)


def _local(waiting: list[Group], store: Store, plan: Plan, jobs: int) -> Generator[Report]:
    """What becomes of groups that are trained on this machine, as it becomes known."""
    while waiting:
        under_way: list[Group] = []
        rest = iter(waiting)
        with suppress(BrokenProcessPool):
            yield from _pool(_noting(rest, under_way), under_way, store, plan, jobs)
        waiting = list(rest)
        yield from _suspects(under_way, store, plan, jobs)


def _noting(groups: Iterator[Group], under_way: list[Group]) -> Iterator[Group]:
    for group in groups:
        under_way.append(group)
        yield group


def _pool(
    groups: Iterator[Group], under_way: list[Group], store: Store, plan: Plan, jobs: int
) -> Generator[Report]:
    """Reports of joblib's workers; what they do not finish stays in `under_way`.

    Raises:
        BrokenProcessPool: a worker died.
    """
    # joblib does a single job in this very process, which a crash would end: so it is asked for
    # two workers, of which one at a time is given something to do.
    pool = Parallel(
        n_jobs=max(jobs, 2), pre_dispatch=jobs, batch_size=1, return_as="generator_unordered"
    )
    results = pool(delayed(_in_worker)(store, group, plan) for group in groups)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="joblib")  # of work cut short on purpose
        with closing(results):
            for group, report in results:
                if report.statuses:  # otherwise it went over its time
                    under_way.remove(group)
                    yield report


def _in_worker(store: Store, group: Group, plan: Plan) -> tuple[Group, Report]:
    # A terminal's Ctrl-C reaches every process: the driver decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return group, train_into(store, group, plan)


def _suspects(groups: list[Group], store: Store, plan: Plan, jobs: int) -> Generator[Report]:
    """Reports of groups whose worker died or that went over their time."""
    with Isolation(plan.timeout) as isolation, ThreadPoolExecutor(jobs) as threads:
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
