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

from experiments.outcome import Verdict
from experiments.reports import presentation
from experiments.reports.intervals import interval
from experiments.reports.measured import Values
from experiments.reports.published import Published

LEVEL = 0.05
MARGIN_OF_FRACTIONS, MARGIN_OF_LOSSES = 0.005, 0.1
RULE = (
    "Reproduced: the published number lies within what chance allows, by the z-score with both "
    f"standard errors, at {LEVEL} after Holm's correction over the table."
)

_OF_A_MEDIAN = math.sqrt(math.pi / 2)
"""Standard error of a median over that of a mean, for normal values."""


@dataclass(frozen=True)
class Cell:
    """A published number and what was measured for it, one value a run."""

    row: str
    quantity: str
    published: Published
    measured: Values


def summary(published: Published, measured: Values) -> float:
    """What `published.value` is of the repetitions, of ours: their median or their mean."""
    finite = measured[np.isfinite(measured)]
    if not len(finite):
        return math.nan
    return float(np.median(finite) if published.statistic == "median" else finite.mean())


def z_score(published: Published, measured: Values) -> float:
    """(measured - published) / both standard errors; not a number below two finite values."""
    finite = measured[np.isfinite(measured)]
    if len(finite) < 2:
        return math.nan
    deviation = float(finite.std(ddof=1))
    factor = _OF_A_MEDIAN if published.statistic == "median" else 1.0
    theirs = deviation if published.spread is None else _unbiased(published)
    error = factor * math.hypot(theirs / math.sqrt(published.n), deviation / math.sqrt(len(finite)))
    gap = summary(published, measured) - published.value
    return gap / error if error else math.copysign(math.inf, gap) if gap else 0.0


def _unbiased(published: Published) -> float:
    assert published.spread is not None
    if published.kind.startswith("population"):
        return published.spread * math.sqrt(published.n / (published.n - 1))
    return published.spread


def judge(cells: Sequence[Cell], quick: bool) -> pd.DataFrame:
    """Every number of one table: published, measured, z, adjusted p, verdict."""
    from scipy.stats import norm
    from statsmodels.stats.multitest import multipletests

    z = np.array([z_score(cell.published, cell.measured) for cell in cells])
    p = np.full(len(cells), np.nan)
    known = ~np.isnan(z)
    if known.any():
        p[known] = multipletests(2 * norm.sf(np.abs(z[known])), method="holm")[1]
    rows = [
        {
            "row": cell.row,
            "quantity": cell.quantity,
            "published": cell.published.value,
            "published spread": cell.published.spread,
            "published n": cell.published.n,
            "measured": summary(cell.published, cell.measured),
            "measured spread": spread(cell.measured),
            "measured n": int(np.isfinite(cell.measured).sum()),
            "z": score,
            "p, Holm": adjusted,
            "verdict": _verdict(adjusted, quick),
        }
        for cell, score, adjusted in zip(cells, z, p, strict=True)
    ]
    return pd.DataFrame(rows)


def mean(measured: Values) -> float:
    """The mean of the finite values."""
    finite = measured[np.isfinite(measured)]
    return float(finite.mean()) if len(finite) else math.nan


def spread(measured: Values) -> float:
    """The unbiased standard deviation of the finite values."""
    finite = measured[np.isfinite(measured)]
    return float(finite.std(ddof=1)) if len(finite) > 1 else math.nan


def _verdict(p: float, quick: bool) -> str:
    if quick:
        return "not judged (quick)"
    if math.isnan(p):
        return "not measured"
    return "reproduced" if p >= LEVEL else "not reproduced"


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
            reason=f"{line['z']:+.1f} standard errors apart, p = {line['p, Holm']:.2g} after Holm.",
        )
        for _, line in judged.iterrows()
    ]


def _listed(part: pd.DataFrame, column: str) -> str:
    pairs = zip(part["quantity"], part[column], strict=True)
    return ", ".join(f"{quantity} {value:.4g}" for quantity, value in pairs)


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences with its 95 % interval, the margin, and the verdict."""

    estimate: float
    low: float
    high: float
    margin: float
    verdict: str
    p: float = 1.0
    """Of the paired t-test that the mean difference is zero."""

    @property
    def numbers(self) -> tuple[float, float, float]:
        """Estimate, low and high."""
        return self.estimate, self.low, self.high


def margin_of(quantity: str, reference: Values) -> float:
    """Half a percentage point for fractions, a tenth of the reference's mean for losses."""
    if "loss" not in quantity:
        return MARGIN_OF_FRACTIONS
    finite = reference[np.isfinite(reference)]
    return MARGIN_OF_LOSSES * abs(float(finite.mean())) if len(finite) else math.nan


def compare(first: Values, second: Values, margin: float = math.nan) -> Difference:
    """first - second, run by run; runs that either side lacks are left out."""
    both = np.isfinite(first) & np.isfinite(second)
    gaps = first[both] - second[both]
    if len(gaps) < 2:
        return Difference(math.nan, math.nan, math.nan, margin, "not measured")
    if not gaps.any():
        return Difference(0.0, 0.0, 0.0, margin, "identical")
    low, high = interval(gaps, 0.95)
    inner = interval(gaps, 0.90)  # two one-sided tests at .05
    if -margin < inner[0] and inner[1] < margin:
        verdict = "equivalent"
    else:
        verdict = "different" if low > 0 or high < 0 else "undecided"
    return Difference(float(gaps.mean()), low, high, margin, verdict, _paired_p(gaps))


def below(gaps: Sequence[Difference]) -> list[str]:
    """For each difference whether it is negative, at .05 after Holm's correction over them all."""
    from statsmodels.stats.multitest import multipletests

    if not gaps:
        return []
    adjusted = multipletests([gap.p for gap in gaps], method="holm")[1]
    return [
        "not measured"
        if math.isnan(gap.estimate)
        else "undecided"
        if p >= LEVEL
        else "holds"
        if gap.estimate < 0
        else "reversed"
        for gap, p in zip(gaps, adjusted, strict=True)
    ]


def overall(verdicts: Sequence[str]) -> str:
    """The one verdict of several, or in how many cases the claim holds."""
    kinds = set(verdicts)
    held = sum(verdict == "holds" for verdict in verdicts)
    return kinds.pop() if len(kinds) == 1 else f"holds in {held} cases of {len(verdicts)}"


def _paired_p(gaps: Values) -> float:
    from scipy.stats import t

    error = float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    if not error:
        return 0.0
    return float(2 * t.sf(abs(float(gaps.mean())) / error, len(gaps) - 1))


def tally(verdicts: Sequence[str]) -> str:
    """ "12 identical, 4 equivalent" """
    counts = pd.Series(list(verdicts)).value_counts(sort=False)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())


def agreement(verdicts: Sequence[str]) -> str:
    """The weakest of several verdicts on framework against torch.nn."""
    order = ("not measured", "different", "undecided", "equivalent", "identical")
    return min(verdicts, key=order.index, default="not measured")
