"""Fig. 1 of wang-2021: the loss by epoch of six models, and what is said of it."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from experiments.outcome import Figure, Table, Verdict
from experiments.reports import comparing, judging, presentation
from experiments.reports.measured import Records, Values, band, curves, finals
from experiments.reports.published import document, number
from experiments.reports.settings import SIDES
from experiments.reports.wang_2021_runs import OUTPUTS, both_sides, count, curve_runs
from experiments.reports.wang_2021_settings import ACTIVATIONS
from experiments.specification import RunSpec
from experiments.tables import MISSING

REPORT = "wang-2021"
KEY = "minibatch_loss"
Reading = Callable[[Records, tuple[RunSpec, ...]], Values]


def tables(records: Records, quick: bool) -> list[Table]:
    """The end of each curve and its upward moves; the differences that the claims are about."""
    lines = []
    for output in OUTPUTS:
        for activation in ACTIVATIONS:
            ends, moves = (
                {side: read(records, sided) for side, sided in _sides(activation, output, quick)}
                for read in (_ends, upward)
            )
            lines += [
                _line(activation, output, "loss of the last epoch", ends),
                _line(activation, output, "summed upward moves", moves),
            ]
    return [
        Table(
            name="figure-1",
            title="Where the curves of Fig. 1 of wang-2021 end, and how often they rise",
            frame=pd.DataFrame(lines),
            notes=(
                f"Mean ± standard deviation of {count(quick)} runs with fresh data; the loss is "
                "the mean of an epoch's ten minibatch losses. Published: a single run.",
                "Difference: framework − torch.nn, paired by seed, with its 95 % interval.",
            ),
        ),
        Table(
            name="figure-1-claims",
            title="What wang-2021 says of Fig. 1, paired by seed",
            frame=pd.DataFrame(_claim_lines(records, quick)),
            notes=(
                "Framework; 95 % intervals of the mean difference. Holds: smaller by a "
                "paired t-test at .05 after Holm's correction over the table.",
                "Sigmoid lower and Tanh last compare the loss of the last epoch, sigmoid smoother "
                "the summed upward moves of the loss; first and second are what is left and right "
                "of the minus.",
            ),
        ),
    ]


def figures(records: Records, quick: bool) -> list[Figure]:
    """All curves with their bands, on both sides; and one run of each, as published."""
    parts, single = [], []
    for output in OUTPUTS:
        for activation in ACTIVATIONS:
            for side, runs in _sides(activation, output, quick):
                panel = {"panel": f"{SIDES[side]}, {output}", "series": activation}
                frame = curves(records, runs, KEY)
                parts.append(band(frame, every=5).assign(**panel))
                if side == "framework":
                    one = frame[frame["run"] == "0"]
                    single.append(one.assign(low=one["y"], high=one["y"], **panel))
    labels = {"x_label": "epoch", "y_label": "mean loss of an epoch's batches", "log_y": True}
    order = [f"{side}, {output}" for side in SIDES.values() for output in OUTPUTS]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.sort_values("panel", key=lambda panel: panel.map(order.index), kind="stable")
    return [
        Figure(
            name="figure-1",
            title=f"Fig. 1 of wang-2021: mean of {count(quick)} runs with fresh data",
            kind="bands",
            data=frame,
            options={**labels, "columns": 2},
            notes=("Bands hold nine runs of ten.",),
        ),
        Figure(
            name="figure-1-single-runs",
            title="Fig. 1 of wang-2021 as published: one run of each model",
            kind="bands",
            data=pd.concat(single, ignore_index=True),
            options={**labels, "columns": 2},
        ),
    ]


def verdicts(records: Records, quick: bool) -> list[Verdict]:
    """One for each claim of the report about Fig. 1, over the activations it is about."""
    table = pd.DataFrame(_claim_lines(records, quick))
    words = document(REPORT).claims
    found = []
    for key, part in table.groupby("claim", sort=False):
        held = int((part["verdict"] == "holds").sum())
        pairs = zip(part["models"], part["difference"], strict=True)
        others = part[part["verdict"] != "holds"]
        but = [f"{each.models} ({each.verdict})" for each in others.itertuples()]
        found.append(
            Verdict(
                source=REPORT,
                claim=words[str(key)],
                published="read off single curves",
                measured="; ".join(f"{models}: {difference}" for models, difference in pairs),
                verdict=judging.QUICK if quick else comparing.overall(list(part["verdict"])),
                reason=f"{held} of {len(part)} comparisons hold, paired by seed"
                + (f"; not {', '.join(but)}." if but else "."),
            )
        )
    return found


def _sides(activation: str, output: str, quick: bool) -> list[tuple[str, tuple[RunSpec, ...]]]:
    return [
        (side, curve_runs(activation, output, side, quick))
        for side in both_sides(activation, output)
    ]


def _ends(records: Records, runs: tuple[RunSpec, ...]) -> Values:
    return finals(records, runs, KEY)


def upward(records: Records, runs: tuple[RunSpec, ...]) -> Values:
    """For each run, the sum of the rises of its loss from one epoch to the next."""
    values = []
    for run in runs:
        steps = np.diff(curves(records, [run], KEY)["y"].to_numpy(float))
        values.append(steps[steps > 0].sum() if len(steps) else np.nan)
    return np.array(values)


def _line(activation: str, output: str, quantity: str, sides: dict[str, Values]) -> dict[str, str]:
    published = MISSING
    if (activation, output, quantity) == ("ReLU", "sigmoid", "loss of the last epoch"):
        published = presentation.published(number(REPORT, "curve ReLU, last epoch"))
    gap = None
    if "torch" in sides:
        margin = comparing.margin_of("loss", sides["torch"])
        gap = comparing.compare(sides["framework"], sides["torch"], margin)
    shown = presentation.with_interval(*gap.numbers) if gap else MISSING
    return {
        "activation": activation,
        "output": output,
        "quantity": quantity,
        "published": published,
        "framework": presentation.mean(sides["framework"]),
        "torch.nn": presentation.mean(sides["torch"]) if gap else MISSING,
        "difference": shown,
        "agreement": gap.verdict if gap else MISSING,
    }


def _claim_lines(records: Records, quick: bool) -> list[dict[str, str]]:
    def values(activation: str, output: str, read: Reading) -> Values:
        return read(records, curve_runs(activation, output, "framework", quick))

    pairs: list[tuple[str, str, Values, Values]] = []
    for activation in ACTIVATIONS:
        for claim, read in (("sigmoid lower", _ends), ("sigmoid smoother", upward)):
            with_sigmoid, without = (values(activation, output, read) for output in OUTPUTS)
            pairs.append((claim, f"{activation}: sigmoid − none", with_sigmoid, without))
    for output in OUTPUTS:
        for tanh in (each for each in ACTIVATIONS if "Tanh" in each):
            for lower in ("ReLU", "SELU"):
                ends = (values(lower, output, _ends), values(tanh, output, _ends))
                pairs.append(("Tanh last", f"{lower} − {tanh}, {output}", *ends))
    gaps = [comparing.compare(first, second) for _, _, first, second in pairs]
    return [
        {
            "claim": claim,
            "models": models,
            "first": presentation.mean(first),
            "second": presentation.mean(second),
            "difference": presentation.with_interval(*gap.numbers),
            "verdict": verdict,
        }
        for (claim, models, first, second), gap, verdict in zip(
            pairs, gaps, comparing.below(gaps), strict=True
        )
    ]
