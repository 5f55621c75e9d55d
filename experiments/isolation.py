"""Groups in processes of their own, to find the run that kills its process or never ends.

`python -m experiments.isolation` reads groups from its input, one a line, and answers each with
"ready" and then its records, so a death costs nobody else anything and every hang can be ended.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from experiments import work
from experiments.record import Record, decode, encode
from experiments.specification import RunSpec, canonical

ATTEMPTS = 2
"""Deaths of a process during one run before that run is called the killer."""


class Died(RuntimeError):  # noqa: N818
    """The process ended before its work; the message says how."""


class OverTime(RuntimeError):  # noqa: N818
    """The process was ended since its runs took longer than they may."""


class Ended(RuntimeError):  # noqa: N818
    """The driver is ending, and with it all isolated processes."""


class Process:
    """A process that trains groups, one after the other, until it dies or is ended."""

    def __init__(self) -> None:
        path = [str(Path(each).resolve()) for each in sys.path]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "experiments.isolation"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
            process_group=0,  # a terminal's Ctrl-C is for the driver, who ends this process
        )

    def train(self, runs: Sequence[RunSpec], timeout: float | None) -> list[Record]:
        """The records of a group; only its training counts as time.

        Raises:
            Died: the process ended before it was done.
            OverTime: it took more than `timeout` seconds a run, and was ended.
        """
        self._write([canonical(run.model_dump()) for run in runs])
        self._read()
        over = threading.Event()
        timer = threading.Timer((timeout or 0) * len(runs), self._end_for, [over])
        if timeout:
            timer.start()
        try:
            return [decode(text.encode()) for text in json.loads(self._read())]
        except Died:
            if over.is_set():
                raise OverTime from None
            raise
        finally:
            timer.cancel()

    def _end_for(self, over: threading.Event) -> None:
        over.set()
        self.end()

    def end(self) -> None:
        """End the process now."""
        self._process.kill()

    def close(self) -> None:
        """End the process and wait until it is gone."""
        self.end()
        self._process.communicate()

    def _write(self, specs: list[str]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(specs).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise Died(self._how()) from None

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise Died(self._how())
        return line

    def _how(self) -> str:
        status = self._process.wait()
        if status >= 0:
            return f"its process ended with exit status {status}"
        return f"its process was ended by {signal.Signals(-status).name}"


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
                if deaths == ATTEMPTS:
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


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _main() -> None:
    """Answer groups with their records; what training prints goes nowhere."""
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for line in sys.stdin:
        runs = [RunSpec.stored(json.loads(text)) for text in json.loads(line)]
        work.get_ready(runs[0])
        output.write(b"ready\n")
        records = work.train(runs)
        output.write(json.dumps([encode(record).decode() for record in records]).encode() + b"\n")


if __name__ == "__main__":
    _main()
