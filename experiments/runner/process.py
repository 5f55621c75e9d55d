"""A process that trains groups for another one, so that its death costs nobody else anything.

`python -m experiments.runner.process` reads groups from its input, one a line, and answers each
with "ready" and then its records.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from experiments.runner import work
from experiments.specification import RunSpec, canonical
from experiments.store.record import Record, decode, encode


class Died(RuntimeError):  # noqa: N818
    """The process ended before its work; the message says how.

    Args:
        killed: by SIGKILL, which comes from a person or from a system that is out of memory.
    """

    def __init__(self, how: str, killed: bool = False) -> None:
        super().__init__(how)
        self.killed = killed


class OverTime(RuntimeError):  # noqa: N818
    """The process was ended since its runs took longer than they may."""


class Process:
    """A process that trains groups, one after the other, until it dies or is ended."""

    def __init__(self) -> None:
        path = [str(Path(each).resolve()) for each in sys.path]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "experiments.runner.process"],
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
            raise self._died() from None

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._died()
        return line

    def _died(self) -> Died:
        status = self._process.wait()
        if status >= 0:
            return Died(f"its process ended with exit status {status}")
        ended_by = signal.Signals(-status)
        return Died(f"its process was ended by {ended_by.name}", ended_by is signal.SIGKILL)


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
