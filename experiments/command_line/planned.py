"""What was asked of a results folder: the runs of each experiment, so that `status` knows them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.specification import RunSpec
from experiments.store import Store
from experiments.store.files import write_whole


@dataclass(frozen=True)
class Planned:
    """An experiment and the ids of its runs."""

    name: str
    title: str
    runs: tuple[str, ...]


def note(store: Store, name: str, title: str, runs: Sequence[RunSpec]) -> None:
    """Remember that an experiment was asked for; what it was before is forgotten."""
    entries = {"name": name, "title": title, "runs": list(dict.fromkeys(run.id for run in runs))}
    path = store.folder / "planned" / f"{name}.json"
    write_whole(path, (json.dumps(entries, indent=1) + "\n").encode())


def noted(store: Store) -> Iterator[Planned]:
    """Everything that was asked for, by name; what cannot be read is left out."""
    for path in sorted(store.folder.glob("planned/*.json")):
        try:
            entries = json.loads(path.read_bytes())
            yield Planned(entries["name"], entries["title"], tuple(entries["runs"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
