"""Fig. 2 of wang-2021: test accuracies, on one data set as published and on fresh ones."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from experiments import statistics
from experiments.outcome import Figure, Table, Verdict
from experiments.reports import comparing, judging, presentation
from experiments.reports.measured import Records, Values, at_epoch, finals
from experiments.reports.published import Published, document, number
from experiments.reports.settings import SIDES
from experiments.reports.wang_2021_runs import bar_epoch, bar_runs, count, curve_runs, rounds
from experiments.reports.wang_2021_settings import ACTIVATIONS
from experiments.tables import MISSING

REPORT = "wang-2021"
WRONG = "Tanh, their derivative"
PUBLISHED: dict[str, Published] = {
    "ReLU": number(REPORT, "fig-2 ReLU"),
    WRONG: number(REPORT, "fig-2 Tanh"),
    "SELU": number(REPORT, "fig-2 SELU"),
}
"""Their Tanh is the one with the wrong derivative."""
ONE, FRESH = "one data set, as published", "fresh data sets"


def _rounds(records: Records, quick: bool) -> Callable[[str, str, str], Values]:
    return lambda activation, side, key: finals(records, bar_runs(activation, side, quick), key)


def _fresh(records: Records, quick: bool) -> Callable[[str, str, str], Values]:
    def read(activation: str, side: str, key: str) -> Values:
        runs = curve_runs(activation, "sigmoid", side, quick)
        return at_epoch(records, runs, key, bar_epoch(quick))

    return read


def _settings(records: Records, quick: bool) -> dict[str, Callable[[str, str, str], Values]]:
    return {ONE: _rounds(records, quick), FRESH: _fresh(records, quick)}


def tables(records: Records, quick: bool) -> list[Table]:
    """Accuracy and F1 of the four rows in both settings; the published numbers judged."""
    lines = []
    for setting, read in _settings(records, quick).items():
        for activation in ACTIVATIONS:
            for quantity, key in (("test accuracy, %", "test_accuracy"), ("test F1, %", "test_f1")):
                sides = (read(activation, "framework", key), read(activation, "torch", key))
                known = (
                    PUBLISHED.get(activation) if setting == ONE and "F1" not in quantity else None
                )
                gap = comparing.compare(*sides, comparing.MARGIN_OF_FRACTIONS)
                shown = presentation.with_interval(*(100 * n for n in gap.numbers))
                lines.append(
                    {
                        "data": setting,
                        "activation": activation,
                        "quantity": quantity,
                        "published": presentation.published(known, 100) if known else MISSING,
                        "framework": presentation.mean(sides[0], 100),
                        "torch.nn": presentation.mean(sides[1], 100),
                        "difference": shown,
                        "agreement": gap.verdict,
                    }
                )
    judged = judgements(records, quick)
    return [
        Table(
            name="figure-2",
            title=f"Fig. 2 of wang-2021: after {bar_epoch(quick)} epochs, a sigmoid at the output",
            frame=pd.DataFrame(lines),
            notes=(
                f"Mean ± standard deviation of {rounds(quick)} rounds on one data set, "
                f"{count(quick)} fresh ones. On one the spread is that of initialisation and "
                "order, on fresh ones that of the data too: the two do not compare.",
                "Their Tanh used the derivative of another point; the published Tanh stands in "
                "that row.",
            ),
        ),
        Table(
            name="judgements",
            title="Every published number of wang-2021 against ours",
            frame=judged,
            notes=(judging.RULE, "Ten rounds of the framework on one data set."),
            formats={"z": "+.2f", "p, Holm": ".3f"},
        ),
    ]


def judgements(records: Records, quick: bool) -> pd.DataFrame:
    """The three bars, and the end of the one curve that was kept, against ours."""
    read = _rounds(records, quick)
    cells = [
        judging.Cell(
            f"Fig. 2, {each}", "test accuracy", published, read(each, "framework", "test_accuracy")
        )
        for each, published in PUBLISHED.items()
    ]
    curve = finals(records, curve_runs("ReLU", "sigmoid", "framework", quick), "minibatch_loss")
    kept = number(REPORT, "curve ReLU, last epoch")
    cells.append(judging.Cell("kept curve, ReLU", "loss of the last epoch", kept, curve))
    return judging.judge(cells, quick)


def figure(records: Records, quick: bool) -> Figure:
    """Bars with one standard deviation to each side."""
    parts = []
    for setting, read in _settings(records, quick).items():
        for activation in ACTIVATIONS:
            if setting == ONE and activation in PUBLISHED:
                known = PUBLISHED[activation]
                parts.append((setting, activation, "published", known.value, known.spread))
            for side, series in SIDES.items():
                values = read(activation, side, "test_accuracy")
                mean, spread = statistics.mean(values), statistics.deviation(values)
                parts.append((setting, activation, series, mean, spread))
    data = pd.DataFrame(parts, columns=["panel", "label", "series", "value", "spread"])
    data[["value", "spread"]] *= 100
    data["low"], data["high"] = data["value"] - data["spread"], data["value"] + data["spread"]
    lowest = 0 if quick else 94  # a few epochs reach nothing near the published numbers
    cut = f" The axis begins at {lowest} %, not at 0: compare the ends of bars, not their lengths."
    return Figure(
        name="figure-2",
        title=f"Fig. 2 of wang-2021: test accuracy after {bar_epoch(quick)} epochs",
        kind="bars",
        data=data,
        options={
            "y_label": "test accuracy, %",
            "y_limits": (lowest, 100),
            "columns": 2,
        },
        notes=("Error bars: one standard deviation." + (cut if lowest else ""),),
    )


def derivatives() -> Figure:
    """The derivative of Tanh, and what their backward uses for it."""
    z = np.linspace(-4, 4, 161)
    series = {
        "1 − tanh²(z)": 1 - np.tanh(z) ** 2,
        "theirs: 1 − tanh²(tanh z)": 1 - np.tanh(np.tanh(z)) ** 2,
    }
    parts = [
        pd.DataFrame({"x": z, "y": y, "low": y, "high": y, "series": name})
        for name, y in series.items()
    ]
    return Figure(
        name="tanh-derivatives",
        title="The derivative of Tanh, and what wang-2021 used for it",
        kind="bands",
        data=pd.concat(parts, ignore_index=True),
        options={"x_label": "z", "y_label": "derivative", "y_limits": (0, 1.05)},
    )


def verdicts(records: Records, quick: bool) -> list[Verdict]:
    """The published numbers, and Tanh against ReLU with the right derivative."""
    found = judging.number_verdicts(REPORT, judgements(records, quick))
    return [*found, _tanh_against_relu(records, quick)]


def _tanh_against_relu(records: Records, quick: bool) -> Verdict:
    read = _fresh(records, quick)
    values = {each: read(each, "framework", "test_accuracy") for each in ACTIVATIONS}
    pairs = (("Tanh", "ReLU"), (WRONG, "ReLU"), ("Tanh", "SELU"), ("Tanh", WRONG))
    gaps = {
        f"{first} − {second}": comparing.compare(
            values[first], values[second], comparing.MARGIN_OF_FRACTIONS
        )
        for first, second in pairs
    }
    right, wrong = gaps["Tanh − ReLU"], gaps[f"{WRONG} − ReLU"]
    words = {"equivalent": "equivalent to ReLU", "undecided": "not told from ReLU"}
    if wrong.high < 0 and not right.high < 0:
        verdict = f"artefact: {words.get(right.verdict, 'better')} with the right derivative"
    else:
        verdict = "holds" if right.high < 0 else "undecided"
    shown = {
        models: presentation.with_interval(*(100 * each for each in gap.numbers))
        for models, gap in gaps.items()
    }
    return Verdict(
        source=REPORT,
        claim=document(REPORT).claims["Tanh worse"],
        published="97.36 % against 98.64 %",
        measured="; ".join(f"{models}: {text} points" for models, text in shown.items()),
        verdict=judging.QUICK if quick else verdict,
        reason="Their Tanh propagates 1 − tanh²(tanh z); fresh data sets, paired by seed; "
        "equivalent: within half a point.",
    )
