"""The figures of carlier-2018."""

from collections.abc import Mapping

import pandas as pd

from experiments import statistics
from experiments.outcome import Figure
from experiments.reports import judging
from experiments.reports.carlier_2018_runs import NUMBERS, PUBLISHED, RATES, STATED, trained
from experiments.reports.measured import Records, curves, finals, with_mean
from experiments.reports.settings import SIDES


def by_epoch(records: Records, quick: bool) -> Figure:
    """Fig. 4: loss and accuracy by epoch on both sides."""
    parts = []
    for quantity in PUBLISHED:
        for backend, series in SIDES.items():
            frame = with_mean(curves(records, trained(STATED, backend, quick), quantity.key))
            frame["y"] *= quantity.scale
            parts.append(frame.assign(panel=quantity.shown, series=series))
    return Figure(
        name="figure-4",
        title=f"Fig. 4 of carlier-2018: loss and accuracy by epoch at learning rate {STATED}",
        kind="curves",
        data=pd.concat(parts, ignore_index=True),
        options={"x_label": "epoch", "share_y": False, "columns": 2},
        notes=("Thin: single runs; bold: their mean.",),
    )


def by_rate(records: Records, quick: bool) -> Figure:
    """The four published numbers, and what each learning rate gives for them."""
    parts = []
    for quantity in PUBLISHED:
        published = NUMBERS[quantity.label]
        shared = {"panel": quantity.shown, "x": list(RATES)}
        samples = [
            finals(records, trained(rate, "framework", quick), quantity.key) for rate in RATES
        ]
        middle = [judging.summary(published, values) for values in samples]
        spread = [statistics.deviation(values) for values in samples]
        parts.append(_around(shared, "framework", middle, spread, quantity.scale))
        theirs = ([published.value] * len(RATES), [published.spread or 0.0] * len(RATES))
        parts.append(_around(shared, "published", *theirs, quantity.scale))
    return Figure(
        name="learning-rates",
        title="What carlier-2018 published, and what each learning rate gives",
        kind="learning-rates",
        data=pd.concat(parts, ignore_index=True),
        options={"x_label": "learning rate", "share_y": False, "columns": 2},
        notes=("Medians with one standard deviation to each side.",),
    )


def _around(
    shared: Mapping[str, object],
    series: str,
    middle: list[float],
    spread: list[float],
    scale: float,
) -> pd.DataFrame:
    frame = pd.DataFrame({**shared, "series": series, "y": middle, "spread": spread})
    frame["low"], frame["high"] = frame["y"] - frame["spread"], frame["y"] + frame["spread"]
    return frame.assign(**{column: frame[column] * scale for column in ("y", "low", "high")})
