"""Groups on a dask cluster: futures whose results travel back, so no folder need be shared.

Workers are one thread each, in a nanny that starts them again:
`dask worker tcp://HOST:PORT --nthreads 1`, with this project importable there.
"""

import json
import queue
import time
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any

from experiments.runner import work
from experiments.runner.cluster_workers import (
    NOT_RUNNING,
    ClusterError,
    check,
    connect,
    no_workers,
    workers,
)
from experiments.runner.isolation import Isolation
from experiments.runner.process import Died, OverTime
from experiments.runner.work import Group, Plan, Report
from experiments.specification import RunSpec, canonical
from experiments.store import Store, provenance
from experiments.store.record import decode, encode

if TYPE_CHECKING:
    from distributed import Client, Future

WITHOUT_WORKERS = 60.0
"""Seconds to wait for a worker to come back."""


def train_on(address: str, missing: list[Group], store: Store, plan: Plan) -> Generator[Report]:
    """What becomes of groups that are trained on the workers of the scheduler at `address`.

    Raises:
        ClusterError: no scheduler or no worker, or a worker with other code or versions.
    """
    client = connect(address)
    try:
        check(client, [group[0] for group in missing])
        suspects: list[Group] = []
        for group, result in each_result(client, train_away, _tasks(missing, plan)):
            if isinstance(result, BaseException) or result is None:
                suspects.append(group)  # its worker died, or it went over its time
            else:
                yield _keep(group, result, store)
        for group, result in each_result(client, train_isolated, _tasks(suspects, plan)):
            if isinstance(result, BaseException):
                raise ClusterError(f"run {group[0].id[:8]} cannot be trained there: {result}")
            yield _keep(group, result, store)
    finally:
        client.close(timeout=5)


def _tasks(groups: list[Group], plan: Plan) -> Iterable[tuple[Group, tuple[Any, ...]]]:
    for group in groups:
        yield group, ([canonical(run.model_dump()) for run in group], plan.timeout)


def train_away(specs: list[str], timeout: float | None) -> tuple[float, list[str]] | None:
    """On a worker: seconds and encoded records of a group; None if it has to be looked into."""
    runs = [RunSpec.stored(json.loads(text)) for text in specs]
    start = time.perf_counter()
    try:
        # A worker's tasks are not in its main thread, where alone they could be interrupted.
        records = Isolation(timeout).together(runs) if timeout else work.train(runs)
    except (Died, OverTime):
        return None
    return time.perf_counter() - start, [encode(record).decode() for record in records]


def train_isolated(specs: list[str], timeout: float | None) -> tuple[float, list[str]]:
    """On a worker: seconds and encoded records of a group that may kill or hang."""
    runs = [RunSpec.stored(json.loads(text)) for text in specs]
    start = time.perf_counter()
    with Isolation(timeout) as isolation:
        records = list(isolation.train(runs))
    return time.perf_counter() - start, [encode(record).decode() for record in records]


def _keep(group: Group, result: tuple[float, list[str]], store: Store) -> Report:
    seconds, texts = result
    statuses = {}
    for run, text in zip(group, texts, strict=True):
        record = decode(text.encode())
        reason = record.stale(provenance.of(run))
        if record.id != run.id or reason:
            raise ClusterError(f"a worker sent a record that does not belong here: {reason}")
        store.write_encoded(record.id, text.encode())
        statuses[record.id] = record.status
    store.write_duration(statuses, seconds, contended=True)
    return Report(statuses, seconds)


def each_result(
    client: "Client", function: Callable[..., Any], tasks: Iterable[tuple[Group, tuple[Any, ...]]]
) -> Generator[tuple[Group, Any]]:
    """For each (group, arguments): the group and what `function` returned or raised, as it comes.

    At most two tasks a worker are handed over at a time.

    Raises:
        ClusterError: the scheduler is gone, or no worker has come back for a minute.
    """
    done: queue.SimpleQueue[Future] = queue.SimpleQueue()
    under_way: dict[Any, tuple[Group, Future]] = {}
    waiting = iter(tasks)
    try:
        while True:
            for group, arguments in waiting:
                future = client.submit(function, *arguments, pure=False)
                under_way[future.key] = group, future
                future.add_done_callback(done.put)
                if len(under_way) >= 2 * max(1, len(workers(client))):
                    break
            if not under_way:
                return
            future = _next(client, done)
            group, _ = under_way.pop(future.key)
            yield group, _outcome(future)
    finally:
        client.cancel([future for _, future in under_way.values()], force=True)


def _next(client: "Client", done: "queue.SimpleQueue[Future]") -> "Future":
    lost = None
    while True:
        try:
            return done.get(timeout=1)
        except queue.Empty:
            if client.status != "running":
                raise ClusterError(f"the scheduler has gone; {NOT_RUNNING}") from None
            lost = None if workers(client) else lost or time.monotonic()
            if lost and time.monotonic() - lost > WITHOUT_WORKERS:
                raise ClusterError(no_workers(client)) from None


def _outcome(future: "Future") -> Any:
    """What a finished task returned, or the exception that stands for it."""
    try:
        if future.status == "cancelled" or future.status == "lost":
            raise ClusterError(f"the scheduler has gone; {NOT_RUNNING}")
        return future.result(timeout=60)
    except ClusterError:
        raise
    except Exception as error:  # of any kind: also a result that cannot be read here
        return error
