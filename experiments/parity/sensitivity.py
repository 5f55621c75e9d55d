"""Would it have been noticed? Every bug of the gallery, hunted until a case catches it."""

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.backends import resolve
from experiments.parity.case import Case
from experiments.parity.catalogue import cases
from experiments.parity.gallery import BUGS, Bug
from experiments.parity.judge import PASSES, SILENT, Finding, judge

BACKENDS = ("framework", "framework-explicit")
"""Where bugs are hunted: the recorded graph with its replay, then the layers' own backward."""


@dataclass(frozen=True)
class Hunt:
    """What became of a bug: the finding that gave it away, if any, and how many cases it took."""

    bug: str
    source: str
    looked_at: int
    backend: str = ""
    finding: Finding | None = None

    @property
    def caught(self) -> bool:
        """Whether any case noticed it."""
        return self.finding is not None


def names() -> list[str]:
    """All bugs by name."""
    return [bug.name for bug in BUGS]


def hunt(name: str) -> Hunt:
    """Switch the bug of that name on and look for it, nearest cases first, until it is caught.

    A case counts only if it passes without the bug.
    """
    return search(next(bug for bug in BUGS if bug.name == name))


def search(bug: Bug) -> Hunt:
    """The same for any bug, of the gallery or not."""
    looked_at = 0
    for backend in sorted(BACKENDS, key=lambda name: name != bug.backend):
        for case in _nearest_first(bug.near):
            looked_at += 1
            found = _caught_by(bug, case, backend)
            if found is not None:
                return Hunt(bug.name, bug.source, looked_at, backend, found)
    return Hunt(bug.name, bug.source, looked_at)


def _caught_by(bug: Bug, case: Case, backend: str) -> Finding | None:
    expected = case.expected  # before the bug is there, as it may be in what both sides share
    assert expected is not None
    with bug.patch():
        suspects = [each for each in judge(case, resolve(backend)) if _fails(each)]
    if not suspects:
        return None
    sound = {each.observation: each for each in judge(case, resolve(backend))}
    for suspect in suspects:
        before = sound.get(suspect.observation)
        if suspect.observation == "everything" and "everything" not in sound:
            return suspect
        if before is not None and before.verdict in PASSES:
            return suspect
    return None


def _fails(finding: Finding) -> bool:
    return finding.verdict not in PASSES | SILENT


def _nearest_first(near: str) -> Iterator[Case]:
    every = cases()
    first = [name for name in every if name.startswith(near)]
    seen = set(first)
    yield from (every[name] for name in first)
    yield from (every[name] for name in every if name not in seen)
