"""A whole timing run: its comparisons, kept with every raw sample and read again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.store.files import write_whole
from experiments.timing.comparison import Comparison

SCHEMA = 1


@dataclass(frozen=True)
class Measured:
    """Comparisons by name, and what they were made with.

    `digest` is that of the code, `environment` the id of versions and machine.
    """

    comparisons: Mapping[str, Comparison]
    quick: bool
    digest: str
    environment: str
    machine: str

    def __getitem__(self, name: str) -> Comparison:
        return self.comparisons[name]

    def of(self, kind: str) -> dict[str, Comparison]:
        """The comparisons of one kind, "steps" for one, by the rest of their names."""
        prefix = f"{kind}: "
        return {
            name.removeprefix(prefix): each
            for name, each in self.comparisons.items()
            if name.startswith(prefix)
        }

    def write(self, results: Path, backends: tuple[str, ...] = ()) -> None:
        """Keep everything under `raw/` in the results folder."""
        content = {
            "schema": SCHEMA,
            "quick": self.quick,
            "digest": self.digest,
            "environment": self.environment,
            "machine": self.machine,
            "comparisons": [each.as_json() for each in self.comparisons.values()],
        }
        write_whole(path(results, backends), json.dumps(content).encode())


def path(results: Path, backends: tuple[str, ...] = ()) -> Path:
    """Where raw samples lie; a choice of backends does not replace the whole."""
    name = "timing-selected.json" if backends else "timing.json"
    return results / "raw" / name


def load(results: Path) -> Measured | None:
    """The last whole timing run in a results folder; None if there is none that can be read."""
    try:
        content: dict[str, Any] = json.loads(path(results).read_bytes())
        if content.pop("schema") != SCHEMA:
            return None
        comparisons = [Comparison.from_json(each) for each in content.pop("comparisons")]
        return Measured({each.name: each for each in comparisons}, **content)
    except (OSError, ValueError, KeyError, TypeError):
        return None
