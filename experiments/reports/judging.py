"""Published against measured, and the framework against torch.nn: the stated rules.

*Published against measured.* z is the difference divided by both standard errors together; its
p-value from the normal distribution is adjusted by Holm over the table. At .05 and above a number
is *reproduced*, below it is *not reproduced*. A number of a single run is held against the spread
of single runs here.

*Framework against torch.nn.* Paired by seed: *identical* where no seed differs; *equivalent* where
two one-sided tests at .05 put the mean difference within the margin; *different* where the 95 %
interval leaves out zero; else *undecided*. The margin: half a percentage point of accuracy and F1,
a tenth of torch.nn's mean loss.
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

MARGIN_OF_FRACTIONS, MARGIN_OF_LOSSES = 0.005, 0.1
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
            else f"; farthest is {worst['quantity']} at {worst['z']:+.1f} standard errors"
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
            else f"{line['z']:+.1f} standard errors apart; p {_probability(line['p, Holm'])}.",
        )
        for _, line in judged.iterrows()
    ]


def _listed(part: pd.DataFrame, column: str) -> str:
    pairs = zip(part["quantity"], part[column], strict=True)
    return ", ".join(f"{quantity} {value:.4g}" for quantity, value in pairs)


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, its 95 % interval, the margin, verdict, p against zero."""

    estimate: float
    low: float
    high: float
    margin: float
    verdict: str
    p: float

    @property
    def numbers(self) -> tuple[float, float, float]:
        """Estimate, low and high."""
        return self.estimate, self.low, self.high


def margin_of(quantity: str, reference: Values) -> float:
    """Half a percentage point for fractions, a tenth of the reference's mean for losses."""
    if "loss" not in quantity:
        return MARGIN_OF_FRACTIONS
    # Where nothing is lost there is no tenth of it: only identical or different is left.
    return MARGIN_OF_LOSSES * abs(statistics.mean(reference)) or math.nan


def compare(first: Values, second: Values, margin: float = math.nan) -> Difference:
    """first - second, run by run; runs that either side lacks are left out."""
    found = statistics.compare(first, second, margin)
    of = found.difference
    return Difference(of.estimate, of.low, of.high, margin, found.verdict, found.p_different)


def below(gaps: Sequence[Difference]) -> list[str]:
    """For each difference whether it is negative, at .05 after Holm's correction over them all."""
    adjusted = statistics.holm([gap.p for gap in gaps])
    return [_sign(gap, float(p)) for gap, p in zip(gaps, adjusted, strict=True)]


def _sign(gap: Difference, p: float) -> str:
    if math.isnan(p):
        return "not measured"
    if p >= LEVEL:
        return "undecided"
    return "holds" if gap.estimate < 0 else "reversed"


def overall(verdicts: Sequence[str]) -> str:
    """The one verdict of several, or in how many cases the claim holds."""
    kinds = set(verdicts)
    held = sum(verdict == "holds" for verdict in verdicts)
    return kinds.pop() if len(kinds) == 1 else f"holds in {held} cases of {len(verdicts)}"


def tally(verdicts: Sequence[str]) -> str:
    """ "12 identical, 4 equivalent" """
    counts = pd.Series(list(verdicts)).value_counts(sort=False)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())


def agreement(verdicts: Sequence[str]) -> str:
    """The weakest of several verdicts on framework against torch.nn."""
    order = ("not measured", "different", "undecided", "equivalent", "identical")
    return min(verdicts, key=order.index, default="not measured")
