"""What the findings of backends say, as tables: by area, by thing, and each failure."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.outcome import Table
from experiments.parity.expected import Expected, Outdated
from experiments.parity.judge import FAILS, PASSES, VERDICTS, Finding

EXPECTED = "expected failure"
ORDER = (*VERDICTS, EXPECTED)
DOUBTFUL = 64.0
"""Epsilons from the truth beyond which torch.nn itself is listed, on ordinary inputs."""

WHOLE = {"models", "companions", "runs"}
"""Areas that are looked at as a whole."""

ORDINARY = {"normal", "ordinary", "positive"}
MEASURED = {
    "max_ulp": "max ULP",
    "median_ulp": "median ULP",
    "scaled": "scaled error",
    "error": "error",
    "referee_error": "error of torch.nn",
}
DIGITS = dict.fromkeys((*MEASURED.values(), "ratio"), ".3g")


@dataclass(frozen=True)
class Judged:
    """A backend's finding, and, if it fails as is expected, why."""

    backend: str
    finding: Finding
    reason: str | None = None

    @property
    def unexpected(self) -> bool:
        """Whether it fails and nobody expects it to."""
        return self.finding.verdict in FAILS and self.reason is None


def overlay(
    found: Iterable[tuple[str, Finding]], expectations: Sequence[Expected]
) -> tuple[list[Judged], list[Outdated]]:
    """The findings with the reasons for expected failures; and expectations no failure meets."""
    judged: list[Judged] = []
    met: set[tuple[str, Expected]] = set()
    seen: dict[str, set[str]] = {}
    for backend, finding in found:
        seen.setdefault(backend, set()).add(finding.case)
        reason = None
        if finding.verdict in FAILS:
            for entry in expectations:
                if entry.covers(backend, finding.case, finding.observation):
                    reason = entry.reason
                    met.add((backend, entry))
                    break
        judged.append(Judged(backend, finding, reason))
    outdated = [
        Outdated(backend, entry)
        for backend, names in seen.items()
        for entry in expectations
        if (backend, entry) not in met and entry.concerns(backend, names)
    ]
    return judged, outdated


def frame(judged: Iterable[Judged]) -> pd.DataFrame:
    """One row a finding, in the order of names, whatever the order in which they came."""
    rows = [_row(each) for each in judged]
    columns = ["backend", "area", "what", "inputs", "dtype", "observation"]
    found = pd.DataFrame(rows, columns=[*columns, "part", "case", "verdict", "reason", *MEASURED])
    return found.sort_values(columns, kind="stable", ignore_index=True)


def summary(found: pd.DataFrame) -> Table:
    """One row a backend and area."""
    rows = []
    for (backend, area), part in found.groupby(["backend", "area"], sort=True):
        counts = part["verdict"].value_counts()
        rows.append(
            {
                "backend": backend,
                "area": area,
                "cases": part["case"].nunique(),
                "observations": len(part),
                **{name: int(counts.get(name, 0)) for name in sorted(PASSES, key=ORDER.index)},
                "fails": int(sum(counts.get(name, 0) for name in FAILS)),
                EXPECTED: int(counts.get(EXPECTED, 0)),
                "unsupported": int(counts.get("unsupported", 0)),
                "not observable": int(counts.get("not observable", 0)),
                "max ULP": largest(part, "max_ulp"),
                "scaled error": largest(part, "scaled"),
            }
        )
    notes = (
        "Observations by verdict. "
        + " ".join(f"{name}: {VERDICTS[name]}." for name in sorted(PASSES, key=ORDER.index)),
        "Errors are in units of the dtype's epsilon, relative to the largest element; failures, "
        "expected or not, are left out of them.",
        "ULP: how many floating-point numbers lie between the two results. Between a 0 and what "
        "rounding leaves in its place lie millions, so verdicts go by the scaled error.",
    )
    return Table("summary", "Parity with torch.nn", *_formatted(rows, notes))


def details(found: pd.DataFrame, backend: str, name: str) -> Table:
    """One row a thing, dtype and part: forward, each gradient, updates.

    Whole models are in the summary only; so is what was left alone, as it should be.
    """
    ours = found[(found["backend"] == backend) & (found["verdict"] != "not observable")]
    as_it_should_be = (ours["part"] == "left alone") & (ours["verdict"] == "exact")
    ours = ours[~ours["area"].isin(WHOLE) & ~as_it_should_be]
    keys = ["area", "what", "dtype", "part"]
    rows = [
        dict(zip(keys, key, strict=True)) | {"cases": part["case"].nunique(), **_measures(part)}
        for key, part in ours.groupby(keys, sort=True)
    ]
    notes = (
        "The largest of all inputs; the verdict is the worst. Errors are from a truth in float64 "
        "(for float32) or 140 bits, in epsilons of the largest element.",
    )
    title = f"Each layer, loss and optimizer of {backend}, with its arguments"
    return Table(name, title, *_formatted(rows, notes), where="csv")


def failures(found: pd.DataFrame) -> Table:
    """One row for each backend, thing and verdict that is no pass, with a case and a reason."""
    failing = found[found["verdict"].isin({*FAILS, EXPECTED})]
    keys = ["backend", "area", "what", "verdict"]
    rows = []
    for key, part in failing.groupby(keys, sort=True):
        worst = part.iloc[0]
        rows.append(
            dict(zip(keys, key, strict=True))
            | {
                "observations": len(part),
                "case": worst["case"],
                "observation": worst["observation"],
                "reason": worst["reason"],
            }
        )
    return Table("failures", "Where backends depart from torch.nn", pd.DataFrame(rows))


def doubtful(found: pd.DataFrame) -> Table:
    """Where torch.nn itself is far from the truth, though its inputs are ordinary."""
    known = found[found["inputs"].isin(ORDINARY) & (found["referee_error"] > DOUBTFUL)]
    rows = [
        dict(zip(("what", "dtype", "part"), key, strict=True))
        | {
            "error of torch.nn": float(part["referee_error"].max()),
            **{
                f"error of {backend}": largest(part[part["backend"] == backend], "error")
                for backend in part["backend"].unique()
            },
        }
        for key, part in known.groupby(["what", "dtype", "part"], sort=True)
    ]
    table = pd.DataFrame(rows)
    formats = {name: ".3g" for name in table.columns if name.startswith("error")}
    return Table(
        "torch-nn", "Where torch.nn itself is far from the truth", table,
        (f"Beyond {DOUBTFUL:g} epsilons of the largest element, on ordinary inputs.",), formats,
    )  # fmt: skip


def part_of(observation: str) -> str:
    """Forward, a gradient, an update, or a promise about what was handed over."""
    starts: tuple[tuple[str, str], ...] = (
        ("value", "forward"),
        ("loss", "forward"),
        ("predictions", "forward"),
        ("gradient of input", "gradient of input"),
        ("gradient of", "gradients of parameters"),
        ("gradient", "gradient of prediction"),
        ("update", "update"),
    )
    for ending, name in ((" accumulated", "accumulated gradients"), (" afterwards", "left alone")):
        if observation.endswith(ending):
            return name
    if " after epoch " in observation:
        return "update"
    if " of run " in observation:
        return "curves"
    return next((name for start, name in starts if observation.startswith(start)), observation)


def _row(judged: Judged) -> dict[str, Any]:
    finding, measured = judged.finding, judged.finding.measure
    counts = finding.verdict in PASSES
    return {
        "backend": judged.backend,
        "area": finding.area,
        "what": finding.what,
        "inputs": finding.inputs,
        "dtype": finding.dtype,
        "observation": finding.observation,
        "part": part_of(finding.observation),
        "case": finding.case,
        "verdict": EXPECTED if judged.reason is not None else finding.verdict,
        "reason": judged.reason or finding.reason or finding.worst,
        **{
            name: getattr(measured, name) if measured is not None and counts else None
            for name in MEASURED
        },
    }


def _measures(part: pd.DataFrame) -> dict[str, Any]:
    """The largest of each measure; the ratio is that of the largest errors."""
    found = {shown: largest(part, name) for name, shown in MEASURED.items()}
    ours, theirs = found["error"], found["error of torch.nn"]
    ratio = ours / theirs if theirs else (1.0 if ours == 0 else math.inf)
    if math.isnan(ours) or math.isnan(theirs):
        ratio = math.nan
    worst: Callable[[str], int] = ORDER.index
    return {**found, "ratio": ratio, "verdict": max(part["verdict"].unique(), key=worst)}


def largest(part: pd.DataFrame, name: str) -> float:
    """The largest number in a column; NaN where it has none."""
    values = pd.to_numeric(part[name])
    return float(values.max()) if values.notna().any() else math.nan


def _formatted(
    rows: list[dict[str, Any]], notes: tuple[str, ...]
) -> tuple[pd.DataFrame, tuple[str, ...], dict[str, str]]:
    table = pd.DataFrame(rows)
    return table, notes, {name: DIGITS[name] for name in table.columns if name in DIGITS}
