"""A user's own data: points and classes from a CSV or an NPZ file."""

from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np


def digest_of(name: str) -> str:
    """The SHA-256 of a file's content.

    Raises:
        ValueError: there is no such file.
    """
    try:
        state = Path(name).stat()
        return _digest(name, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise ValueError(f"data file {name!r} cannot be read: {error.strerror}") from None


@lru_cache(maxsize=64)
def _digest(name: str, _modified: int, _size: int) -> str:
    return sha256(Path(name).read_bytes()).hexdigest()


def read(name: str, digest: str | None) -> tuple[np.ndarray, np.ndarray]:
    """The points (n, features) float64 and their classes (n,) int64.

    A CSV file has a line of column names; the column `label`, or else the last, holds the class
    and every other a number. An NPZ file has `x` (n, features) and `y` (n,). Classes may be
    anything that can be sorted; they become 0, 1, ... in that order.

    Raises:
        ValueError: the file is not as described, or is not the one with this digest.
    """
    now = digest_of(name)
    if digest not in (None, now):
        raise ValueError(f"data file {name!r} has changed since the run was specified")
    return _read(name, now)


@lru_cache(maxsize=4)
def _read(name: str, _: str) -> tuple[np.ndarray, np.ndarray]:
    content = BytesIO(Path(name).read_bytes())
    x, labels = _csv(name, content) if name.lower().endswith(".csv") else _npz(name, content)
    if len(x) != len(labels):
        raise ValueError(f"data file {name!r} has {len(x)} points and {len(labels)} labels")
    if not np.isfinite(x).all():
        line = int(np.argwhere(~np.isfinite(x).all(axis=1))[0, 0])
        raise ValueError(f"data file {name!r}: point {line} (from 0) is not made of finite numbers")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        place = int(np.argmin(np.isfinite(labels)))
        raise ValueError(
            f"data file {name!r}: point {place} (from 0) has the label {labels[place]}"
        )
    found, classes = np.unique(labels, return_inverse=True)
    if len(found) < 2:
        raise ValueError(f"data file {name!r} has one class only, {found[:1].tolist()}")
    return x, classes.astype(np.int64)


def _csv(name: str, content: BytesIO) -> tuple[np.ndarray, np.ndarray]:
    import pandas as pd

    try:
        # In one go: in pieces, a column's type may change from one to the next.
        frame = pd.read_csv(content, low_memory=False)
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"data file {name!r} is not CSV: {error}") from None
    if not isinstance(frame.index, pd.RangeIndex):  # pandas would leave the first fields aside
        raise ValueError(f"data file {name!r}: its lines have more fields than it has column names")
    if frame.shape[1] < 2 or frame.empty:
        raise ValueError(
            f"data file {name!r} has {frame.shape[1]} columns and {len(frame)} lines: it needs a "
            "line of column names, a feature or more and a label"
        )
    label = "label" if "label" in frame else frame.columns[-1]
    labels, features = frame[label], frame.drop(columns=label)
    if labels.isna().any():
        raise ValueError(f"data file {name!r}: line {labels.isna().argmax() + 2} has no {label}")
    for column in features:
        if not pd.api.types.is_numeric_dtype(features[column]):
            raise ValueError(f"data file {name!r}: column {column!r} does not hold numbers only")
    return features.to_numpy(np.float64, copy=True), labels.to_numpy()


def _npz(name: str, content: BytesIO) -> tuple[np.ndarray, np.ndarray]:
    try:
        with np.load(content, allow_pickle=False) as arrays:
            missing = {"x", "y"} - set(arrays)
            if missing:
                raise ValueError(f"it has no array {sorted(missing)[0]!r}")
            x, labels = np.asarray(arrays["x"]), np.asarray(arrays["y"])
    except Exception as error:  # a broken archive raises whatever zip or numpy stumble over
        raise ValueError(f"data file {name!r} is not an NPZ file of x and y: {error}") from None
    if x.ndim != 2 or labels.ndim != 1 or x.dtype.kind not in "fiu" or not x.size:
        raise ValueError(
            f"data file {name!r}: expected numbers x (n, features) and y (n,), "
            f"got x {x.shape} {x.dtype} and y {labels.shape}"
        )
    return x.astype(np.float64), labels
