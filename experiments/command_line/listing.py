"""What can be named on the command line and in a sweep."""

import textwrap
from collections.abc import Iterator
from importlib.util import find_spec

NEEDS = {"jax": "jax"}
"""Packages that a backend needs and that may be missing."""


def lines() -> Iterator[str]:
    """One line a report and a backend; the names of what sweeps are made of."""
    from experiments import reports
    from experiments.specification import checks, parts, schemes
    from experiments.specification.built_in import BUILT_IN

    yield "reports"
    for name in reports.NAMES:
        yield f"  {name:18}{reports.load(name).title.partition(': ')[2]}"
    yield "backends"
    for name in BUILT_IN:
        missing = name in NEEDS and find_spec(NEEDS[name]) is None
        yield f"  {name}{'  (its package is not installed)' if missing else ''}"
    yield "  package.module:attribute of your own"
    known = {
        "data": [*checks.DATA_SETS, "a .csv or .npz file"],
        "initialisations": ["torch", *schemes.SCHEMES],
        "layers": sorted(parts.known("layer")),
        "losses": sorted(parts.known("loss")),
        "optimizers": sorted(parts.known("optimizer")),
        "schedules": sorted(parts.known("schedule")),
    }
    for heading, names in known.items():
        yield heading
        yield from textwrap.wrap(
            ", ".join(names), width=100, initial_indent="  ", subsequent_indent="  "
        )
