"""Trains a random sample of the recorded runs again and compares the numbers."""

import math
import random
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from experiments.runner.options import Options
from experiments.runner.train import train
from experiments.specification import RunSpec, describe
from experiments.store import Store, provenance
from experiments.store.record import FINISHED, Record

VERDICTS = ("bitwise", "within tolerance", "not")
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
"""Largest relative difference that counts as agreement, by dtype."""


@dataclass(frozen=True)
class Comparison:
    """How a run's numbers compare with those recorded.

    Args:
        verdict: "bitwise", "within tolerance" or "not".
        difference: the largest relative difference of any number of the curves.
        stale: why the record counts as stale, if it does.
    """

    spec: RunSpec
    verdict: str
    difference: float
    stale: str = ""

    def __str__(self) -> str:
        because = f"; {self.stale}" if self.stale else ""
        number = "" if self.verdict == "bitwise" else f" (apart by {self.difference:.1e})"
        return f"{self.verdict}{number}: {self.spec.id[:8]} ({describe(self.spec)}){because}"


def verify(options: Options, sample: int, seed: int) -> list[Comparison]:
    """Compare `sample` recorded runs, drawn by `seed`, with what training them gives now.

    Raises:
        ValueError: nothing is recorded in the results folder.
    """
    store = Store(options.results)
    ids = store.ids()
    random.Random(seed).shuffle(ids)
    chosen = list(_finished(store, ids, sample))
    if not chosen:
        raise ValueError(f"nothing to verify: {options.results} holds no finished run")
    with tempfile.TemporaryDirectory(prefix="scratchmark-") as folder:
        again = Store(Path(folder))
        specs = [record.spec for record in chosen]
        train(specs, again, jobs=options.jobs, timeout=options.timeout, progress=options.progress)
        return [compare(record, again.find(record.id)) for record in chosen]


def _finished(store: Store, ids: Iterable[str], sample: int) -> Iterator[Record]:
    found = 0
    for run_id in ids:
        record = store.good(run_id)
        if record is not None and record.status in FINISHED:
            yield record
            found += 1
        if found == sample:
            return


def compare(old: Record, new: Record | None) -> Comparison:
    """How two records of one run compare."""
    stale = old.stale(provenance.of(old.spec))
    if new is None or new.status != old.status or new.curves.keys() != old.curves.keys():
        return Comparison(old.spec, "not", math.inf, stale)
    pairs = [
        (before, now)
        for name, curve in old.curves.items()
        for before, now in zip(curve, new.curves[name], strict=True)
    ]
    if all(_same(before, now) for before, now in pairs) and old.confusion == new.confusion:
        return Comparison(old.spec, "bitwise", 0.0, stale)
    difference = max(_apart(before, now) for before, now in pairs)
    close = difference <= TOLERANCE[old.spec.dtype]
    return Comparison(old.spec, "within tolerance" if close else "not", difference, stale)


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _apart(one: float, other: float) -> float:
    if _same(one, other):
        return 0.0
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.inf
    return abs(one - other) / max(abs(one), abs(other))
