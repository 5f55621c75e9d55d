"""What whole trainings, coverage and the gallery of bugs say, as tables, figures and sentences."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.outcome import Figure, Table, Verdict
from experiments.parity.arithmetic import TRIED, capability
from experiments.parity.cells import EARLY
from experiments.parity.coverage import Covered
from experiments.parity.mutants import Mutant
from experiments.parity.sensitivity import Hunt
from experiments.parity.trajectories import Trajectory

if TYPE_CHECKING:
    from experiments.parity.whole import Evidence

Followed = Sequence[tuple[str, Trajectory]]
SOURCE = "parity"


def trajectory_table(followed: Followed, lost: Iterable[tuple[str, str, str]]) -> Table:
    """One row a training."""
    early, late = f"difference after {EARLY} epochs", "difference at the end"
    rows: list[dict[str, Any]] = [
        {
            "backend": backend,
            "training": each.cell.name,
            "epochs": each.epochs,
            "expected": _expected(each),
            "verdict": each.verdict,
            "first step": "" if each.first is None else str(each.first),
            "parts at": each.where,
            early: each.early,
            late: each.late,
            "max ULP": each.max_ulp,
        }
        for backend, each in followed
    ]
    empty = {"epochs": 0, "expected": "", "first step": "", "parts at": ""}
    rows += [
        {"backend": backend, "training": name, "verdict": reason} | empty
        for backend, name, reason in lost
    ]
    table = pd.DataFrame(rows)
    notes = (
        "Both sides in lock-step from equal starts on equal batches, one thread. Compared after "
        "every epoch: the loss of each step and every parameter. exact: equal in every bit, all "
        "the way; bounded: within what is expected after the first epochs; reported: no promise.",
        "Differences are the largest of any parameter. Where sides part, that step is taken again "
        "piece by piece from torch.nn's own values: the first piece that differs is named.",
    )
    numbers = {early: ".2g", late: ".2g", "max ULP": ".3g"}
    formats = {name: numbers[name] for name in table.columns if name in numbers}
    return Table("trainings", "Whole trainings in lock-step with torch.nn", table, notes, formats)


def covered_table(covered: Sequence[tuple[str, Covered]]) -> Table:
    """One row a module or optimizer of PyTorch's database."""
    frame = pd.DataFrame(
        [
            {
                "backend": backend,
                "kind": each.kind,
                "name": each.name,
                "inputs": each.inputs,
                "asked": each.asked,
                "agree": each.agreed,
                "why not more": each.reason,
            }
            for backend, each in covered
        ]
    )
    notes = (
        "Inputs of torch.testing._internal.common_modules.module_db (training mode, float64) and "
        "settings of common_optimizers.optim_db: value, every gradient, state, rtol 1e-9.",
    )
    return Table("coverage", "PyTorch's own conformance database", frame, notes)


def hunt_table(hunted: Sequence[Hunt]) -> Table:
    """One row a bug of the gallery."""
    frame = pd.DataFrame(
        [
            {
                "bug": each.bug,
                "of the report": each.source,
                "caught": "yes" if each.caught else "no",
                "cases until then": each.looked_at,
                "by": each.finding.case if each.finding else "",
                "observation": each.finding.observation if each.finding else "",
                "verdict": each.finding.verdict if each.finding else "",
            }
            for each in hunted
        ]
    )
    notes = (
        "Each bug is switched on alone, and the cases look for it, nearest first, until one fails "
        "that passes without it.",
    )
    return Table("sensitivity", "Would it have been noticed? A gallery of bugs", frame, notes)


def mutant_table(mutants: Sequence[Mutant]) -> Table:
    """One row a derivative of the framework's table."""
    frame = pd.DataFrame(
        [
            {
                "function": each.function,
                "input": each.input,
                "noticed": "yes" if each.noticed else "no",
                "by": each.case or "no case goes through it",
            }
            for each in mutants
        ]
    )
    notes = ("Each derivative is scaled by 1.001 in turn; the first case through it must fail.",)
    return Table("derivatives", "Every derivative off by a thousandth", frame, notes)


def curves(followed: Followed) -> tuple[Figure, ...]:
    """How cross-entropy trainings drift from torch.nn, epoch by epoch, in float64."""
    rows = [
        {"panel": _activation(each), "series": _optimizer(each), "x": epoch, "y": y,
         "low": y, "high": y}
        for backend, each in followed
        for epoch, y in enumerate(each.curve, 1)
        if backend == "framework" and y > 0 and _is_drift(each)
    ]  # fmt: skip
    if not rows:
        return ()
    figure = Figure(
        "drift",
        "Cross-entropy in float64: largest difference of a parameter from torch.nn",
        "bands",
        pd.DataFrame(rows),
        {"log_y": True, "x_label": "epoch", "y_label": "largest difference"},
        (
            "The only cause is the last place of the exponential inside torch's kernels: with it "
            "rebuilt, every one of these trainings is equal in every bit.",
        ),
    )
    return (figure,)


def verdicts(followed: Followed, hunted: Sequence[Hunt]) -> tuple[Verdict, ...]:
    """The claims of parity about the framework, each with what was measured."""
    ours = [each for backend, each in followed if backend == "framework"]
    plain = [each for each in ours if not each.cell.rebuilt]
    claims = (
        ("mean-squares trainings equal torch.nn's in every bit",
         [each for each in plain if each.cell.spec.loss.name == "MSELoss" and each.cell.runs == 1]),
        ("stacked trainings equal separate ones of torch.nn in every bit",
         [each for each in plain if each.cell.runs > 1]),
        (f"cross-entropy trainings in float64 are within 1e-10 after {EARLY} epochs",
         [each for each in plain if isinstance(each.cell.expected, float)]),
        ("with the exponential inside torch's kernels rebuilt, they equal torch.nn's in every bit",
         [each for each in ours if each.cell.rebuilt]),
    )  # fmt: skip
    found = [_claim(claim, each) for claim, each in claims if each]
    if hunted:
        caught = sum(each.caught for each in hunted)
        found.append(
            Verdict(
                SOURCE,
                "every bug of the gallery is caught",
                f"{len(hunted)} bugs",
                f"{caught} caught",
                "holds" if caught == len(hunted) else "does not hold",
                "; ".join(each.bug for each in hunted if not each.caught) or "none is missed",
            )
        )
    return tuple(found)


def sentences(evidence: "Evidence", saved: Sequence[Path]) -> tuple[str, ...]:
    """The result in a few sentences, never a bare green."""
    lines = [*_of_cases(evidence), *_of_coverage(evidence.covered)]
    if evidence.hunted:
        caught = sum(each.caught for each in evidence.hunted)
        lines.append(f"{caught} of {len(evidence.hunted)} bugs of the gallery are caught.")
        reached = [each for each in evidence.mutants if each.case]
        lines.append(
            f"{sum(each.noticed for each in reached)} of the {len(reached)} derivatives that cases "
            "go through are noticed when off by a thousandth; no case goes through "
            f"{len(evidence.mutants) - len(reached)} others of the framework's table."
        )
    for each in evidence.outdated:
        lines.append(
            f"Unexpected pass: nothing fails any more under {each.entry.case!r} of {each.backend} "
            f"(expected, because {each.entry.reason})."
        )
    if saved:
        lines.append(
            "The table of failures has one of each with its reason. "
            f"{len(saved)} cases that fail lie in {saved[0].parent.parent} of the results folder; "
            f"python run_all.py parity --replay FILE plays one again, the first is {saved[0]}"
        )
    here = capability()
    if here != TRIED:
        lines.append(
            f"Equality in every bit was found with torch {TRIED[0]} and {TRIED[1]}; here is torch "
            f"{here[0]} with {here[1]}, where kernels may round differently."
        )
    return tuple(lines)


def _of_cases(evidence: "Evidence") -> list[str]:
    lines = []
    for backend in dict.fromkeys(each.backend for each in evidence.judged):
        ours = [each for each in evidence.judged if each.backend == backend]
        shown = [e for e in ours if e.finding.verdict not in ("unsupported", "not observable")]
        exact = sum(each.finding.verdict == "exact" for each in shown)
        failing = sum(each.unexpected for each in shown)
        known = sum(each.reason is not None for each in shown)
        lines.append(
            f"{backend}: {exact} of {len(shown)} observations are equal to torch.nn's in every "
            f"bit, {len(shown) - exact - failing - known} to rounding, {failing} fail, and {known} "
            f"fail as expected; {len(ours) - len(shown)} are unsupported or not observable."
        )
    return lines


def _of_coverage(covered: Sequence[tuple[str, Covered]]) -> list[str]:
    lines = []
    for backend in dict.fromkeys(name for name, _ in covered):
        parts = []
        for kind, inputs in (("module", "inputs"), ("optimizer", "settings")):
            ours = [each for name, each in covered if name == backend and each.kind == kind]
            parts.append(
                f"{sum(each.whole for each in ours)} of {len(ours)} {kind}s in full, "
                f"{sum(each.agreed for each in ours)} of {sum(each.inputs for each in ours)} "
                f"{inputs}"
            )
        lines.append(f"{backend} covers of PyTorch's own database {'; '.join(parts)}.")
    return lines


def _claim(claim: str, followed: Sequence[Trajectory]) -> Verdict:
    holds = [each for each in followed if each.verdict in ("exact", "bounded")]
    exact = sum(each.verdict == "exact" for each in followed)
    broken = next((each for each in followed if each.verdict == "differs"), None)
    reason = f"largest difference at the end {max(each.late for each in followed):.2g}"
    if broken is not None:
        reason = f"{broken.cell.name} parts at step {broken.first}, {broken.where}"
    return Verdict(
        SOURCE, claim, f"{len(followed)} trainings", f"{len(holds)} hold, {exact} of them exact",
        "holds" if len(holds) == len(followed) else "does not hold", reason,
    )  # fmt: skip


def _expected(trajectory: Trajectory) -> str:
    expected = trajectory.cell.expected
    if expected is None:
        return "no promise"
    return expected if isinstance(expected, str) else f"{expected:g}"


def _activation(trajectory: Trajectory) -> str:
    return trajectory.cell.spec.layers[1].name


def _is_drift(trajectory: Trajectory) -> bool:
    spec = trajectory.cell.spec
    return spec.loss.name == "CrossEntropyLoss" and spec.dtype == "float64"


def _optimizer(trajectory: Trajectory) -> str:
    return str(trajectory.cell.spec.optimizer).removesuffix("()")
