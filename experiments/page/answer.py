"""The question of the page's heading, answered in a few sentences out of the outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from experiments.outcome import Outcome

SPEEDS: Mapping[str, str] = {
    "framework-recorded": "one run alone",
    "framework, 16 runs": "16 runs together",
}
"""The rows of the timing harness's main table that say how fast the framework is, in words."""


def sentences(outcomes: Sequence[Outcome]) -> list[str]:
    """Whether the framework does what torch.nn does, by grid and by parity; and how fast."""
    named = {outcome.name: outcome for outcome in outcomes}
    return [
        sentence
        for name, read in {"grid": _trains, "parity": _computes, "timing": _fast}.items()
        if name in named
        for sentence in read(named[name])
    ]


def _trains(grid: Outcome) -> Iterator[str]:
    for verdict in grid.verdicts:
        yield f"On the grid, {verdict.claim}: {verdict.verdict} ({verdict.measured})."


def _computes(parity: Outcome) -> Iterator[str]:
    if parity.text:
        yield f"Layer by layer, {parity.text[0].removeprefix('framework: ')}"


def _fast(timing: Outcome) -> Iterator[str]:
    steps = next((table.frame for table in timing.tables if table.name == "steps"), None)
    if steps is None or not {"who", "speed-up"} <= set(steps.columns):
        return
    ranges = {words: _range(steps, who) for who, words in SPEEDS.items()}
    found = [f"{times} times as fast with {words}" for words, times in ranges.items() if times]
    if found:
        yield f"Its training steps, against torch.nn's: {', '.join(found)}."


def _range(steps: pd.DataFrame, who: str) -> str:
    speeds = steps.loc[steps["who"] == who, "speed-up"].dropna().astype(float)
    if speeds.empty:
        return ""
    least, most = f"{speeds.min():.1f}", f"{speeds.max():.1f}"
    return least if least == most else f"{least} to {most}"
