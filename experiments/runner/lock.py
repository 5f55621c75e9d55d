"""One machine is either trained on or timed on: a file lock keeps the two apart.

Whoever trains holds the lock shared (any number at once), whoever times holds it alone. The
operating system releases it when its holder ends, however it ends.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BusyError(RuntimeError):
    """The machine is in use by the other kind of work, or nobody can tell."""


def default_path() -> Path:
    """The lock of this user on this machine; `TMPDIR` moves it."""
    # By number: a container's user may have no name, and `su` keeps the name of another.
    return Path(tempfile.gettempdir()) / f"scratchmark-{os.getuid()}.lock"


@contextmanager
def training(path: Path | None = None) -> Iterator[None]:
    """Held by everything that trains; raises `BusyError` while somebody times."""
    reason = "a timing is under way on this machine, which training would disturb; try again later"
    with _held(path or default_path(), fcntl.LOCK_SH, reason):
        yield


@contextmanager
def timing(path: Path | None = None) -> Iterator[None]:
    """Held by whoever times; raises `BusyError` while somebody trains or times."""
    reason = "this machine is training or timing something else, so nothing can be timed now; wait"
    with _held(path or default_path(), fcntl.LOCK_EX, reason):
        yield


@contextmanager
def _held(path: Path, kind: int, reason: str) -> Iterator[None]:
    try:
        opened = path.open("a")
    except OSError as error:
        raise BusyError(
            f"cannot use the lock {path}: {error.strerror}; set TMPDIR to a folder of your own"
        ) from None
    with opened as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"{reason} (lock {path})") from None
        yield
