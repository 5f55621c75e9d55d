"""Which runs train together: the units of work, decided by the runs alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.specification import RunSpec

SMALL_BATCH = 10


def group_size(run: RunSpec) -> int:
    """How many runs like this make one unit of work.

    At very small batches a step costs as much for a hundred stacked runs as for a few, and runs
    that train one after the other are slow: fewer of them are lost when one is interrupted.
    """
    if run.batch_size >= SMALL_BATCH:
        return 20
    return 100 if run.backend == "framework" else 5


def groups(runs: Iterable[RunSpec], size: int | None = None) -> list[tuple[RunSpec, ...]]:
    """The units of work: runs that differ only in seed and learning rate.

    At most `size` in each, or `group_size`. They depend on the set of runs alone, not on their
    order.
    """
    alike: dict[str, list[RunSpec]] = {}
    distinct = {run.id: run for run in runs}.values()
    for run in sorted(distinct, key=lambda run: (run.learning_rate, run.seed)):
        alike.setdefault(run.setting, []).append(run)
    found = []
    for _, members in sorted(alike.items()):
        step = size or group_size(members[0])
        found += [tuple(members[at : at + step]) for at in range(0, len(members), step)]
    return found
