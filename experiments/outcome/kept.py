"""Outcomes kept as JSON, so that what the same code measured on the same machine serves again.

The raw samples of a measurement are its own affair; here is only what tables, figures and the
page need. An outcome that would not come back exactly as it was is not kept.
"""

import json
import pkgutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.outcome import Figure, Outcome, Table, Verdict
from experiments.specification.built_in import BUILT_IN
from experiments.store import environment, provenance
from experiments.store.environment import ROOT
from experiments.store.files import write_whole


def key(package: str, *settings: object) -> str:
    """What has to be the same for an outcome to serve again: code, machine, settings."""
    modules = {path.partition(":")[0] for path in BUILT_IN.values()}
    found = __import__(package, fromlist=["__path__"])
    for each in pkgutil.walk_packages(getattr(found, "__path__", []), f"{package}."):
        modules.add(each.name)
    code = provenance.code_digest(frozenset({package, *modules}))
    facts = [code, environment.environment_id(), environment.machine()["processor"], *settings]
    return sha256(json.dumps(facts, default=str).encode()).hexdigest()


def page_key(quick: bool) -> str:
    """What has to be the same for outcomes to stand on one page: any line of code, the machine."""
    sources = sorted(path for package in provenance.OWN for path in (ROOT / package).rglob("*.py"))
    code = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    return sha256(f"{code} {environment.environment_id()} {quick}".encode()).hexdigest()


def keep(outcome: Outcome, key: str, results: Path, shelf: str = "measured") -> bool:
    """Keep an outcome under `results/raw/`; False where it would not come back exactly.

    Then one of that name that was kept before is not kept any longer either.
    """
    _path(outcome.name, results, shelf).unlink(missing_ok=True)
    try:
        text = json.dumps({"key": key, **_entries(outcome)}, default=_plain)
        if not _same(outcome, _outcome(json.loads(text))):
            return False
    except (TypeError, ValueError):
        return False  # something in it has no form in JSON
    write_whole(_path(outcome.name, results, shelf), text.encode())
    return True


def find(name: str, key: str, results: Path, shelf: str = "measured") -> Outcome | None:
    """The outcome kept under that name, if the key is still the same."""
    return _read(_path(name, results, shelf), key)


def under(key: str, results: Path, shelf: str = "page") -> list[Outcome]:
    """All outcomes that are kept under that key, by name."""
    found = (_read(path, key) for path in sorted((results / "raw" / shelf).glob("*.json")))
    return [outcome for outcome in found if outcome is not None]


def _read(path: Path, key: str) -> Outcome | None:
    try:
        entries = json.loads(path.read_bytes())
        return _outcome(entries) if entries["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(name: str, results: Path, shelf: str) -> Path:
    return results / "raw" / shelf / f"{name}.json"


def _entries(outcome: Outcome) -> dict[str, Any]:
    return {
        **vars(outcome),
        "tables": [vars(each) | {"frame": _columns(each.frame)} for each in outcome.tables],
        "figures": [vars(each) | {"data": _columns(each.data)} for each in outcome.figures],
        "verdicts": [vars(each) for each in outcome.verdicts],
    }


def _outcome(entries: dict[str, Any]) -> Outcome:
    return Outcome(
        name=entries["name"],
        title=entries["title"],
        tables=tuple(Table(**_thing(each, "frame")) for each in entries["tables"]),
        figures=tuple(Figure(**_thing(each, "data")) for each in entries["figures"]),
        verdicts=tuple(Verdict(**each) for each in entries["verdicts"]),
        text=tuple(entries["text"]),
        diagrams=entries["diagrams"],
    )


def _thing(entries: dict[str, Any], frame: str) -> dict[str, Any]:
    return entries | {frame: _frame(entries[frame]), "notes": tuple(entries["notes"])}


def _columns(frame: pd.DataFrame) -> list[Any]:
    return [[name, str(frame[name].dtype), frame[name].tolist()] for name in frame.columns]


def _frame(columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=dtype) for name, dtype, values in columns})


def _plain(value: Any) -> Any:
    """Numbers of numpy as Python's, what is missing as None, mappings as dictionaries."""
    if value is pd.NA:
        return None
    return value.item() if hasattr(value, "item") else dict(value)


def _require_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Everything but the index, which nobody writes or draws."""
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other, check_exact=True)


def _same(one: Outcome, other: Outcome) -> bool:
    try:
        for ours, theirs in zip(one.tables, other.tables, strict=True):
            _require_same(ours.frame, theirs.frame)
        for drawn, again in zip(one.figures, other.figures, strict=True):
            _require_same(drawn.data, again.data)
    except AssertionError:
        return False
    return True
