"""What the driver shows while it works. Only the driver writes to the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


class Progress:
    """Bars with the time left, on a terminal; a line at the beginning and the end elsewhere.

    Args:
        console: where to write; None to write nothing.
    """

    def __init__(self, console: Console | None) -> None:
        self._console = console

    @classmethod
    def silent(cls) -> Progress:
        """Shows nothing."""
        return cls(None)

    @classmethod
    def on_terminal(cls) -> Progress:
        """Writes to standard error, so that what is printed can be piped."""
        from rich.console import Console

        return cls(Console(stderr=True, highlight=False))

    def say(self, sentence: str) -> None:
        """Show a sentence, above any bar."""
        if self._console is not None:
            self._console.print(sentence, markup=False, soft_wrap=True)

    @contextmanager
    def count(self, doing: str, total: int, unit: str = "runs") -> Iterator[Callable[[int], None]]:
        """A bar while `total` things are done; the function given tells how many more are."""
        if self._console is None or total == 0:
            yield _ignore
            return
        from rich import progress

        columns = (
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn(f"{unit} ·"),
            progress.TimeElapsedColumn(),
            progress.TextColumn("· left"),
            progress.TimeRemainingColumn(),
        )
        # Groups take unequal times and come in bursts: a long memory makes the time left steadier.
        with progress.Progress(*columns, console=self._console, speed_estimate_period=600) as bars:
            task = bars.add_task(doing, total=total)
            yield lambda number: bars.advance(task, number)

    @contextmanager
    def busy(self, doing: str) -> Iterator[None]:
        """A sign of life while something of unknown length is done."""
        if self._console is None:
            yield
            return
        with self._console.status(doing):
            yield


def _ignore(_: int) -> None:
    """Count nothing."""
