"""Trains what is missing, on this machine or on a cluster; what is stored is trained no more.

The unit of work is a group, and `specification.groups` alone makes them.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from experiments.runner import lock
from experiments.runner.progress import Progress
from experiments.runner.work import Group, Plan, Report
from experiments.specification import RunSpec, describe, groups
from experiments.store import Store
from experiments.store.record import FAILED


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
        fail_fast: stop at the first run that fails; one that failed earlier is none.
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
        reports = _reports(missing, store, plan, min(jobs, len(missing)), cluster)
        with progress.count("training", sum(map(len, missing))) as advance, closing(reports):
            for report in reports:
                summary.add(report)
                advance(len(report.statuses))
                failed = [key for key, status in report.statuses.items() if status in FAILED]
                if fail_fast and failed:
                    raise Stopped(_stopped(failed[0], summary, store))
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


def _stopped(failed: str, summary: Summary, store: Store) -> str:
    record = store.good(failed)
    why = f" ({describe(record.spec)}) {record.status}: {record.last_line}" if record else ""
    return (
        f"run {failed[:8]}{why}; --fail-fast ended the rest, and the "
        f"{summary.reused + summary.trained} runs that are done are kept"
    )


def _effort(group: Group) -> int:
    """About how long a group takes, compared with others; a step costs as much as some points."""
    run = group[0]
    steps = -(-run.data.train // run.batch_size)
    return len(group) * run.epochs * (run.data.train + 20 * steps)


def _reports(
    missing: list[Group], store: Store, plan: Plan, jobs: int, cluster: str | None
) -> Generator[Report]:
    if cluster is None:
        from experiments.runner.workers import train_here

        return train_here(missing, store, plan, jobs)
    from experiments.runner.cluster import train_on

    return train_on(cluster, missing, store, plan)
