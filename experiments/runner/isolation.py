"""Groups in processes of their own, to find the run that kills its process or never ends."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from experiments.runner import work
from experiments.runner.process import Died, OverTime, Process
from experiments.specification import RunSpec
from experiments.store.record import Record

ATTEMPTS, ATTEMPTS_KILLED = 2, 4
"""Deaths of a process during one run before that run is called the killer; more of them where the
last came from outside, which may have met an innocent run."""


class Ended(RuntimeError):  # noqa: N818
    """The driver is ending, and with it all isolated processes."""


class Isolation:
    """Trains suspects in fresh processes; leaving its context ends those that still work.

    Args:
        timeout: seconds a run may take.
    """

    def __init__(self, timeout: float | None = None) -> None:
        self._timeout = timeout
        self._alive: set[Process] = set()
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended = True
        for process in list(self._alive):
            process.end()

    def train(self, runs: Sequence[RunSpec]) -> Iterator[Record]:
        """The records of `runs`, some of which may kill their process or never end.

        They are trained together; if that fails, one at a time. One whose process dies again, or
        that goes over its time, is marked "crashed" or "timed out".
        """
        if len(runs) > 1:
            try:
                yield from self.together(runs)
                return
            except (Died, OverTime):
                pass
        waiting, deaths = list(runs), 0
        while waiting:
            try:
                for record in self._one_at_a_time(waiting):
                    del waiting[0]
                    deaths = 0
                    yield record
            except OverTime:
                reason = f"took more than {self._timeout:g} seconds"
                yield work.unfinished(waiting.pop(0), "timed out", reason)
                deaths = 0
            except Died as death:
                deaths += 1
                if deaths >= (ATTEMPTS_KILLED if death.killed else ATTEMPTS):
                    yield work.unfinished(waiting.pop(0), "crashed", str(death))
                    deaths = 0

    def together(self, runs: Sequence[RunSpec]) -> list[Record]:
        """The records of runs that are trained together in one fresh process.

        Raises:
            Died: the process ended before it was done.
            OverTime: it took more than the runs may together.
            Ended: the context was left meanwhile.
        """
        (records,) = self._train([runs])
        return records

    def _one_at_a_time(self, runs: Sequence[RunSpec]) -> Iterator[Record]:
        for (record,) in self._train([[run] for run in list(runs)]):
            yield record

    def _train(self, groups: Sequence[Sequence[RunSpec]]) -> Iterator[list[Record]]:
        """The records of groups, one after the other in one process."""
        process = Process()
        self._alive.add(process)
        try:
            for group in groups:
                if self._ended:
                    raise Ended
                yield process.train(group, self._timeout)
        except (Died, OverTime):
            if self._ended:
                raise Ended from None
            raise
        finally:
            process.close()
            self._alive.discard(process)
