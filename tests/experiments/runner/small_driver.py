"""A small experiment through the whole driver: python -m tests.experiments.runner.small_driver."""

import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pandas as pd

from experiments.command_line import commands, driver
from experiments.outcome import Outcome, Table
from experiments.runner.options import Options
from tests.experiments.runner.making import runs


class Small:
    """Groups of a few runs; how long each takes is set by its epochs."""

    name = "small"
    title = "A small experiment"

    def __init__(self, backend: str, groups: int, epochs: int) -> None:
        self.backend, self.groups, self.epochs = backend, groups, epochs

    def runs(self, quick):
        """Groups that differ in their batch size."""
        del quick
        return [
            run
            for number in range(self.groups)
            for run in runs(self.backend, batch_size=10 + number, epochs=self.epochs)
        ]

    def outcome(self, records, quick):
        """The final loss of each run."""
        finals = [
            (key, record.status, record.final("test_loss")) for key, record in records.items()
        ]
        frame = pd.DataFrame(finals, columns=["run", "status", "test loss"])
        counts = Counter(status for _, status, _ in finals)
        return Outcome(self.name, self.title, (Table("finals", str(dict(counts)), frame),))


def main(folder: str, *settings: str) -> int:
    """Settings are name=value: backend, groups, epochs, and those of Options."""
    given = dict(setting.split("=") for setting in settings)
    small = Small(
        given.pop("backend", "Harmless"), int(given.pop("groups", 4)), int(given.pop("epochs", 2))
    )
    readers = {"jobs": int, "timeout": float}
    chosen = {name: readers.get(name, str)(value) for name, value in given.items()}
    options = Options(results=Path(folder), **chosen)
    return commands.run(lambda options: len(driver.work(options, [small])) - 1, options)


def without(name: str) -> ModuleType:
    """A stand-in for a module that takes seconds to import and is tested elsewhere."""
    module = ModuleType(name)
    module.write = lambda *_: None
    return module


if __name__ == "__main__":
    for module in ("experiments.figures.drawing", "experiments.page.document"):
        sys.modules[module] = without(module)
    sys.exit(main(*sys.argv[1:]))
