"""Everything that parity looks at, in worker processes, and what it says at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from experiments.outcome import Outcome, Table
from experiments.parity import (
    cells,
    coverage,
    database,
    expected,
    mutants,
    replay,
    sensitivity,
    suite,
    trajectories,
)
from experiments.parity.arithmetic import table as arithmetic
from experiments.parity.catalogue import cases, quick
from experiments.parity.evidence import (
    covered_table,
    curves,
    hunt_table,
    mutant_table,
    sentences,
    trajectory_table,
    verdicts,
)
from experiments.parity.judge import FAILS
from experiments.parity.overview import overview
from experiments.parity.report import (
    Judged,
    details,
    doubtful,
    failures,
    frame,
    overlay,
    summary,
)
from experiments.parity.workers import Answer, Request, Workers
from experiments.runner.options import Options

BACKENDS = ("framework", "framework-explicit", "framework-autograd")
"""What is looked at unless somebody asks for something else; trainings, of the first alone."""

LONG = 300.0
"""Seconds that a whole training, a module's inputs or the hunt for a bug may take."""

FOREIGN_EPOCHS = 20
"""Epochs of whole trainings of other people's backends, which need not be equal to the bit."""

SAVED = 20
"""Cases that are saved for each backend, the worst of each thing first."""


@dataclass
class Evidence:
    """What has been found, stage by stage."""

    judged: list[Judged]
    outdated: list[expected.Outdated]
    followed: list[tuple[str, trajectories.Trajectory]]
    lost: list[tuple[str, str, str]]
    covered: list[tuple[str, coverage.Covered]]
    hunted: list[sensitivity.Hunt]
    mutants: list[mutants.Mutant]


def run(options: Options) -> Outcome:
    """Look at the backends asked for, or the framework's; or play a saved case again.

    Raises:
        ValueError: a file of expected failures, or a saved case, is not as it should be.
    """
    if options.replay is not None:
        return replayed(options)
    backends = options.backends or BACKENDS
    expectations = expected.read(cases())
    prepare = partial(suite.prepare, tuple(backends))
    with Workers(max(1, min(options.jobs, 8)), prepare) as workers:
        found = _cases(backends, options, workers)
        judged, outdated = overlay(found, expectations)
        followed, lost = _trainings(backends, options, workers)
        evidence = Evidence(
            judged,
            [] if options.quick else outdated,  # a few cases do not tell that nothing fails
            followed,
            lost,
            _coverage(backends, options, workers),
            _sensitivity(options, workers) if "framework" in backends else [],
            _mutants(options, workers) if "framework" in backends else [],
        )
    saved = _save(evidence.judged, options.results)
    return _outcome(evidence, backends, saved, bool(options.backends))


def replayed(options: Options) -> Outcome:
    """What a saved case shows now."""
    assert options.replay is not None
    asked = options.backends[0] if options.backends else None
    backend, found = replay.play(options.replay, asked)
    shown = frame([Judged(backend, finding) for finding in found])
    columns = ["observation", "verdict", "max_ulp", "scaled", "error", "referee_error", "reason"]
    title = f"{found[0].case} once more, {backend}"
    formats = dict.fromkeys(columns[2:6], ".3g")
    return Outcome(
        "parity-replay", title, (Table("case", title, shown[columns], (), formats),),
        text=_counts(found),
    )  # fmt: skip


def _counts(found: Sequence[Any]) -> tuple[str, ...]:
    failing = [finding for finding in found if finding.verdict in FAILS]
    return (f"{len(failing)} of {len(found)} observations fail.",)


def _cases(backends: Sequence[str], options: Options, workers: Workers) -> list[tuple[str, Any]]:
    names = list(quick(cases()) if options.quick else cases())
    total = len(names) * len(backends)
    with options.progress.count("Parity: cases", total, "cases") as advance:
        return list(suite.run(backends, names, workers, advance=advance))


def _trainings(
    backends: Sequence[str], options: Options, workers: Workers
) -> tuple[list[tuple[str, trajectories.Trajectory]], list[tuple[str, str, str]]]:
    """Whole trainings; of the framework's ways, only the first is asked for them."""
    requests = []
    for backend in [each for each in backends if each not in BACKENDS[1:]] or backends[:1]:
        ours = backend in BACKENDS
        epochs = (10 if options.quick else cells.EPOCHS) if ours else FOREIGN_EPOCHS
        for together in cells.together(cells.cells(backend, options.quick)):
            requests.append(Request(trajectories.follow, (backend, together, epochs), LONG))
    followed, lost = [], []
    for request, answer in _asked("Parity: trainings", requests, options, workers):
        backend, together, _ = request.arguments
        if answer.failure:
            reason = answer.reason.strip().rpartition("\n")[2]
            lost += [(backend, cell.name, f"{answer.failure}: {reason}") for cell in together]
        else:
            followed += [(backend, each) for each in answer.value]
    order = {cell.name: place for place, cell in enumerate(cells.cells())}
    return sorted(followed, key=lambda each: (each[0], order[each[1].cell.name])), sorted(lost)


def _coverage(
    backends: Sequence[str], options: Options, workers: Workers
) -> list[tuple[str, coverage.Covered]]:
    kinds: tuple[tuple[Callable[..., Any], dict[str, Any]], ...] = (
        (coverage.module, database.modules()),
        (coverage.optimizer, database.optimizers()),
    )
    every = [(function, name) for function, known in kinds for name in known]
    asked = every[::12] if options.quick else every
    requests = [
        Request(function, (backend, name), LONG)
        for backend in _once(backends)
        for function, name in asked
    ]
    found = []
    for request, answer in _asked("Parity: coverage", requests, options, workers):
        backend, name = request.arguments
        kind = request.function.__name__
        lost = coverage.Covered(kind, name, 0, 0, 0, f"{answer.failure} {answer.reason}"[-200:])
        found.append((backend, lost if answer.failure else answer.value))
    return sorted(found, key=lambda each: (each[0], each[1].kind, each[1].name))


def _sensitivity(options: Options, workers: Workers) -> list[sensitivity.Hunt]:
    names = sensitivity.names()
    asked = names[::8] if options.quick else names
    requests = [Request(sensitivity.hunt, (name,), LONG) for name in asked]
    found = {}
    for request, answer in _asked("Parity: bugs", requests, options, workers):
        (name,) = request.arguments
        found[name] = sensitivity.Hunt(name, "", 0) if answer.failure else answer.value
    return [found[name] for name in asked]


def _mutants(options: Options, workers: Workers) -> list[mutants.Mutant]:
    request = Request(mutants.mutants, (), LONG)
    ((_, answer),) = _asked("Parity: derivatives", [request], options, workers)
    return [] if answer.failure else answer.value


def _asked(
    doing: str, requests: list[Request], options: Options, workers: Workers
) -> list[tuple[Request, Answer]]:
    with options.progress.count(doing, len(requests), "looked at") as advance:
        answers = []
        for request, answer in workers.run(requests):
            advance(1)
            answers.append((request, answer))
        return answers


def _once(backends: Sequence[str]) -> list[str]:
    """The framework's ways share their modules: one of them is enough."""
    others = [each for each in backends if each not in BACKENDS]
    return [*[each for each in backends if each in BACKENDS][:1], *others]


def _save(judged: Sequence[Judged], results: Path) -> list[Path]:
    """For each backend, one case of each thing that fails unexpectedly."""
    worst: dict[tuple[str, str], Judged] = {}
    for each in sorted(judged, key=_distance, reverse=True):
        if each.unexpected:
            worst.setdefault((each.backend, each.finding.what), each)
    counts: dict[str, int] = {}
    saved = []
    for (backend, _), each in worst.items():
        counts[backend] = counts.get(backend, 0) + 1
        if counts[backend] <= SAVED:
            path = replay.save(results / "raw" / "parity", backend, each.finding)
            saved.append(path.relative_to(results))
    return saved


def _distance(judged: Judged) -> tuple[float, str, str]:
    measure = judged.finding.measure
    return (measure.scaled if measure else 0.0, judged.finding.case, judged.finding.observation)


def _outcome(
    evidence: Evidence, backends: Sequence[str], saved: Sequence[Path], selected: bool
) -> Outcome:
    found = frame(evidence.judged)
    tables = [summary(found)]
    for place, backend in enumerate(backends if selected else backends[:1]):
        name = "things" if place == 0 else f"things-{place + 1}"
        tables += [overview(found, backend, name), details(found, backend, f"{name}-in-full")]
    tables += [failures(found), trajectory_table(evidence.followed, evidence.lost)]
    tables += [covered_table(evidence.covered), doubtful(found), arithmetic()]
    if evidence.hunted:
        tables.append(hunt_table(evidence.hunted))
        tables.append(mutant_table(evidence.mutants))
    return Outcome(
        "parity-selected" if selected else "parity",
        "Parity with torch.nn, proven",
        tuple(table for table in tables if len(table.frame)),
        curves(evidence.followed),
        verdicts(evidence.followed, evidence.hunted),
        sentences(evidence, saved),
    )
