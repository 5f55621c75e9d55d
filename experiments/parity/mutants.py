"""A bug in every derivative: each line of the framework's table, wrong by one part in a thousand.

The gallery holds bugs that somebody thought of; here is one that nobody has to think of. A first
pass notes which derivatives each case goes through; then each is scaled, and its case must fail.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from unittest.mock import patch

from experiments.backends import resolve
from experiments.parity.case import Case
from experiments.parity.catalogue import cases
from experiments.parity.judge import FAILS, judge
from framework.variable import Function

BACKEND = "framework-autograd"
FACTOR = 1.001
ORDINARY = {"normal", "ordinary", "positive", "one run"}
Key = tuple[str, int]


@dataclass(frozen=True)
class Mutant:
    """A derivative by function and input (from 1), the case that goes through it, and whether that
    case noticed; no case, where none goes through it.
    """

    function: str
    input: int
    case: str
    noticed: bool


def mutants() -> list[Mutant]:
    """Every derivative of the table, scaled in turn."""
    through = _reached()
    found = []
    for name, place in _derivatives():
        case = through.get((name, place))
        noticed = case is not None and _noticed((name, place), case)
        found.append(Mutant(name, place + 1, "" if case is None else case.name, noticed))
    return found


def _derivatives() -> list[Key]:
    return [
        (name, place)
        for name, function in sorted(Function.table.items())
        for place, vjp in enumerate(function.vjps)
        if vjp is not None
    ]


def _reached() -> dict[Key, Case]:
    """The first case on ordinary inputs in float64 that goes through each derivative."""
    through: dict[Key, Case] = {}
    visited: set[Key] = set()
    with _watched(visited.add):
        for case in cases().values():
            if case.dtype == "float64" and case.inputs in ORDINARY:
                visited.clear()
                case.observe(resolve(BACKEND))
                for key in visited:
                    through.setdefault(key, case)
    return through


def _noticed(key: Key, case: Case) -> bool:
    name, place = key
    function = Function.table[name]
    changed = [*function.vjps]
    changed[place] = _scaled(changed[place])
    with patch.object(function, "vjps", tuple(changed)):
        return any(each.verdict in FAILS for each in judge(case, resolve(BACKEND)))


def _scaled(right: Any) -> Callable[..., Any]:
    @wraps(right)
    def wrong(*arguments: Any, **named: Any) -> Any:
        gradient = right(*arguments, **named)
        return None if gradient is None else gradient * FACTOR

    return wrong


@contextmanager
def _watched(visit: Callable[[Key], None]) -> Iterator[None]:
    """Every derivative tells when it is called."""
    with ExitStack() as stack:
        for name, function in Function.table.items():
            vjps = tuple(
                vjp and _telling(vjp, (name, place), visit)
                for place, vjp in enumerate(function.vjps)
            )
            stack.enter_context(patch.object(function, "vjps", vjps))
        yield


def _telling(right: Any, key: Key, visit: Callable[[Key], None]) -> Callable[..., Any]:
    @wraps(right)
    def told(*arguments: Any, **named: Any) -> Any:
        visit(key)
        return right(*arguments, **named)

    return told
