"""Sweeps: a grid of trainings from a TOML file, the built-in grid among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.outcome import Outcome
    from experiments.runner.options import Options
    from experiments.specification import RunSpec
    from experiments.sweep.expansion import Setting
    from experiments.sweep.file import SweepFile
    from experiments.sweep.gathering import Records


@dataclass(frozen=True)
class Sweep:
    """A sweep as an experiment: its runs, and what their records say."""

    file: "SweepFile"

    @property
    def name(self) -> str:
        """Of its tables and figures."""
        return self.file.name

    @property
    def title(self) -> str:
        """What a reader sees above its tables."""
        return self.file.title or f"Sweep {self.file.name}"

    def runs(self, quick: bool) -> list["RunSpec"]:
        """Every combination of the axes; a few of them when quick."""
        file = self._as_asked(quick)
        return [
            run
            for setting in self._settings(quick)
            for backend in file.backends
            for rate in setting.rates
            for run in setting.runs(backend, rate, file.seeds)
        ]

    def outcome(self, records: "Records", quick: bool) -> "Outcome":
        """The best learning rates, every learning rate, curves, heat maps."""
        from experiments.sweep.results import outcome

        return outcome(self._as_asked(quick), self._settings(quick), records, self.title, quick)

    def _as_asked(self, quick: bool) -> "SweepFile":
        from experiments.sweep.expansion import quickened

        return quickened(self.file) if quick else self.file

    def _settings(self, quick: bool) -> list["Setting"]:
        from experiments.sweep.expansion import settings

        return settings(self._as_asked(quick))


def load(file: Path | None) -> Sweep:
    """The sweep in a file; without one, the built-in grid.

    Raises:
        ValueError: the file cannot be read or has mistakes: a sentence for each, with its place.
    """
    from experiments.sweep.expansion import Mistakes, settings
    from experiments.sweep.file import BUILT_IN, listed, read

    path = file or BUILT_IN
    sweep = read(path)
    try:
        settings(sweep)
    except Mistakes as mistakes:
        raise ValueError(listed(path, mistakes.sentences)) from None
    return Sweep(sweep)


def dry_run(file: Path | None, options: "Options") -> Iterable[str]:
    """How many trainings a sweep is and about how long it would take, in lines.

    Raises:
        ValueError: as `load` does.
    """
    from experiments.sweep.estimate import lines

    return lines(load(file), options)
