"""Processes that answer requests before a deadline, so that a backend that hangs stops nobody.

A request is a function of some importable module and its arguments. A worker that does not answer
in time, or dies, is replaced, and its request is answered by `HANGS` or `CRASHES`.
"""

import atexit
import multiprocessing
import os
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

import torch

from experiments.parity.judge import CRASHES, HANGS

START = 300.0
"""Seconds a new process may take until it can be asked."""


@dataclass(frozen=True)
class Request:
    """What to call, and how many seconds the answer may take."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    deadline: float


@dataclass(frozen=True)
class Answer:
    """The value of a request, or why there is none: `HANGS`, `CRASHES`, or an error's traceback."""

    value: Any = None
    failure: str = ""
    reason: str = ""


class Worker:
    """One process that answers one request at a time.

    Args:
        prepare: called in a new process before anything is asked and before any clock runs, so
            that imports do not count.
    """

    def __init__(self, prepare: Callable[[], Any] | None = None) -> None:
        self._prepare = prepare
        self._process: Any = None
        self.connection: Connection | None = None
        self._due = 0.0
        self._request: Request | None = None
        self._unstarted: Answer | None = None
        atexit.register(self.stop)

    def ask(self, request: Request) -> None:
        """Send a request; the clock runs from here, the start of the process apart."""
        self._request = request
        if self.connection is None:
            self._unstarted = self._start()
        if self.connection is not None:
            self.connection.send((request.function, request.arguments))
            self._due = time.monotonic() + request.deadline

    def answer(self) -> Answer | None:
        """The answer if there is one by now; a worker that is late or dead is stopped."""
        assert self._request is not None
        if self.connection is None:
            return self._unstarted
        try:
            if self.connection.poll(0):
                value, error = self.connection.recv()
                return Answer(value) if error is None else Answer(failure="error", reason=error)
        except (EOFError, OSError):
            self._process.join()
            return self._lost(CRASHES, _how(self._process.exitcode))
        if time.monotonic() > self._due:
            return self._lost(HANGS, f"no answer within {self._request.deadline:g} seconds")
        return None

    def answer_to(self, request: Request) -> Answer:
        """Ask, and wait for the answer."""
        self.ask(request)
        while True:
            wait([self.connection] if self.connection else [], timeout=self.left + 0.01)
            if (answer := self.answer()) is not None:
                return answer

    @property
    def left(self) -> float:
        """Seconds until the answer is due."""
        return max(0.0, self._due - time.monotonic())

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _lost(self, failure: str, reason: str) -> Answer:
        self.stop()
        return Answer(failure=failure, reason=reason)

    def _start(self) -> Answer | None:
        """Start a process; if it never gets ready, the answer to whatever is asked."""
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._prepare), daemon=True)
        self._process.start()
        theirs.close()
        if not self.connection.poll(START):
            return self._lost(HANGS, f"its process was not ready within {START:g} seconds")
        try:
            error = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            return self._lost(CRASHES, _how(self._process.exitcode))
        return None if error is None else self._lost("error", error)


class Workers:
    """A few workers that share queues of requests; leaving the context ends them."""

    def __init__(self, count: int, prepare: Callable[[], Any] | None = None) -> None:
        self._workers = [Worker(prepare) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.stop()

    def run(
        self, requests: Sequence[Request], skip: Callable[[Request], Answer | None] | None = None
    ) -> Iterator[tuple[Request, Answer]]:
        """Answers as they come. Neighbouring requests go to the same worker where that is fair.

        `skip` may answer a request in a worker's place, just before it would be asked.
        """
        parts = len(self._workers)
        queues = [deque(requests[place::parts]) for place in range(parts)]
        busy: dict[int, Request] = {}
        while True:
            for place in range(parts):
                while place not in busy and (request := _next(queues, place)) is not None:
                    if skip is not None and (known := skip(request)) is not None:
                        yield request, known
                        continue
                    self._workers[place].ask(request)
                    busy[place] = request
            if not busy:
                return
            self._wait(busy)
            for place in list(busy):
                if (answer := self._workers[place].answer()) is not None:
                    yield busy.pop(place), answer

    def _wait(self, busy: dict[int, Request]) -> None:
        asked = [self._workers[place] for place in busy]
        if all(worker.connection is not None for worker in asked):
            wait([worker.connection for worker in asked if worker.connection is not None],
                 timeout=min(worker.left for worker in asked) + 0.01)  # fmt: skip


def _next(queues: list[deque[Request]], place: int) -> Request | None:
    """The worker's own next request, or, when it has none left, the last of the longest queue."""
    if queues[place]:
        return queues[place].popleft()
    longest = max(queues, key=len)
    return longest.pop() if longest else None


def _serve(connection: Connection, prepare: Callable[[], Any] | None) -> None:
    """Answer requests until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the parent
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # only the driver writes to the terminal
        os.dup2(nowhere, stream)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    connection.send(None if prepare is None else _call(prepare, ())[1])
    while True:
        try:
            function, arguments = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(_call(function, arguments))


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, str | None]:
    try:
        return function(*arguments), None
    except Exception:
        return None, traceback.format_exc()


def _how(status: int | None) -> str:
    if status is not None and status < 0:
        return f"its process was ended by {signal.Signals(-status).name}"
    return f"its process ended with exit status {status}"
