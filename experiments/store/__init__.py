"""The store: one JSON file a run under `runs/`, whole or not there, checked whenever it is read.

Two writers of one run do no harm: they write the same content, and each replaces the file in one
step. How long groups took stands in files of their own, since outcomes repeat and times do not.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from experiments.store.files import write_whole
from experiments.store.record import BadRecord, Record, decode, encode

__all__ = [
    "BadRecord",
    "Duration",
    "Record",
    "SetAside",
    "Store",
    "StoreError",
    "writing",
]

ABANDONED = 3600.0
"""Seconds after which a temporary file belongs to nobody."""


class StoreError(RuntimeError):
    """The results folder cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True)
class SetAside:
    """A file that was no good record, where it was moved, and what was wrong with it."""

    path: Path
    moved_to: Path
    reason: str

    def __str__(self) -> str:
        return f"record {self.path.name} is {self.reason}: set aside as {self.moved_to}"


@dataclass(frozen=True)
class Duration:
    """How long a group took; `contended`: other groups trained beside it, so it is no timing."""

    runs: tuple[str, ...]
    seconds: float
    contended: bool


@dataclass
class Store:
    """The records of a results folder.

    Args:
        results: the results folder; records go to `runs/` in it.
        set_aside: files moved out of the way because they were no good records.
    """

    results: Path
    set_aside: list[SetAside] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return self.results / "runs"

    def prepare(self) -> None:
        """Make the folders, see that they can be written, and sweep out abandoned files.

        Raises:
            StoreError: the results folder is a file or cannot be written.
        """
        with writing(self.results):
            for path in (self.results, self.folder):
                if path.exists() and not path.is_dir():
                    raise StoreError(f"results folder {path} is a file: name another by --results")
            write_whole(self.folder / "README", _README.encode())
        for path in self.folder.glob("*/.*"):
            self._sweep(path)

    @staticmethod
    def _sweep(path: Path) -> None:
        try:
            if time.time() - path.stat().st_mtime > ABANDONED:
                path.unlink()
        except OSError:
            return

    def path(self, run_id: str) -> Path:
        """Where the record of a run lies or would lie."""
        return self.folder / run_id[:2] / f"{run_id}.json"

    def write(self, record: Record) -> None:
        """Keep a record, in one step.

        Raises:
            StoreError: the disk is full or the folder cannot be written.
        """
        self.write_encoded(record.id, encode(record))

    def write_encoded(self, run_id: str, content: bytes) -> None:
        """Keep the record of a run that came as bytes."""
        # No fsync: after a loss of power a file may be torn, which reading finds and training mends
        with writing(self.results):
            write_whole(self.path(run_id), content)

    def read(self, run_id: str) -> Record | None:
        """The record of a run, or None where there is none.

        Raises:
            BadRecord: there is a file, but it is torn, altered or of another schema.
        """
        try:
            content = self.path(run_id).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadRecord(f"unreadable ({error.strerror})") from None
        record = decode(content)
        if record.id != run_id:
            raise BadRecord(f"that of another run, {record.id[:8]}")
        return record

    def good(self, run_id: str) -> Record | None:
        """Like `read`, but a bad record counts as none, and stays where it is."""
        try:
            return self.read(run_id)
        except BadRecord:
            return None

    def find(self, run_id: str) -> Record | None:
        """Like `read`, but a bad record is set aside, remembered, and counts as none."""
        try:
            return self.read(run_id)
        except BadRecord as bad:
            self._put_aside(self.path(run_id), str(bad))
            return None

    def _put_aside(self, path: Path, reason: str) -> None:
        folder = self.folder / "set-aside"
        number = sum(1 for _ in folder.glob(f"{path.stem}.*")) if folder.is_dir() else 0
        target = folder / f"{path.stem}.{number}.json"
        try:
            with writing(self.results):
                folder.mkdir(exist_ok=True)
                os.replace(path, target)
        except StoreError:
            if path.exists():
                raise
            return  # another driver was quicker
        self.set_aside.append(SetAside(path, target, reason))

    def ids(self) -> list[str]:
        """The ids of all runs that have a file, sorted."""
        return sorted(path.stem for path in self.folder.glob("??/*.json"))

    def write_duration(self, runs: Iterable[str], seconds: float, contended: bool) -> None:
        """Keep how long a group took, apart from what came of it."""
        ids = sorted(runs)
        name = sha256("".join(ids).encode()).hexdigest()
        content = {"runs": ids, "seconds": seconds, "contended": contended}
        with writing(self.results):
            path = self.folder / "durations" / f"{name}.json"
            write_whole(path, (json.dumps(content, indent=1) + "\n").encode())

    def durations(self) -> Iterator[Duration]:
        """How long the groups took; what cannot be read is left out."""
        for path in sorted(self.folder.glob("durations/*.json")):
            try:
                entry = json.loads(path.read_bytes())
                yield Duration(tuple(entry["runs"]), entry["seconds"], entry["contended"])
            except (OSError, ValueError, KeyError, TypeError):
                continue


@contextmanager
def writing(results: Path) -> Iterator[None]:
    """Everything inside writes to the results folder, so an OSError is about that.

    Raises:
        StoreError: in place of the OSError.
    """
    try:
        yield
    except OSError as error:
        raise _unusable(results, error) from error


def _unusable(results: Path, error: OSError) -> StoreError:
    reason = error.strerror or type(error).__name__
    return StoreError(
        f"cannot write to results folder {results}: {reason}; "
        "what is stored stays whole: make room or choose another with --results, then start again"
    )


_README = """One JSON file a run, named by its id, in folders by the id's first two letters.
durations/ holds how long groups of runs took, set-aside/ what was no good record.
Copying files from another results folder in here merges the two.
"""
