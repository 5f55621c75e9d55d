"""The tables of cappelletti-2019."""

from collections.abc import Iterable

import pandas as pd

from experiments.outcome import Table
from experiments.reports import presentation, side_by_side
from experiments.reports.cappelletti_2019_runs import SETTINGS, TORCHS, Side, count, sides
from experiments.reports.measured import Records
from experiments.reports.published import Published, number
from experiments.reports.quantities import (
    TEST_ACCURACY,
    TEST_F1,
    TEST_LOSS,
    TRAIN_ACCURACY,
    TRAIN_F1,
    TRAIN_LOSS,
    Quantity,
)

REPORT = "cappelletti-2019"
SUM = Quantity("train loss, sum of ten batches", "minibatch_loss_sum", published="train loss")
PUBLISHED = (SUM, TEST_LOSS, TRAIN_ACCURACY, TEST_ACCURACY)
ALL = (SUM, TRAIN_LOSS, TEST_LOSS, TRAIN_ACCURACY, TRAIN_F1, TEST_ACCURACY, TEST_F1)
SUM_NOTE = (
    "Their train loss is the sum of the ten minibatch losses of the last epoch, each taken before "
    "its update; a tenth of it compares with the test loss."
)


def key(setting: str, who: str, quantity: Quantity) -> str:
    """What a number of Table 1 or 2 is called in `published.toml`."""
    table = 1 if setting.startswith("cross") else 2
    return f"table-{table} {setting}, {who}: {quantity.published}"


def _published(setting: str, who: str) -> dict[Quantity, Published | None]:
    return {
        quantity: number(REPORT, key(setting, who, quantity)) if quantity.published else None
        for quantity in ALL
    }


def from_equal_starts(records: Records, quick: bool) -> pd.DataFrame:
    """Both sides from the authors' initialisation, beside their own row."""
    return pd.DataFrame(
        line
        for setting in SETTINGS
        for line in side_by_side.rows(
            records,
            {"setting": setting},
            (Side(setting).runs(quick), Side(setting, "torch").runs(quick)),
            _published(setting, "theirs"),
        )
    )


def from_own_starts(records: Records, quick: bool) -> pd.DataFrame:
    """Each side from its own initialisation on the same data, as the authors had it."""
    lines = []
    for setting in SETTINGS:
        torch_runs = Side(setting, "torch", start=TORCHS).runs(quick)
        theirs, torchs = _published(setting, "theirs"), _published(setting, "torch.nn")
        rows = side_by_side.rows(
            records, {"setting": setting}, (Side(setting).runs(quick), torch_runs), theirs
        )
        for line, quantity in zip(rows, ALL, strict=True):
            found = torchs[quantity]
            shown = presentation.published(found, quantity.scale) if found else "–"
            lines.append(
                {
                    "setting": setting,
                    "quantity": line["quantity"],
                    "published, theirs": line["published"],
                    "framework": line["framework"],
                    "published, torch.nn": shown,
                    "torch.nn": line["torch.nn"],
                    "difference": line["difference"],
                    "agreement": line["agreement"],
                }
            )
    return pd.DataFrame(lines)


def published_tables(records: Records, quick: bool, equal: pd.DataFrame) -> Iterable[Table]:
    """Tables 1 and 2, each from equal starts and from own starts."""
    own = from_own_starts(records, quick)
    for place, loss in ((1, "cross-entropy"), (2, "MSE")):
        yield Table(
            name=f"table-{place}-equal-starts",
            title=f"Table {place} ({loss}) of cappelletti-2019, both sides from equal starts",
            frame=equal[equal["setting"].str.startswith(loss)],
            notes=(
                SUM_NOTE,
                f"Mean ± standard deviation of {count(quick)} runs; the published column is the "
                "authors' own framework.",
                "Difference: framework − torch.nn, paired by seed, with its 95 % interval.",
            ),
        )
        yield Table(
            name=f"table-{place}-own-starts",
            title=f"Table {place} ({loss}) of cappelletti-2019, each side from its own start",
            frame=own[own["setting"].str.startswith(loss)],
            notes=(
                SUM_NOTE,
                "The framework starts at N(0, 2/(in+out)) with zero biases, torch.nn at its "
                "default, as the authors had it; both see the same data.",
            ),
        )


def extra_rows(records: Records, quick: bool) -> Table:
    """The rows that stand in the authors' repository alone: Tanh, and ReLU once more."""
    lines = [
        line
        for hidden in ("Tanh", "ReLU")
        for setting in SETTINGS
        for line in side_by_side.rows(
            records,
            {"setting": setting, "activation": hidden},
            (
                Side(setting, hidden=hidden).runs(quick),
                Side(setting, "torch", hidden=hidden).runs(quick),
            ),
            {
                quantity: number(REPORT, f"extra {setting} {hidden}: {quantity.published}")
                if quantity.published
                else None
                for quantity in (*PUBLISHED, TRAIN_F1, TEST_F1)
            },
        )
    ]
    return Table(
        name="extra-rows",
        title="Rows of cappelletti-2019 that stand in its repository alone, from equal starts",
        frame=pd.DataFrame(lines),
        notes=(SUM_NOTE, "The ReLU rows are a second set of 20 runs of Tables 1 and 2."),
    )


def numbers(records: Records, quick: bool) -> Table:
    """Every digit of every row."""
    settings = {side.label: side.runs(quick) for side in sides()}
    return Table(
        name="numbers",
        where="files",
        title="All rows of cappelletti-2019 in full",
        frame=side_by_side.numbers(records, ALL, settings),
        notes=("Losses as they are; accuracies and F1 as fractions.",),
    )
