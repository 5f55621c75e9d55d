"""All cases of a backend, each in time: findings, whatever the backend does."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from experiments.backends import Unsupported, resolve
from experiments.parity.catalogue import cases
from experiments.parity.judge import CRASHES, HANGS, RAISES, Finding, blank_finding, judge
from experiments.parity.workers import Answer, Request, Workers

DEADLINE = 60.0
"""Seconds a case may take: thousands of times what it needs, since others use the machine too."""

PATIENCE = 2
"""Cases of an area that may hang or crash before the rest of it is not tried any more."""


def findings(backend: str, case: str) -> list[Finding]:
    """What a backend, by its name, shows of a case, by its name."""
    return judge(cases()[case], _resolved(backend))


def prepare(backends: Sequence[str]) -> None:
    """Import what the cases need; nothing that a backend does here counts yet."""
    cases()
    for backend in backends:
        _resolved(backend)


def run(
    backends: Sequence[str],
    names: Sequence[str],
    workers: Workers,
    deadline: float = DEADLINE,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterator[tuple[str, Finding]]:
    """Pairs of a backend's name and one of its findings; `advance` counts finished cases."""
    requests = [
        Request(findings, (backend, name), deadline) for name in names for backend in backends
    ]
    lost: dict[tuple[str, str], list[str]] = defaultdict(list)

    def skip(request: Request) -> Answer | None:
        key = _key(request)
        if len(lost[key]) < PATIENCE:
            return None
        reason = f"not tried: {PATIENCE} cases of {key[1]} hung or crashed before"
        return Answer(failure=lost[key][0], reason=reason)

    for request, answer in workers.run(requests, skip):
        backend, name = request.arguments
        advance(1)
        if answer.failure in (HANGS, CRASHES):
            lost[_key(request)].append(answer.failure)
        for finding in of_answer(answer, name):
            yield backend, finding


def _key(request: Request) -> tuple[str, str]:
    backend, name = request.arguments
    return backend, cases()[name].area


def of_answer(answer: Answer, name: str) -> list[Finding]:
    """The findings in a worker's answer; if it has none, one that says why."""
    if not answer.failure:
        found: list[Finding] = answer.value
        return found
    verdict = answer.failure if answer.failure in (HANGS, CRASHES) else RAISES
    reason = answer.reason.strip().rpartition("\n")[2]
    return [replace(blank_finding(cases()[name]), verdict=verdict, reason=reason)]


@cache
def _resolved(name: str) -> Any:
    try:
        return resolve(name)
    except Unsupported as reason:
        return _Missing(str(reason))


class _Missing:
    """Stands for a backend whose library is not installed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def start(self, *_: Any) -> Any:
        """Say why not."""
        raise Unsupported(self.reason)

    differentiate = start
