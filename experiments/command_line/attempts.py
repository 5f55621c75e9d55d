"""Parts of a command that may fail without keeping the others from being done."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from experiments.runner.cluster_workers import ClusterError
from experiments.runner.lock import BusyError
from experiments.runner.train import Stopped
from experiments.store import Store, StoreError, writing
from experiments.store.files import write_whole

EXPECTED = (StoreError, ClusterError, BusyError, Stopped)
"""What ends a command early with a sentence of its own."""


class Interrupted(RuntimeError):  # noqa: N818
    """The user, or the system, ended the command; the message says what is done."""


@contextmanager
def attempt(name: str, store: Store, problems: list[str]) -> Iterator[None]:
    """What fails inside becomes a sentence in `problems`; its traceback goes into a file.

    Raises:
        Interrupted: by Ctrl-C.
        StoreError: the results folder cannot be used.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted during {name}: all trained runs are kept in {store.folder}; the same "
            "command goes on from there"
        ) from None
    except StoreError:
        raise
    except EXPECTED as error:
        problems.append(f"{name}: {error}")
    except Exception as error:
        path = store.folder / f"{name.replace(' ', '-')}.error"
        with writing(store.results):
            write_whole(path, traceback.format_exc().encode())
        reason = str(error).partition("\n")[0] or type(error).__name__
        problems.append(f"{name} could not be made: {reason} (the traceback is in {path})")
