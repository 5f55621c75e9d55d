"""What the findings say of each class, whatever its arguments: what a reader looks up first."""

import re
from typing import Any

import pandas as pd

from experiments.outcome import Table
from experiments.parity.judge import FAILS, PASSES
from experiments.parity.report import EXPECTED, ORDER, WHOLE, largest

_NAME = re.compile(r"\b([A-Z]\w*)\(")


def overview(found: pd.DataFrame, backend: str, name: str) -> Table:
    """One row a class: how often its observations got which verdict, and the worst of them."""
    ours = found[(found["backend"] == backend) & (found["verdict"] != "not observable")]
    ours = ours[~ours["area"].isin(WHOLE)]
    ours = ours.assign(**{"class": [class_of(each) for each in ours["what"]]})
    rows = [
        {"area": area, "class": one, **_counted(part)}
        for (area, one), part in ours.groupby(["area", "class"], sort=True)
    ]
    return Table(
        name=name,
        title=f"Each layer, loss and optimizer of {backend}",
        frame=pd.DataFrame(rows),
        notes=(
            "One line a class, with all its arguments, inputs and dtypes; several layers in a row "
            "are a Sequential. Settings: different arguments or shapes.",
            "The verdict is the worst of all observations. Scaled error: the largest difference "
            "from torch.nn, in epsilons of the largest element.",
        ),
        formats={"scaled error": ".3g"},
    )


def class_of(what: str) -> str:
    """The class that a description of a case begins with; the description where it names none."""
    names = _NAME.findall(what)
    if not names:
        return what
    return "Sequential" if len(names) > 1 and what.startswith("Linear(") else str(names[0])


def _counted(part: pd.DataFrame) -> dict[str, Any]:
    counts = part["verdict"].value_counts()
    return {
        "settings": part["what"].nunique(),
        "cases": part["case"].nunique(),
        "observations": len(part),
        **{each: int(counts.get(each, 0)) for each in sorted(PASSES, key=ORDER.index)},
        "fails": int(sum(counts.get(each, 0) for each in FAILS)),
        EXPECTED: int(counts.get(EXPECTED, 0)),
        "scaled error": largest(part, "scaled"),
        "verdict": max(part["verdict"].unique(), key=ORDER.index),
    }
