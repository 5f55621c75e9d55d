"""The tables of a sweep."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from experiments.outcome import Table
from experiments.reports import presentation
from experiments.reports.comparing import margin_of
from experiments.reports.quantities import (
    TEST_ACCURACY,
    TEST_F1,
    TEST_LOSS,
    TRAIN_ACCURACY,
    TRAIN_F1,
    TRAIN_LOSS,
    Quantity,
)
from experiments.reports.settings import SIDES
from experiments.statistics import Comparison, compare_all
from experiments.sweep.expansion import HEADINGS, Setting
from experiments.sweep.file import SweepFile
from experiments.sweep.gathering import Cell, choose
from experiments.tables import MISSING

QUANTITIES = (TRAIN_LOSS, TRAIN_ACCURACY, TRAIN_F1, TEST_LOSS, TEST_ACCURACY, TEST_F1)
PAIRED = (TEST_LOSS, TEST_ACCURACY, TEST_F1)
"""What the backends are compared by at every learning rate."""
VALIDATION = (
    Quantity("validation loss", "validation_loss"),
    Quantity("validation accuracy", "validation_accuracy", 100),
    Quantity("validation F1", "validation_f1", 100),
)
ALWAYS = {"loss", "optimizer"}


def side(backend: str) -> str:
    """What a backend is called in tables and figures; a third party's in full, as two modules may
    call theirs the same."""
    return SIDES.get(backend, backend)


@dataclass(frozen=True, eq=False)
class Results:
    """All cells of a sweep, and what was chosen."""

    sweep: SweepFile
    settings: Sequence[Setting]
    cells: Sequence[Cell]

    @cached_property
    def axes(self) -> tuple[str, ...]:
        """The axes with more than one point, and loss and optimizer."""
        return tuple(
            axis
            for axis in HEADINGS
            if axis in ALWAYS or len({setting.words[axis] for setting in self.settings}) > 1
        )

    @cached_property
    def reference(self) -> str:
        """The backend that the others are held against: torch, or else the last."""
        backends = self.sweep.backends
        return "torch" if "torch" in backends else backends[-1]

    @property
    def others(self) -> tuple[str, ...]:
        """All other backends."""
        return tuple(each for each in self.sweep.backends if each != self.reference)

    @cached_property
    def by_side(self) -> dict[tuple[int, str], list[Cell]]:
        """The cells of each setting (by its place) and backend."""
        places = {id(setting): place for place, setting in enumerate(self.settings)}
        found: dict[tuple[int, str], list[Cell]] = {}
        for cell in self.cells:
            found.setdefault((places[id(cell.setting)], cell.backend), []).append(cell)
        return found

    @cached_property
    def chosen(self) -> dict[tuple[int, str], Cell | None]:
        """The cell of the best learning rate of each setting and backend."""
        return {key: choose(cells, self.sweep.choose_by) for key, cells in self.by_side.items()}

    def labels(self, setting: Setting) -> dict[str, str]:
        """The setting's point on each axis that is shown."""
        return {axis: setting.words[axis] for axis in self.axes}


Row = tuple[dict[str, Any], Quantity, Mapping[str, Cell | None]]


def best(results: Results) -> Table:
    """Each setting at its best learning rate: one line a quantity."""
    rows: list[Row] = []
    for place, setting in enumerate(results.settings):
        cells = {each: results.chosen[place, each] for each in results.sweep.backends}
        labels = {**results.labels(setting), "learning rate": _rates(cells)}
        rows += [(labels, quantity, cells) for quantity in QUANTITIES]
    how = (
        f"The learning rate is the one with the best mean validation {_word(results)}, chosen for "
        "each backend by itself; the test set was not looked at."
        if any(len(setting.rates) > 1 for setting in results.settings)
        else "One learning rate each: nothing was chosen."
    )
    lost = [
        f"{_named(results, cell)}: {cell.lost_words}; left out."
        for cell in results.chosen.values()
        if cell is not None and cell.lost
    ]
    return Table(
        "best",
        f"{_title(results)}: best learning rates",
        pd.DataFrame(side_by_side(results, rows)),
        notes=(how, *_differences(results), *lost),
    )


def side_by_side(results: Results, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Lines of mean ± standard deviation for each backend, and paired differences."""
    judged = {other: compared(results, rows, other) for other in results.others}
    for place, (labels, quantity, cells) in enumerate(rows):
        line = {**labels, "quantity": quantity.shown}
        for backend, cell in cells.items():
            line[side(backend)] = (
                MISSING if cell is None else presentation.mean(_of(cell, quantity), quantity.scale)
            )
        for other in results.others:
            more = f", {side(other)}" if len(results.others) > 1 else ""
            gap = judged[other][place]
            line[f"difference{more}"] = difference(gap, quantity.scale)
            line[f"agreement{more}"] = gap.verdict
        yield line


def compared(results: Results, rows: Sequence[Row], other: str) -> list[Comparison]:
    """`other` against the reference, seed by seed, for each row; Holm over all."""
    pairs = []
    for _, quantity, cells in rows:
        count = len(results.sweep.seeds)
        first, second = (_of(cells[each], quantity, count) for each in (other, results.reference))
        pairs.append((first, second, margin_of(quantity.label, second) or np.nan))
    return [_undecided(gap) if gap.one_sided else gap for gap in compare_all(pairs)]


def _undecided(gap: Comparison) -> Comparison:
    """One side's runs were lost where the other's finished: that is measured, if not compared."""
    return replace(gap, verdict="undecided") if gap.verdict == "not measured" else gap


def difference(gap: Comparison, scale: float) -> str:
    """The mean difference with its 95 % interval."""
    interval = gap.difference
    return presentation.with_interval(
        *(each * scale for each in (interval.estimate, interval.low, interval.high))
    )


def every_rate(results: Results) -> Table:
    """Every learning rate of every setting and backend, every digit."""
    chosen = {id(cell) for cell in results.chosen.values()}
    lines = [
        {
            **results.labels(cell.setting),
            "learning rate": cell.rate,
            "backend": side(cell.backend),
            "chosen": id(cell) in chosen,
            "runs": len(cell.states) - cell.lost,
            "lost": cell.lost_words or MISSING,
            **{each.shown: cell.mean(each.key) * each.scale for each in (*VALIDATION, *QUANTITIES)},
        }
        for cell in results.cells
    ]
    frame = pd.DataFrame(lines)
    empty = [each.shown for each in VALIDATION if frame[each.shown].isna().all()]
    frame = frame.drop(columns=empty)
    formats = {
        each.shown: ".2f" if each.scale == 100 else ".4g" for each in (*VALIDATION, *QUANTITIES)
    }
    return Table(
        "learning-rates",
        f"{_title(results)}: every learning rate",
        frame,
        notes=(f"Means of the runs that finished. Chosen by validation {_word(results)}.",),
        formats={name: form for name, form in formats.items() if name in frame},
    )


def every_pair(results: Results) -> Table | None:
    """Backends side by side at every learning rate; none where there is one backend."""
    if not results.others:
        return None
    rows: list[Row] = []
    for place, setting in enumerate(results.settings):
        for number, rate in enumerate(setting.rates):
            cells: dict[str, Cell | None] = {
                each: results.by_side[place, each][number] for each in results.sweep.backends
            }
            labels = {**results.labels(setting), "learning rate": f"{rate:g}"}
            rows += [(labels, quantity, cells) for quantity in PAIRED]
    return Table(
        "pairs",
        f"{_title(results)}: backends side by side at every learning rate",
        pd.DataFrame(side_by_side(results, rows)),
        notes=_differences(results),
    )


def _of(cell: Cell | None, quantity: Quantity, count: int = 0) -> np.ndarray:
    return np.full(count, np.nan) if cell is None else cell.values(quantity.key)


def _rates(cells: Mapping[str, Cell | None]) -> str:
    """The chosen rate, or each backend's where they differ."""
    shown = {each: MISSING if cell is None else f"{cell.rate:g}" for each, cell in cells.items()}
    if len(set(shown.values())) == 1:
        return next(iter(shown.values()))
    return ", ".join(f"{side(each)} {rate}" for each, rate in shown.items())


def _word(results: Results) -> str:
    return {"f1": "F1"}.get(results.sweep.choose_by, results.sweep.choose_by)


def _title(results: Results) -> str:
    return "The grid" if results.sweep.name == "grid" else f"Sweep {results.sweep.name}"


def _named(results: Results, cell: Cell) -> str:
    words = " · ".join(results.labels(cell.setting).values())
    return f"{words} at {cell.rate:g}, {side(cell.backend)}"


def _differences(results: Results) -> tuple[str, ...]:
    seeds = len(results.sweep.seeds)
    means = f"Mean ± standard deviation of {seeds} runs from equal starts, one a seed."
    if not results.others:
        return (means,)
    return (
        means,
        f"Difference: to {side(results.reference)}, paired by seed, with its 95 % interval. "
        "Equivalent: within half a percentage point, or a tenth of a loss, at .05 after Holm's "
        "correction over the table.",
    )
