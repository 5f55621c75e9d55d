"""What the records of a sweep say: tables, figures, and whether the backends agree."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from experiments.outcome import Outcome, Table, Verdict
from experiments.sweep.expansion import Setting
from experiments.sweep.file import SweepFile
from experiments.sweep.gathering import Records, gather
from experiments.sweep.pictures import figures
from experiments.sweep.tables import Results, best, every_pair, every_rate, side
from experiments.sweep.times import with_times


def outcome(
    sweep: SweepFile, settings: Sequence[Setting], records: Records, title: str, quick: bool
) -> Outcome:
    """The outcome of a sweep; times only where the timing harness has left some."""
    cells = gather(records, settings, sweep.backends, sweep.seeds)
    results = Results(sweep, settings, cells)
    chosen = best(results)
    folder: Path | None = getattr(records, "results", None)
    pairs = every_pair(results)
    shown = [with_times(chosen, results, folder), chosen, every_rate(results), pairs]
    return Outcome(
        name=sweep.name,
        title=title,
        tables=tuple(each for each in shown if each is not None),
        figures=figures(results, quick),
        verdicts=_verdicts(results, pairs, quick),
        text=_lost(results),
    )


def _verdicts(results: Results, pairs: Table | None, quick: bool) -> tuple[Verdict, ...]:
    """For each backend whether it trains as the reference does, from all pairs."""
    found = []
    for other in results.others:
        assert pairs is not None
        column = "agreement" + (f", {side(other)}" if len(results.others) > 1 else "")
        counts = Counter(pairs.frame[column])
        found.append(
            Verdict(
                source=results.sweep.name,
                claim=f"{side(other)} trains as {side(results.reference)} does",
                published="–",
                measured=", ".join(f"{count} {word}" for word, count in counts.items()),
                verdict="not judged (quick)" if quick else _word(counts),
                reason="Test loss, accuracy and F1 at every learning rate, paired by seed.",
            )
        )
    return tuple(found)


def _word(counts: Counter[str]) -> str:
    if counts["different"]:
        return "different"
    if counts["undecided"]:
        return "undecided"
    if counts["equivalent"]:
        return "equivalent"
    return "identical" if counts["identical"] else "not measured"


def _lost(results: Results) -> tuple[str, ...]:
    states = Counter(state for cell in results.cells for state in cell.states if state != "ok")
    total = sum(len(cell.states) for cell in results.cells)
    words = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return (f"Of {total} runs: {words}; they are counted and left out of means.",) if states else ()
