"""Outcomes with awkward content: markup in texts, missing numbers, every kind of figure."""

from functools import cache

import pandas as pd

from experiments.figures import drawing
from experiments.outcome import Outcome, Table, Verdict
from tests.experiments.figure_examples import EXAMPLES

CLAIMS = (
    ("cappelletti-2019", "reproduced"),
    ("cappelletti-2019", "3 of 4 reproduced"),
    ("carlier-2018", "not reproduced"),
    ("carlier-2018", "does not hold"),
    ("wang-2021", "artefact"),
    ("wang-2021", "reproduced"),
    ("wang-2021", "identical"),
    ("wang-2021", "undecided"),
)
VERDICTS = tuple(
    Verdict(source, f"claim {place}", "0.0546 (0.0240)", "0.0551 (0.0211)", word, "Because.")
    for place, (source, word) in enumerate(CLAIMS)
)
NUMBERS = (10.0, 9.0, None, 0.5, -3.0, 2e-05, 100.0, 7.0, 1.0)


def _table():
    frame = pd.DataFrame(
        {
            "row": [f"row {place}" for place in range(len(NUMBERS))],
            "loss": NUMBERS,
            "accuracy": ["98.35 (1.236)", "97.6 (1)", *["99 (2)"] * 7],
            "kind": ["plain", "momentum", "plain"] * 3,
        }
    )
    notes = ("`lr` is 0.1 & <b>not</b> bold", "second note")
    return Table("numbers", "Results <i>as published</i>", frame, notes)


FIRST = Outcome(
    "cappelletti-2019",
    "Two losses, with & without momentum",
    tables=(_table(),),
    figures=(EXAMPLES["curves"], EXAMPLES["bars"]),
    verdicts=VERDICTS,
    text=("Twenty runs of `SGD(lr=0.1)`, each </script> on its own data.",),
)
SECOND = Outcome(
    "carlier-2018",
    "A recorded graph",
    figures=tuple(figure for name, figure in EXAMPLES.items() if name not in ("curves", "bars")),
)
OUTCOMES = (FIRST, SECOND)
ENVIRONMENT = {"torch": "2.13.0", "threads": {"torch": 1}, "libraries": ["mkl", "openmp"]}


@cache
def _stills():
    return {
        f"{outcome.name}-{figure.name}.svg": drawing.render(figure)["svg"]
        for outcome in OUTCOMES
        for figure in outcome.figures
    }


def draw_stills(results):
    """Put the drawings of all figures into the folder `results/figures`."""
    (results / "figures").mkdir()
    for name, content in _stills().items():
        (results / "figures" / name).write_bytes(content)
