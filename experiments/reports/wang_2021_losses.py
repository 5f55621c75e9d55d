"""Mean squared error against binary cross-entropy for two classes, learning rates swept."""

import math
from functools import cache

import pandas as pd

from experiments import statistics
from experiments.outcome import Figure, Table, Verdict
from experiments.reports import comparing, judging, presentation
from experiments.reports.measured import Records, Values, finals
from experiments.reports.published import document
from experiments.reports.settings import repeated
from experiments.reports.wang_2021_settings import ACTIVATIONS, BCE, MSE, run
from experiments.specification import RunSpec

LOSSES = {"MSE": MSE, "BCE": BCE}
RATES = (0.01, 0.03, 0.1, 0.3)
HIDDEN = ("ReLU", "Tanh", "SELU")


def rates(quick: bool) -> tuple[float, ...]:
    """Four; two when quick."""
    return RATES[1:3] if quick else RATES


@cache
def trained(hidden: str, loss: str, rate: float, quick: bool) -> tuple[RunSpec, ...]:
    """20 runs with fresh data; the rate is chosen on 1000 further points."""
    setting = run(
        ACTIVATIONS[hidden],
        epochs=10 if quick else 200,
        loss=LOSSES[loss],
        learning_rate=rate,
        validation=1000,
    ).changed(evaluate=200)
    return repeated(setting, range(2 if quick else 20))


def runs(quick: bool) -> list[RunSpec]:
    """All in the framework."""
    return [
        each
        for hidden in HIDDEN
        for loss in LOSSES
        for rate in rates(quick)
        for each in trained(hidden, loss, rate, quick)
    ]


def chosen(records: Records, hidden: str, loss: str, quick: bool) -> float:
    """The learning rate with the best mean accuracy on the validation points."""

    def validated(rate: float) -> float:
        return statistics.mean(
            finals(records, trained(hidden, loss, rate, quick), "validation_accuracy")
        )

    found = {rate: validated(rate) for rate in rates(quick)}
    known = {rate: value for rate, value in found.items() if not math.isnan(value)}
    return max(known, key=lambda rate: known[rate], default=rates(quick)[0])


def _pair(records: Records, hidden: str, key: str, quick: bool) -> tuple[Values, Values]:
    """BCE's and MSE's values at their own chosen rates, paired by seed."""
    first, second = (
        finals(records, trained(hidden, loss, chosen(records, hidden, loss, quick), quick), key)
        for loss in ("BCE", "MSE")
    )
    return first, second


def table(records: Records, quick: bool) -> Table:
    """Accuracy and F1 of both losses at the rate that suits each, and their difference."""
    lines = []
    for hidden in HIDDEN:
        for key, label in (("test_accuracy", "test accuracy, %"), ("test_f1", "test F1, %")):
            bce, mse = _pair(records, hidden, key, quick)
            gap = comparing.compare(bce, mse, comparing.MARGIN_OF_FRACTIONS)
            lines.append(
                {
                    "activation": hidden,
                    "quantity": label,
                    **{
                        f"{loss}, learning rate": chosen(records, hidden, loss, quick)
                        for loss in LOSSES
                    },
                    "MSE": presentation.mean(mse, 100),
                    "BCE": presentation.mean(bce, 100),
                    "BCE − MSE": _points(gap),
                    "verdict": _words(gap),
                }
            )
    return Table(
        name="losses",
        title="Mean squared error against binary cross-entropy, a sigmoid at the output, wang-2021",
        frame=pd.DataFrame(lines),
        notes=(
            f"Framework, {len(trained('ReLU', 'MSE', 0.1, quick))} fresh data sets, paired by "
            "seed, 95 % intervals.",
            "Each loss at the rate with the best mean accuracy on 1000 validation points.",
            "Equivalent: within half a point, also where the interval leaves out 0.",
        ),
        formats={f"{loss}, learning rate": "g" for loss in LOSSES},
    )


def _words(gap: comparing.Difference) -> str:
    if gap.verdict in ("identical", "equivalent", "not measured"):
        return gap.verdict
    return "BCE better" if gap.low > 0 else "MSE better" if gap.high < 0 else "undecided"


def _points(gap: comparing.Difference) -> str:
    return presentation.with_interval(*(100 * each for each in gap.numbers))


def figure(records: Records, quick: bool) -> Figure:
    """Test accuracy by learning rate."""
    lines = []
    for hidden in HIDDEN:
        for loss in LOSSES:
            for rate in rates(quick):
                values = finals(records, trained(hidden, loss, rate, quick), "test_accuracy")
                mean, spread = 100 * statistics.mean(values), 100 * statistics.deviation(values)
                lines.append((hidden, loss, rate, mean, mean - spread, mean + spread))
    return Figure(
        name="losses",
        title="Test accuracy by learning rate of two losses, wang-2021",
        kind="learning-rates",
        data=pd.DataFrame(lines, columns=["panel", "series", "x", "y", "low", "high"]),
        options={
            "x_label": "learning rate",
            "y_label": "test accuracy, %",
            "y_limits": None if quick else (90, 100),
        },
        notes=(
            "Mean of the runs with one standard deviation to each side.",
            *(() if quick else ("Lines that leave a panel go on below 90 %.",)),
        ),
    )


def verdict(records: Records, quick: bool) -> Verdict:
    """Is BCE the better loss for two classes?"""
    gaps = {
        hidden: comparing.compare(
            *_pair(records, hidden, "test_accuracy", quick), comparing.MARGIN_OF_FRACTIONS
        )
        for hidden in HIDDEN
    }
    found = {hidden: _words(gap) for hidden, gap in gaps.items()}
    least, most = (pick(gap.estimate for gap in gaps.values()) for pick in (min, max))
    if all(gap.low > 0 for gap in gaps.values()):
        held = f"holds, by {100 * least:.1f} to {100 * most:.1f} points"
    else:
        kinds = set(found.values())
        held = kinds.pop() if len(kinds) == 1 else "depends on the activation"
    return Verdict(
        source="wang-2021",
        claim=document("wang-2021").claims["BCE"],
        published="an opinion, no numbers",
        measured="BCE − MSE, test accuracy in points: "
        + "; ".join(f"{hidden} {_points(gap)} ({found[hidden]})" for hidden, gap in gaps.items()),
        verdict=judging.QUICK if quick else held,
        reason="Learning rates chosen on validation points. Holds: each paired 95 % interval lies "
        "above 0; equivalent: the difference, there or not, is within half a point.",
    )
