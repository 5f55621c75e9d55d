"""Published against measured: the stated rule.

z is the difference divided by both standard errors together; its p-value from the normal
distribution is adjusted by Holm over the table. At .05 and above a number is *reproduced*, below it
is *not reproduced*. A number of a single run is held against the spread of single runs here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.outcome import Verdict
from experiments.reports import presentation
from experiments.reports.measured import Values
from experiments.reports.published import Published
from experiments.statistics import LEVEL

RULE = (
    "Reproduced: the published number lies within what chance allows, by the z-score with both "
    f"standard errors, at {LEVEL} after Holm's correction over the table."
)
QUICK = "not judged (quick)"


@dataclass(frozen=True)
class Cell:
    """A published number and what was measured for it, one value a run."""

    row: str
    quantity: str
    published: Published
    measured: Values


def summary(published: Published, measured: Values) -> float:
    """What `published.value` is of the repetitions, of ours: their median or their mean."""
    if published.statistic == "median":
        numbers = statistics.finite(measured)
        return float(np.median(numbers)) if len(numbers) else math.nan
    return statistics.mean(measured)


def z_score(published: Published, measured: Values) -> float:
    """(measured - published) / both standard errors."""
    return statistics.z_score(
        published.value,
        published.spread,
        published.n,
        measured,
        "median" if published.statistic == "median" else "mean",
        "population" if published.kind.startswith("population") else "unbiased",
    )


def judge(cells: Sequence[Cell], quick: bool) -> pd.DataFrame:
    """Every number of one table: published, measured, z, adjusted p, verdict."""
    scores = [z_score(cell.published, cell.measured) for cell in cells]
    rows = [
        {
            "row": cell.row,
            "quantity": cell.quantity,
            "published": cell.published.value,
            "published spread": cell.published.spread,
            "published n": cell.published.n,
            "measured": summary(cell.published, cell.measured),
            "measured spread": statistics.deviation(cell.measured),
            "measured n": len(statistics.finite(cell.measured)),
            "z": found.z,
            "p, Holm": found.p,
            "verdict": QUICK if quick else found.verdict,
        }
        for cell, found in zip(cells, statistics.reproductions(scores), strict=True)
    ]
    return pd.DataFrame(rows)


def row_verdicts(source: str, judged: pd.DataFrame, claim: str = "{row}") -> list[Verdict]:
    """One verdict for each published row, over its numbers."""
    verdicts = []
    for row, part in judged.groupby("row", sort=False):
        kinds = part["verdict"].unique()
        held = int((part["verdict"] == "reproduced").sum())
        worst = _farthest(part)
        farthest = (
            ""
            if worst is None
            else f"; farthest is {worst['quantity']} at {_signed(worst['z'])} standard errors"
        )
        verdicts.append(
            Verdict(
                source=source,
                claim=claim.format(row=row),
                published=_listed(part, "published"),
                measured=_listed(part, "measured"),
                verdict=str(kinds[0]) if len(kinds) == 1 else f"{held} of {len(part)} reproduced",
                reason=f"{held} of {len(part)} numbers within chance{farthest}.",
            )
        )
    return verdicts


def _signed(z: float) -> str:
    return f"{z:+.1f}".replace("-", "−")


def _probability(p: float) -> str:
    return "< .001" if p < 0.001 else f"= {p:.2g}"


def _farthest(part: pd.DataFrame) -> pd.Series | None:
    known = part[part["z"].notna()]
    return None if known.empty else known.iloc[int(known["z"].abs().to_numpy().argmax())]


def number_verdicts(source: str, judged: pd.DataFrame) -> list[Verdict]:
    """One verdict for each published number."""
    return [
        Verdict(
            source=source,
            claim=f"{line['quantity']}, {line['row']}",
            published=presentation.with_spread(line["published"], line["published spread"]),
            measured=presentation.with_spread(line["measured"], line["measured spread"]),
            verdict=line["verdict"],
            reason="Runs are missing."
            if math.isnan(line["z"])
            else f"{_signed(line['z'])} standard errors apart; p {_probability(line['p, Holm'])}.",
        )
        for _, line in judged.iterrows()
    ]


def _listed(part: pd.DataFrame, column: str) -> str:
    pairs = zip(part["quantity"], part[column], strict=True)
    return ", ".join(f"{quantity} {value:.4g}" for quantity, value in pairs)
