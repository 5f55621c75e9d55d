"""Rows in the columns published · framework · torch.nn · difference."""

from collections.abc import Mapping, Sequence

import pandas as pd

from experiments.reports import presentation
from experiments.reports.comparing import compare, margin_of
from experiments.reports.measured import Records, Values, finals
from experiments.reports.published import Published
from experiments.reports.quantities import Quantity
from experiments.specification import RunSpec
from experiments.tables import MISSING

Runs = Sequence[RunSpec]


def row(
    label: Mapping[str, str],
    quantity: Quantity,
    values: tuple[Values, Values],
    published: Published | None = None,
    show: str = "mean",
) -> dict[str, object]:
    """One line; `values` are the framework's and torch.nn's, paired by seed.

    `show` is "mean" or "median".
    """
    shown = getattr(presentation, show)
    gap = compare(*values, margin_of(quantity.label, values[1]))
    scaled = (each * quantity.scale for each in (gap.estimate, gap.low, gap.high))
    return {
        **label,
        "quantity": quantity.shown,
        "published": presentation.published(published, quantity.scale) if published else MISSING,
        "framework": shown(values[0], quantity.scale),
        "torch.nn": shown(values[1], quantity.scale),
        "difference": presentation.with_interval(*scaled),
        "agreement": gap.verdict,
    }


def rows(
    records: Records,
    label: Mapping[str, str],
    sides: tuple[Runs, Runs],
    quantities: Mapping[Quantity, Published | None],
    show: str = "mean",
) -> list[dict[str, object]]:
    """One line a quantity of the framework's runs and torch.nn's, paired by place."""
    return [
        row(
            label,
            quantity,
            (finals(records, sides[0], quantity.key), finals(records, sides[1], quantity.key)),
            published,
            show,
        )
        for quantity, published in quantities.items()
    ]


def numbers(
    records: Records, quantities: Sequence[Quantity], settings: Mapping[str, Runs]
) -> pd.DataFrame:
    """Every digit, for programs: a line for each setting and quantity."""
    lines = []
    for setting, runs in settings.items():
        for quantity in quantities:
            values = finals(records, runs, quantity.key)
            finite = pd.Series(values).replace([float("inf"), -float("inf")], float("nan")).dropna()
            lines.append(
                {
                    "setting": setting,
                    "quantity": quantity.label,
                    "runs": len(finite),
                    "mean": finite.mean(),
                    "standard deviation": finite.std(),
                    "median": finite.median(),
                }
            )
    return pd.DataFrame(lines)
