"""What an experiment says: tables, figures, verdicts. Data only: others write and draw them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from experiments.specification import RunSpec
    from experiments.store import Record

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "curves": ("series", "run", "x", "y"),
    "bands": ("series", "x", "y", "low", "high"),
    "learning-rates": ("series", "x", "y", "low", "high"),
    "scaling": ("series", "x", "y"),
    "bars": ("series", "label", "value", "low", "high"),
    "intervals": ("label", "estimate", "low", "high"),
    "scatter": ("series", "x", "y"),
    "heat-map": ("row", "column", "value"),
    "graph": ("source", "target", "label", "shape", "x", "y"),
}
"""The kinds of figure and the columns each needs. ``panel``, where it is there too, divides the
rows into small multiples. ``experiments.figures.kinds`` says how each is drawn."""

WHERE = ("everywhere", "files", "csv")
"""Where a table is to be seen."""

MEAN = "mean"
"""The run of a ``curves`` figure that is drawn bold."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _check_name(kind: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{kind} {name!r} becomes part of a file name: "
            "expected small letters, digits and single hyphens"
        )


def _check_unique(kind: str, owner: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(
                f"outcome {owner!r} has two {kind}s called {name!r}: give each its own name"
            )
        seen.add(name)


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it will be written: every number in it is already computed.

    ``frame`` has one row a line and an index that is not written. ``formats`` maps a column to a
    format specification such as ``".4f"``; columns without one are written by their type.
    ``where``: "everywhere"; "files": not on the page, which says the same otherwise; "csv": only
    there, too long for anyone to read.
    """

    name: str
    title: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    where: str = "everywhere"

    def __post_init__(self) -> None:
        _check_name("table", self.name)
        if self.where not in WHERE:
            raise ValueError(
                f"table {self.name!r} is to be seen in {self.where!r}: choose one of "
                f"{', '.join(WHERE)}"
            )
        unknown = [column for column in self.formats if column not in self.frame.columns]
        if unknown:
            raise ValueError(
                f"table {self.name!r} has a format for {unknown[0]!r}, which is no column: "
                f"{', '.join(map(str, self.frame.columns))}"
            )


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure as it will be drawn: ``kind`` is one of ``COLUMNS``.

    ``data`` has at least that kind's columns, and ``options`` are its keywords, plain values all.
    """

    name: str
    title: str
    kind: str
    data: pd.DataFrame
    options: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_name("figure", self.name)
        if self.kind not in COLUMNS:
            raise ValueError(
                f"figure {self.name!r} is of kind {self.kind!r}: choose one of {', '.join(COLUMNS)}"
            )
        missing = [name for name in COLUMNS[self.kind] if name not in self.data.columns]
        if missing:
            raise ValueError(
                f"figure {self.name!r} of kind {self.kind!r} lacks the column {missing[0]!r}: "
                f"it has {', '.join(map(str, self.data.columns))}"
            )


@dataclass(frozen=True)
class Verdict:
    """One claim, what was published of it, what was measured here, and how that is judged."""

    source: str
    claim: str
    published: str
    measured: str
    verdict: str
    reason: str


@dataclass(frozen=True, eq=False)
class Outcome:
    """All that an experiment has to say. ``diagrams`` holds Mermaid text by name."""

    name: str
    title: str
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    text: tuple[str, ...] = ()
    diagrams: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_name("outcome", self.name)
        _check_unique("table", self.name, (table.name for table in self.tables))
        _check_unique("figure", self.name, (figure.name for figure in self.figures))


class Experiment(Protocol):
    """Which runs a question needs, and what their records answer."""

    @property
    def name(self) -> str:
        """Its name on the command line and in file names."""

    @property
    def title(self) -> str:
        """What a reader sees above its tables."""

    def runs(self, quick: bool) -> Sequence[RunSpec]:
        """Every run it needs; ``quick`` asks for a small selection."""

    def outcome(self, records: Mapping[str, Record], quick: bool) -> Outcome:
        """What the records, by run id, say. Runs that failed or are missing are named."""
