"""The records of certain runs as a mapping that holds only a few of them at a time."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from experiments.store import Store
from experiments.store.record import Record

HELD = 64
"""Records that are held in memory, so that asking for one several times in a row is quick."""


class Records(Mapping[str, Record]):
    """The records of certain runs by id, read when asked for, so that memory holds only a few."""

    def __init__(self, store: Store, ids: Iterable[str]) -> None:
        self.results = store.results
        self._ids = dict.fromkeys(ids)
        self._find = lru_cache(maxsize=HELD)(store.find)

    def __getitem__(self, run_id: str) -> Record:
        record = self._find(run_id) if run_id in self._ids else None
        if record is None:
            raise KeyError(run_id)
        return record

    def __iter__(self) -> Iterator[str]:
        return (run_id for run_id in self._ids if self._find(run_id) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._ids and self._find(str(run_id)) is not None
