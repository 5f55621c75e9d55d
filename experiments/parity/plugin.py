"""A pytest plug-in: the cases of parity as tests of a backend in anybody's project.

    pytest --parity mypackage.mymodule:backend

adds one test for each case; `--parity-select "layers/Tanh*"` takes some, `--parity-quick` a small
selection, `--parity-expected FILE` gives failures that are expected, each with its reason. Such a
test is reported as xfailed, and fails when it passes. Without `--parity` nothing is imported and
nothing changes.
"""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from experiments.parity.expected import Expected
    from experiments.parity.judge import Finding
    from experiments.parity.workers import Worker

PREFIX = "parity"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plug-in."""
    group = parser.getgroup("parity", "parity with torch.nn")
    group.addoption(
        "--parity",
        metavar="PACKAGE.MODULE:ATTRIBUTE",
        action="append",
        default=[],
        help="test this backend against torch.nn; may be given several times",
    )
    group.addoption(
        "--parity-select",
        metavar="PATTERN",
        default="*",
        help="only the cases whose name is like this, as in 'optimizers/Adam*'",
    )
    group.addoption("--parity-quick", action="store_true", help="a small selection of cases")
    group.addoption(
        "--parity-expected",
        metavar="FILE.toml",
        default=None,
        help="failures that are expected, with their reasons",
    )
    group.addoption(
        "--parity-deadline",
        metavar="SECONDS",
        type=float,
        default=60.0,
        help="how long a case may take",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the cases behind the project's own tests."""
    if config.getoption("parity"):
        items.extend(_Cases.from_parent(session, name=PREFIX).collect())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the process in which the cases ran."""
    worker = session.config.stash.get(_WORKER, None)
    if worker is not None:
        worker.stop()


_WORKER: pytest.StashKey["Worker"] = pytest.StashKey()


class _Cases(pytest.Collector):
    """All cases of all backends asked for."""

    def collect(self) -> Iterator["_CaseItem"]:
        """One test a case and backend."""
        from experiments.backends import Unsupported, resolve
        from experiments.parity import catalogue, expected

        file = self.config.getoption("parity_expected")
        every = catalogue.cases()
        sys.path.append(str(self.config.rootpath))
        try:
            expectations = expected.read(every, [Path(file)] if file else [])
            for backend in self.config.getoption("parity"):
                resolve(backend)
        except (ValueError, Unsupported) as error:
            raise pytest.UsageError(str(error)) from None
        chosen = catalogue.quick(every) if self.config.getoption("parity_quick") else every
        pattern = self.config.getoption("parity_select")
        names = [name for name in chosen if expected.matches(pattern, name)]
        for backend in self.config.getoption("parity"):
            for name in names:
                yield _CaseItem.from_parent(
                    self, name=f"{backend}::{name}", backend=backend, case=name,
                    expectations=expectations,
                )  # fmt: skip


class _CaseItem(pytest.Item):
    """One case of one backend."""

    def __init__(
        self, *, backend: str, case: str, expectations: tuple["Expected", ...], **more: Any
    ) -> None:
        super().__init__(**more)
        self.backend, self.case, self.expectations = backend, case, expectations

    def runtest(self) -> None:
        """Judge it in another process; fail with every observation that is not torch.nn's."""
        from experiments.parity import suite
        from experiments.parity.judge import FAILS, SILENT
        from experiments.parity.workers import Request, Worker

        prepare = partial(suite.prepare, tuple(self.config.getoption("parity")))
        worker = self.config.stash.setdefault(_WORKER, Worker(prepare))
        deadline = self.config.getoption("parity_deadline")
        request = Request(suite.findings, (self.backend, self.case), deadline)
        found = suite.of_answer(worker.answer_to(request), self.case)
        failing = [finding for finding in found if finding.verdict in FAILS]
        known = [self._reason(finding) for finding in failing]
        covered = [e for e in self.expectations if e.concerns(self.backend, [self.case])]
        if failing and all(known):
            pytest.xfail(known[0] or "")
        if failing:
            raise _Departs([f for f, reason in zip(failing, known, strict=True) if not reason])
        if all(finding.verdict in SILENT for finding in found):
            pytest.skip(found[0].reason or "not observable: the backend lacks an optional method")
        if covered:
            pytest.fail(f"passes unexpectedly; expected to fail: {covered[0].reason}")

    def _reason(self, finding: "Finding") -> str | None:
        for entry in self.expectations:
            if entry.covers(self.backend, finding.case, finding.observation):
                return entry.reason
        return None

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The observations that differ, instead of a traceback through the plug-in."""
        if isinstance(excinfo.value, _Departs):
            return "\n".join([f"{self.case} of {self.backend}", *excinfo.value.lines()])
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where pytest says that the test is."""
        return Path(PREFIX), None, self.name


class _Departs(Exception):  # noqa: N818
    """A backend departs from torch.nn in these findings."""

    def __init__(self, findings: list["Finding"]) -> None:
        super().__init__(findings)
        self.findings = findings

    def lines(self) -> Iterator[str]:
        """One line an observation."""
        for finding in self.findings:
            measure = finding.measure
            size = f"{measure.max_ulp:.3g} ULP, " if measure else ""
            size += f"{measure.scaled:.3g} epsilons of the largest element" if measure else ""
            parts = [finding.verdict, size, finding.reason or finding.worst]
            yield f"  {finding.observation}: " + "; ".join(part for part in parts if part)
