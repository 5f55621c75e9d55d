"""What is kept of one run, and its form as bytes: JSON with a checksum of all that precedes it."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from experiments.specification import SCHEMA, RunSpec

FINISHED = ("ok", "diverged")
FAILED = ("failed", "crashed", "timed out")
STATUSES = (*FINISHED, *FAILED, "unsupported")

_CHECKSUM, _LAST = b'"checksum": "', b'"\n}\n'


class BadRecord(ValueError):  # noqa: N818
    """A record that cannot be believed; the message says why."""


@dataclass(frozen=True)
class Provenance:
    """What decides a run's bits besides its specification.

    Args:
        digest: SHA-256 of the code that trains, as a syntax tree without docstrings.
        torch: torch's version.
        capability: the instructions torch's kernels were compiled for, such as "AVX512".
    """

    digest: str
    torch: str
    capability: str


@dataclass(frozen=True)
class Record:
    """One run: how it ended, its curves by evaluated epoch, its final confusion counts.

    Args:
        status: one of `STATUSES`; "diverged" is a result, "failed" (an exception), "crashed" (the
            process ended) and "timed out" are failures, "unsupported" is neither.
        error: why, where there are no curves; the traceback of a failure.
        curves: by name (`epoch`, `train_loss`, `test_accuracy`, ...), one value an evaluated epoch.
        confusion: by split, counts[true class][predicted class] after the last epoch.
        environment: id of the environment it was trained in.
    """

    spec: RunSpec
    status: str
    provenance: Provenance
    error: str = ""
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    confusion: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    environment: str = ""

    @property
    def id(self) -> str:
        """The run's id."""
        return self.spec.id

    @property
    def failed(self) -> bool:
        """Whether training it again might help."""
        return self.status in FAILED

    @property
    def last_line(self) -> str:
        """The end of the error, which of a traceback says what it was."""
        return self.error.strip().rpartition("\n")[2]

    def final(self, key: str) -> float:
        """The last value of a curve; not a number where the run left no curves.

        Raises:
            KeyError: the run has curves, but none of that name.
        """
        if not self.curves:
            return math.nan
        if key not in self.curves:
            raise KeyError(f"run {self.id[:8]} has no curve {key!r}: {', '.join(self.curves)}")
        return self.curves[key][-1]

    def stale(self, now: Provenance) -> str:
        """Why it would be trained again now, in a few words; empty where it would not."""
        if self.provenance.digest != now.digest:
            return "the code that trains has changed"
        if self.provenance.torch != now.torch:
            return f"trained with torch {self.provenance.torch}, this is {now.torch}"
        if self.provenance.capability != now.capability:
            return f"trained on {self.provenance.capability}, this is {now.capability}"
        return ""


def encode(record: Record) -> bytes:
    """The record as JSON, one entry a line, so that two of them can be compared line by line."""
    head = {
        "schema": SCHEMA,
        "id": record.id,
        "status": record.status,
        "error": record.error,
        "digest": record.provenance.digest,
        "torch": record.provenance.torch,
        "capability": record.provenance.capability,
        "environment": record.environment,
        "spec": record.spec.model_dump(mode="json"),
        "confusion": record.confusion,
    }
    curves = (f"  {json.dumps(key)}: {_numbers(curve)}" for key, curve in record.curves.items())
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    lines.append('"curves": {\n' + ",\n".join(curves) + "\n}")
    body = ("{\n" + ",\n".join(lines) + ",\n").encode()
    return body + _end(body)


def decode(content: bytes) -> Record:
    """The record in `content`.

    Raises:
        BadRecord: it is torn, altered, of another schema or contradicts itself.
    """
    entries = _checked(content)
    try:
        spec = RunSpec.stored(entries["spec"])
        record = Record(
            spec=spec,
            status=entries["status"],
            provenance=Provenance(entries["digest"], entries["torch"], entries["capability"]),
            error=entries["error"],
            curves={key: tuple(map(float, curve)) for key, curve in entries["curves"].items()},
            confusion={key: _tuples(rows) for key, rows in entries["confusion"].items()},
            environment=entries["environment"],
        )
    except (KeyError, TypeError, ValidationError, ValueError) as error:
        raise BadRecord(f"not understood ({type(error).__name__})") from None
    if record.id != entries["id"]:
        raise BadRecord(f"says that it is run {entries['id'][:8]} but specifies {record.id[:8]}")
    return record


def _checked(content: bytes) -> dict[str, Any]:
    body, mark, _ = content.rpartition(_CHECKSUM)
    whole = bool(mark) and content == body + _end(body)
    try:
        entries = json.loads(content)
    except ValueError:
        torn = not content.endswith(_LAST)
        raise BadRecord("torn: its end is missing" if torn else "altered: not JSON") from None
    if not isinstance(entries, dict) or "schema" not in entries:
        raise BadRecord("not a record")
    if entries["schema"] != SCHEMA:
        raise BadRecord(f"of schema {entries['schema']!r}, this is schema {SCHEMA}")
    if not whole:
        raise BadRecord("altered: its checksum does not fit")
    return entries


def _end(body: bytes) -> bytes:
    return _CHECKSUM + sha256(body).hexdigest().encode() + _LAST


def _numbers(curve: Iterable[float]) -> str:
    # JSON has no infinities and no NaN; a program that reads it may know neither.
    return json.dumps([value if math.isfinite(value) else _WORDS[str(value)] for value in curve])


_WORDS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def _tuples(rows: Iterable[Iterable[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(map(int, row)) for row in rows)
