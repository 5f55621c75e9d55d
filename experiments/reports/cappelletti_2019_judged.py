"""Every published number of cappelletti-2019 judged, and the train loss that is a sum."""

import math

import pandas as pd

from experiments.outcome import Table, Verdict
from experiments.reports.cappelletti_2019_runs import SETTINGS, TORCHS, Side, count
from experiments.reports.cappelletti_2019_tables import PUBLISHED, REPORT, SUM, SUM_NOTE, key
from experiments.reports.judging import QUICK, Cell, judge
from experiments.reports.measured import Records, finals
from experiments.reports.published import number
from experiments.reports.quantities import TEST_LOSS, Quantity


def sums(records: Records, quick: bool) -> Table:
    """What the published train loss is, beside what one would take it for."""
    lines = []
    for setting in SETTINGS:
        runs = Side(setting).runs(quick)
        summed = finals(records, runs, "minibatch_loss_sum")
        lines.append(
            {
                "setting": setting,
                "published train loss": number(REPORT, key(setting, "theirs", SUM)).value,
                "sum of ten batches": summed.mean(),
                "mean of ten batches": summed.mean() / 10,
                "train loss after the epoch": finals(records, runs, "train_loss").mean(),
                "published test loss": number(REPORT, key(setting, "theirs", TEST_LOSS)).value,
                "test loss": finals(records, runs, "test_loss").mean(),
            }
        )
    return Table(
        name="train-loss-is-a-sum",
        title="The train loss of cappelletti-2019 is a sum over ten batches",
        frame=pd.DataFrame(lines),
        notes=(SUM_NOTE, f"Means of {count(quick)} runs of the framework."),
    )


def sum_verdict(source: str, records: Records, quick: bool) -> Verdict:
    """Whether the published train loss is the sum and not the loss."""
    runs = Side("MSE").runs(quick)
    published = number(REPORT, key("MSE", "theirs", SUM)).value
    summed = finals(records, runs, "minibatch_loss_sum").mean()
    loss = finals(records, runs, "train_loss").mean()
    nearer = "artefact" if abs(summed - published) < abs(loss - published) else "holds"
    verdict = "not measured" if math.isnan(summed) else nearer
    return Verdict(
        source=source,
        claim="the train loss is a loss that compares with the test loss",
        published=f"train {published:.4g}, test "
        f"{number(REPORT, key('MSE', 'theirs', TEST_LOSS)).value:.4g} (MSE)",
        measured=f"sum of ten batches {summed:.4g}, loss of the training set {loss:.4g}",
        verdict=QUICK if quick else verdict,
        reason="The published train loss is a sum over ten batches, the test loss a mean.",
    )


def judged(records: Records, quick: bool) -> pd.DataFrame:
    """All published numbers; Holm over each table."""
    groups = [
        [
            _cell(records, side, quick, f"{setting}, {who}", key(setting, who, quantity), quantity)
            for setting in SETTINGS
            if setting.startswith(loss)
            for who, side in (
                ("theirs", Side(setting)),
                ("torch.nn", Side(setting, "torch", start=TORCHS)),
            )
            for quantity in PUBLISHED
        ]
        for loss in ("cross-entropy", "MSE")
    ]
    groups.append(
        [
            _cell(
                records,
                Side(setting, hidden=hidden),
                quick,
                f"{setting}, {hidden}, repository",
                f"extra {setting} {hidden}: {quantity.published}",
                quantity,
            )
            for hidden in ("Tanh", "ReLU")
            for setting in SETTINGS
            for quantity in PUBLISHED
        ]
    )
    return pd.concat([judge(group, quick) for group in groups], ignore_index=True)


def _cell(
    records: Records, side: Side, quick: bool, row: str, key: str, quantity: Quantity
) -> Cell:
    values = finals(records, side.runs(quick), quantity.key)
    return Cell(row, str(quantity.published), number(REPORT, key), values)
