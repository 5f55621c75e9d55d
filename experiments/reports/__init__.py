"""The five published reports, each an experiment, and what they published as data."""

from importlib import import_module
from typing import cast

from experiments.outcome import Experiment

NAMES = (
    "cappelletti-2019",
    "carlier-2018",
    "deschenaux-2021",
    "olsen-2018",
    "wang-2021",
)


def load(name: str) -> Experiment:
    """The report called `name`: a module that is an experiment.

    Raises:
        ValueError: no report is called so.
    """
    if name not in NAMES:
        raise ValueError(f"no report is called {name!r}; there are {', '.join(NAMES)}")
    return cast(Experiment, import_module(f"experiments.reports.{name.replace('-', '_')}"))
