"""What a worker does with a group of runs: train it, and turn whatever happens into records.

A group that has used up its time ends its process; who started that finds the guilty run.
"""

import faulthandler
import fcntl
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from experiments.runner import lock
from experiments.specification import RunSpec
from experiments.store import Store, environment, provenance
from experiments.store.record import Record

Group = tuple[RunSpec, ...]


@dataclass(frozen=True)
class Report:
    """What became of a group: how each run ended, and how long the group took.

    Args:
        statuses: a record's status by run id.
        reused: everything was there already.
    """

    statuses: Mapping[str, str]
    seconds: float = 0.0
    reused: bool = False


def train_into(store: Store, runs: Sequence[RunSpec], plan: "Plan") -> Report:
    """Train a group and keep its records, unless another driver has meanwhile done so."""
    with _only_once(store, runs), lock.training():
        done = plan.reusable(store, runs)
        if done is not None:
            return Report(done, reused=True)
        get_ready(runs[0])
        start = time.perf_counter()
        with _deadline(plan.timeout and plan.timeout * len(runs)):
            records = train(runs)
        seconds = time.perf_counter() - start
        for record in records:
            store.write(record)
        store.write_duration([run.id for run in runs], seconds, plan.contended)
    return Report({record.id: record.status for record in records}, seconds)


@dataclass(frozen=True)
class Plan:
    """How to treat what is stored and how long a run may take, in seconds."""

    retry_failed: bool = False
    timeout: float | None = None
    contended: bool = True

    def reusable(self, store: Store, runs: Sequence[RunSpec]) -> dict[str, str] | None:
        """The statuses of a group that need not be trained; None if any of its runs must be."""
        statuses = {}
        for run in runs:
            record = store.find(run.id)
            if record is None or not self._serves(record, run):
                return None
            statuses[run.id] = record.status
        return statuses

    def complete(self, store: Store, runs: Sequence[RunSpec]) -> bool:
        """Whether a group need not be trained; nothing is set aside."""
        found = ((store.good(run.id), run) for run in runs)
        return all(record is not None and self._serves(record, run) for record, run in found)

    def _serves(self, record: Record, run: RunSpec) -> bool:
        again = self.retry_failed and record.status not in ("ok", "diverged")
        return not again and not record.stale(provenance.of(run))


def get_ready(run: RunSpec) -> None:
    """Import what training it needs, which takes seconds that no run should be charged for."""
    import experiments.training.loop  # noqa: F401
    from experiments.backends import resolve

    provenance.of(run)
    with suppress(Exception):  # what is wrong with a backend shows when it trains
        resolve(run.backend)


def train(runs: Sequence[RunSpec]) -> list[Record]:
    """The records of a group that is trained here and now.

    Where the group fails, its runs are trained one by one, so that only the guilty do.
    """
    from experiments.training.loop import train_group

    results = train_group(runs)
    if len(runs) > 1 and any(result["status"] in ("failed", "unsupported") for result in results):
        return [record for run in runs for record in train([run])]
    return [
        _record(
            run,
            status=result["status"],
            error=result["error"],
            curves=result["curves"],
            confusion=result["confusion"],
        )
        for run, result in zip(runs, results, strict=True)
    ]


def unfinished(run: RunSpec, status: str, error: str) -> Record:
    """The record of a run that ended without a result."""
    return _record(run, status=status, error=error)


def _record(run: RunSpec, **result: Any) -> Record:
    origin = provenance.of(run)
    return Record(run, provenance=origin, environment=environment.environment_id(), **result)


@contextmanager
def _deadline(seconds: float | None) -> Iterator[None]:
    """End this process if the body takes longer.

    An exception would come too late for compiled code that never returns to Python, and might
    leave an import half done, to the harm of the next group.
    """
    if seconds is None:
        yield
        return
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@contextmanager
def _only_once(store: Store, runs: Sequence[RunSpec]) -> Iterator[None]:
    """Wait while another process trains the same group for the same folder.

    The operating system lifts the lock when its holder ends, however it ends.
    """
    place = int(runs[0].id[:12], 16)
    try:
        file = (store.folder / "lock").open("a")
    except OSError:
        yield  # the folder cannot be written: that shows when a record is
        return
    with file:
        # On a file system without locks, the worst is that a group is trained twice.
        with suppress(OSError):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, place)
        yield
