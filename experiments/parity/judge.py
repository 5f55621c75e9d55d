"""From what a backend shows of a case to findings: one for every observation, with its verdict."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from experiments.backends import Unsupported
from experiments.parity.case import Case
from experiments.parity.measures import Measure, measure

EXACT = "exact"
ROUNDING = "rounding"
ACCURATE = "as accurate"
DIFFERS = "differs"
NOT_FINITE = "not finite"
WRONG_SHAPE = "wrong shape"
WRONG_DTYPE = "wrong dtype"
RAISES = "raises"
HANGS = "hangs"
CRASHES = "crashes"
UNSUPPORTED = "unsupported"
NOT_OBSERVABLE = "not observable"

VERDICTS = {
    EXACT: "equal to torch.nn in every bit (NaN equals NaN, -0 equals 0)",
    ROUNDING: "within the case's bound, in epsilons of the largest element",
    ACCURATE: "beyond the bound, yet no further from the truth than four times torch.nn is",
    DIFFERS: "neither",
    NOT_FINITE: "NaN or infinite where torch.nn is finite",
    WRONG_SHAPE: "a tensor of another shape than torch.nn's",
    WRONG_DTYPE: "a tensor of another dtype than torch.nn's",
    RAISES: "the backend raised",
    HANGS: "the backend did not answer before the deadline",
    CRASHES: "the backend's process died",
    UNSUPPORTED: "the backend says that it cannot do this",
    NOT_OBSERVABLE: "the backend lacks the optional method that would show it",
}
PASSES = {EXACT, ROUNDING, ACCURATE}
SILENT = {UNSUPPORTED, NOT_OBSERVABLE}
FAILS = set(VERDICTS) - PASSES - SILENT

NO_LESS_ACCURATE = 4.0
"""How many times torch.nn's own error is still as accurate as torch.nn."""


@dataclass(frozen=True)
class Finding:
    """One observation of one case, judged.

    `reason` is a sentence where the verdict needs one; `worst` describes the element that is
    furthest off.
    """

    case: str
    area: str
    what: str
    inputs: str
    dtype: str
    observation: str
    verdict: str
    reason: str = ""
    measure: Measure | None = None
    worst: str = ""

    @property
    def passes(self) -> bool:
        """Whether the backend does here what torch.nn does."""
        return self.verdict in PASSES


def judge(case: Case, backend: Any, with_truth: bool = True) -> list[Finding]:
    """Ask a backend, and compare all it shows; what it raises is a finding too."""
    blank = blank_finding(case)
    try:
        with _seeded(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            seen = case.observe(backend)
    except Unsupported as reason:
        return [replace(blank, verdict=UNSUPPORTED, reason=str(reason))]
    except Exception as error:
        return [replace(blank, verdict=RAISES, reason=_first_line(error))]
    return list(_compare(case, seen, with_truth, blank))


def blank_finding(case: Case) -> Finding:
    """A finding about the case as a whole, without a verdict yet."""
    return Finding(case.name, case.area, case.what, case.inputs, case.dtype, "everything", "")


def _compare(
    case: Case, seen: dict[str, Any], with_truth: bool, blank: Finding
) -> Iterator[Finding]:
    for name in case.expected:
        finding = replace(blank, observation=name)
        if name not in seen:
            yield replace(finding, verdict=NOT_OBSERVABLE)
        else:
            yield _judged(case, name, seen[name], with_truth, finding)


def _judged(case: Case, name: str, shown: Any, with_truth: bool, finding: Finding) -> Finding:
    referee = case.expected[name]
    if not isinstance(shown, Tensor):
        reason = f"expected a tensor, got {type(shown).__name__}"
        return replace(finding, verdict=WRONG_DTYPE, reason=reason)
    if shown.shape != referee.shape:
        reason = f"expected {tuple(referee.shape)}, got {tuple(shown.shape)}"
        return replace(finding, verdict=WRONG_SHAPE, reason=reason)
    if shown.dtype != referee.dtype:
        reason = f"expected {referee.dtype}, got {shown.dtype}"
        return replace(finding, verdict=WRONG_DTYPE, reason=reason)
    shown = shown.detach()
    if not referee.is_floating_point():
        same = torch.equal(shown, referee)
        return replace(finding, verdict=EXACT if same else DIFFERS)
    truth = case.known.get(name) if with_truth else None
    known = case.referee_error(name) if with_truth else None
    found = measure(shown, referee, truth, known)
    finite = bool((shown.isfinite() | ~referee.isfinite()).all())
    verdict = _verdict(found, case.bound, case.floor(name) / found.scale, finite)
    return replace(finding, verdict=verdict, measure=found, worst=_worst(shown, referee, found))


def _verdict(found: Measure, bound: float, floor: float, finite: bool) -> str:
    if found.exact:
        return EXACT
    if not finite:
        return NOT_FINITE
    if found.scaled <= bound * max(1.0, floor):
        return ROUNDING
    ratio = found.ratio
    return ACCURATE if ratio is not None and ratio <= NO_LESS_ACCURATE else DIFFERS


def _worst(shown: Tensor, referee: Tensor, found: Measure) -> str:
    if found.exact:
        return ""
    mine, theirs = (float(each.flatten()[found.worst]) for each in (shown, referee))
    return f"element {found.worst}: {mine!r}, torch.nn {theirs!r}"


@contextmanager
def _seeded() -> Iterator[None]:
    """torch's own generator at seed 0, and afterwards as it was."""
    before = torch.get_rng_state()
    torch.default_generator.manual_seed(0)
    try:
        yield
    finally:
        torch.set_rng_state(before)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
