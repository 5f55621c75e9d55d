"""The published numbers, read from `published.toml` and checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

PATH = Path(__file__).with_name("published.toml")

Finite = Annotated[float, Field(allow_inf_nan=False)]
Spread = Literal[
    "unbiased standard deviation",
    "population standard deviation",
    "standard deviation, kind not stated",
    "none",
]


@dataclass(frozen=True)
class Published:
    """A number from elsewhere, with all that is known of it.

    Args:
        value: the number; accuracies and F1 as fractions, times in seconds.
        spread: its standard deviation over `n` repetitions, None where none was published.
        statistic: what `value` is of the repetitions: their mean, their median, ...
        kind: which standard deviation `spread` is.
        n: number of repetitions.
        source: where it stands.
        differs: what is different here.
    """

    value: float
    spread: float | None
    statistic: str
    kind: str
    n: int
    source: str
    differs: str


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Group(_Strict):
    source: str
    statistic: str
    spread: Spread
    n: PositiveInt
    differs: str
    numbers: dict[str, Annotated[list[Finite], Field(min_length=1, max_length=2)]]

    def published(self) -> dict[str, Published]:
        """Each number of the group by its key."""
        shared = (self.statistic, self.spread, self.n, self.source, self.differs)
        return {
            key: Published(pair[0], pair[1] if len(pair) > 1 else None, *shared)
            for key, pair in self.numbers.items()
        }


class Document(_Strict):
    """What one report is, says and leaves open."""

    authors: list[str]
    year: int
    system: str
    code: str
    unstated: list[str]
    groups: list[_Group] = []
    claims: dict[str, str] = {}

    @model_validator(mode="after")
    def _check(self) -> "Document":
        keys = [key for group in self.groups for key in group.numbers]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(f"one report has two numbers called {twice!r}")
        return self

    @property
    def numbers(self) -> Mapping[str, Published]:
        """Every published number by its key."""
        return {key: number for group in self.groups for key, number in group.published().items()}


def read(path: Path = PATH) -> dict[str, Document]:
    """The reports of `path` by name.

    Raises:
        pydantic.ValidationError: an entry is missing, unknown or of the wrong type.
    """
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Document.model_validate(table) for name, table in tables.items()}


@cache
def _documents() -> dict[str, Document]:
    return read()


def document(report: str) -> Document:
    """What the report called `report` is and says.

    Raises:
        ValueError: no such report.
    """
    documents = _documents()
    if report not in documents:
        raise ValueError(f"no report is called {report!r}; there are {', '.join(documents)}")
    return documents[report]


def number(report: str, key: str) -> Published:
    """The published number `key` of `report`.

    Raises:
        ValueError: no such report or number.
    """
    numbers = document(report).numbers
    if key not in numbers:
        raise ValueError(f"{report} published no {key!r}; it has {', '.join(numbers)}")
    return numbers[key]
