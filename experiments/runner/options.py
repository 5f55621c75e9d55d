"""What was asked for on the command line, as one value that every experiment can read."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from experiments.runner.progress import Progress


@dataclass(frozen=True)
class Options:
    """How to work, and where.

    Args:
        results: the results folder.
        quick: a small selection of everything.
        jobs: worker processes.
        retry_failed: train runs again that failed before.
        fail_fast: stop at the first run that fails.
        timeout: seconds a run may take.
        cluster: address of a dask scheduler.
        named: parity or timing was asked for by name, so it measures anew.
        backends: what parity or timing is to look at; empty: the built-in choice.
        replay: a saved case that parity is to play again.
        progress: where to show how far things are.
    """

    results: Path = Path("results")
    quick: bool = False
    jobs: int = field(default_factory=lambda: usable_cores())
    retry_failed: bool = False
    fail_fast: bool = False
    timeout: float | None = None
    cluster: str | None = None
    named: bool = False
    backends: tuple[str, ...] = ()
    replay: Path | None = None
    progress: Progress = field(default_factory=Progress.silent)


def usable_cores() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0))
