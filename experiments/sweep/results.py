"""What the records of a sweep say: tables, figures, and whether the backends agree."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from experiments.outcome import Outcome, Table, Verdict
from experiments.sweep.expansion import Setting
from experiments.sweep.file import SweepFile
from experiments.sweep.gathering import Records, gather
from experiments.sweep.pictures import figures
from experiments.sweep.tables import PAIRED, Results, best, every_pair, every_rate, side
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
    timed = with_times(chosen, results, folder)
    if timed is not None:
        chosen = replace(chosen, where="files")  # the page shows it with the times
    shown = [timed, chosen, every_rate(results), pairs]
    return Outcome(
        name=sweep.name,
        title=title,
        tables=tuple(each for each in shown if each is not None),
        figures=figures(results, quick),
        verdicts=_verdicts(results, pairs, quick),
        text=_lost(results),
    )


def _verdicts(results: Results, pairs: Table | None, quick: bool) -> tuple[Verdict, ...]:
    """For each backend whether it trains as the reference does: where it is used, and elsewhere."""
    found = []
    for other in results.others:
        assert pairs is not None
        column = "agreement" + (f", {side(other)}" if len(results.others) > 1 else "")
        agreements = list(zip(_rates(results), pairs.frame[column], strict=True))
        claim = f"{side(other)} trains as {side(results.reference)} does"
        best = [pair for pair in agreements if _is_best(results, other, *pair[0])]
        rest = [pair for pair in agreements if pair not in best]
        found.append(_verdict(results, f"{claim}, at the best learning rates", best, quick))
        if rest:
            found.append(_verdict(results, f"{claim}, at all other learning rates", rest, quick))
    return tuple(found)


Agreements = Sequence[tuple[tuple[int, float], str]]
"""What was said of a setting (by its place) at a learning rate, once a quantity."""


def _verdict(results: Results, claim: str, agreements: Agreements, quick: bool) -> Verdict:
    counts = Counter(word for _, word in agreements)
    return Verdict(
        source=results.sweep.name,
        claim=claim,
        published="–",
        measured=", ".join(f"{count} {word}" for word, count in counts.items()),
        verdict="not judged (quick)" if quick else _word(counts),
        reason="Test loss, accuracy and F1, paired by seed."
        + "".join(_listed(results, agreements, word) for word in ("different", "undecided")),
    )


def _listed(results: Results, agreements: Agreements, word: str) -> str:
    """Where the word was given, and what it means there."""
    rates: dict[int, list[str]] = {}
    for place, rate in dict.fromkeys(where for where, given in agreements if given == word):
        rates.setdefault(place, []).append(f"{rate:g}")
    if not rates:
        return ""
    named = "; ".join(
        f"{' · '.join(results.labels(results.settings[place]).values())} at {' and '.join(each)}"
        for place, each in rates.items()
    )
    return f" {word.capitalize()}: {named}." + (_UNSTABLE if word == "undecided" else "")


_UNSTABLE = (
    " There the differences of single seeds scatter too widely to say: where a rate is so large "
    "that training is unstable, a difference in rounding grows into another run."
)


def _rates(results: Results) -> list[tuple[int, float]]:
    """The setting and learning rate of each line of the table of pairs."""
    return [
        (place, rate)
        for place, setting in enumerate(results.settings)
        for rate in setting.rates
        for _ in PAIRED
    ]


def _is_best(results: Results, other: str, place: int, rate: float) -> bool:
    chosen = (results.chosen[place, each] for each in (other, results.reference))
    return any(cell is not None and cell.rate == rate for cell in chosen)


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
