"""What the replay of deschenaux-2021 shows: Figs. 1a and 1b, and verdicts on the table."""

import math

import pandas as pd

from experiments.outcome import Figure, Verdict
from experiments.reports import presentation
from experiments.reports.deschenaux_2021_replay import (
    ADAM_RATE,
    KEY,
    LOOPS,
    REPORT,
    again,
    best_f1,
    loop,
    winner,
)
from experiments.reports.deschenaux_2021_settings import (
    ARRIVED,
    RADIUS,
    TRAIN_SEED,
    replayed_points,
)
from experiments.reports.judging import QUICK, Cell, judge
from experiments.reports.measured import Records, curves, first_epoch
from experiments.reports.published import number
from experiments.reports.settings import SIDES
from experiments.specification import RunSpec

SGDS = ("SGD", "EMA momentum")
LEVEL, READ = 0.9, 2
"""The F1 to be reached, and how many epochs a reading of the picture may be off."""


def figures(records: Records, quick: bool) -> list[Figure]:
    """Fig. 1a, the training set with its circle; Fig. 1b, F1 by epoch."""
    points = replayed_points(again("SGD", "framework", quick).data, TRAIN_SEED)["train"]
    inside = points.labels.bool()
    scatter = pd.DataFrame(
        {
            "x": points.x[:, 0].tolist(),
            "y": points.x[:, 1].tolist(),
            "series": ["inside" if each else "outside" for each in inside.tolist()],
        }
    ).sort_values("series", kind="stable")
    courses = []
    for panel, runs in _panels(records, quick).items():
        for row, run in runs.items():
            frame = curves(records, [run], KEY)
            courses.append(frame.assign(low=frame["y"], high=frame["y"], series=row, panel=panel))
    return [
        Figure(
            name="figure-1a",
            title="Fig. 1a of deschenaux-2021: its training set, seed 42",
            kind="scatter",
            data=scatter,
            options={
                "circle": (0.5, 0.5, RADIUS),
                "x_label": "first coordinate",
                "y_label": "second coordinate",
            },
        ),
        Figure(
            name="figure-1b",
            title="Fig. 1b of deschenaux-2021: F1 on the test set by epoch, replayed",
            kind="bands",
            data=pd.concat(courses, ignore_index=True),
            options={"x_label": "epoch", "y_label": "F1", "y_limits": (0, 1)},
            notes=(
                f"Single runs. Both SGDs ran at {ARRIVED}, Adam at {ADAM_RATE}. The published F1 "
                "are those of the later runs, the published curves those of the loops' winners.",
            ),
        ),
    ]


def _panels(records: Records, quick: bool) -> dict[str, dict[str, RunSpec]]:
    """The winners of the loops, and the later runs on both sides."""
    winners = {row: loop(row, quick) for row in LOOPS}
    chosen = {row: winner(records, row, quick) for row in LOOPS}
    return {
        "winners of the loops, framework": {
            row: runs[chosen[row]] for row, runs in winners.items() if chosen[row] in runs
        },
        **{
            f"later runs, {side}": {row: again(row, backend, quick) for row in LOOPS}
            for backend, side in SIDES.items()
        },
    }


def curve_verdict(records: Records, quick: bool) -> Verdict:
    """Which runs Fig. 1b shows: those whose SGDs reach .9 where the picture has it."""
    ends = [
        number(REPORT, f"Fig. 1b: SGDs reach .9, {end}").value for end in ("earliest", "latest")
    ]
    reached = {
        panel: first_epoch(records, [runs[row] for row in SGDS if row in runs], KEY, LEVEL)
        for panel, runs in _panels(records, quick).items()
        if "framework" in panel
    }
    near = [
        panel
        for panel, epochs in reached.items()
        if len(epochs) and all(ends[0] - READ <= each <= ends[1] + READ for each in epochs)
    ]
    return Verdict(
        source=REPORT,
        claim="Fig. 1b: when the two SGDs reach F1 of .9",
        published=f"epochs {ends[0]:.0f} to {ends[1]:.0f}",
        measured="; ".join(
            f"{panel}: {', '.join(f'{each:.0f}' for each in epochs)}"
            for panel, epochs in reached.items()
        ),
        verdict=QUICK if quick else "reproduced" if near else "not reproduced",
        reason=f"Read off the picture to {READ} epochs. It fits "
        f"{' and '.join(near) or 'neither'}; the published F1 are those of the later runs.",
    )


def verdicts(records: Records, spreads: dict[str, Cell], quick: bool) -> list[Verdict]:
    """Labels and F1 of the three rows; `spreads` holds the same setting over other seeds."""
    judged = judge(list(spreads.values()), quick)
    found = []
    for row in LOOPS:
        label = number(REPORT, f"{row}: learning rate").value
        replayed = winner(records, row, quick)
        same = replayed == label
        found.append(
            Verdict(
                source=REPORT,
                claim=f"best learning rate of {row}",
                published=f"{label:g}",
                measured=f"{replayed:g} in the replay",
                verdict="not measured"
                if math.isnan(replayed)
                else _label_verdict(row, same, quick),
                reason="The rate reached the optimizer; one run a rate."
                if row == "Adam"
                else f"It never reached the optimizer, which always ran at {ARRIVED}: the label "
                "names which of seven initial networks won.",
            )
        )
    for (row, cell), (_, line) in zip(spreads.items(), judged.iterrows(), strict=True):
        replayed_f1 = best_f1(records, row, "framework", quick)
        exact = abs(replayed_f1 - cell.published.value) <= 0.0005
        found.append(
            Verdict(
                source=REPORT,
                claim=f"best F1 of {row}",
                published=f"{cell.published.value:.3f}",
                measured=f"{replayed_f1:.3f} in the replay; other seeds "
                f"{presentation.mean(cell.measured)}",
                verdict=line["verdict"],
                reason="The replay gives the published digits."
                if exact
                else f"The replay is {replayed_f1 - cell.published.value:+.3f} off: rounding at "
                "batch size 1; judged against the spread of other seeds.",
            )
        )
    return found


def _label_verdict(row: str, same: bool, quick: bool) -> str:
    if quick:
        return QUICK
    if row == "Adam":
        return "reproduced" if same else "not reproduced"
    return "artefact, reproduced" if same else "artefact"
