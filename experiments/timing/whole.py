"""The table of whole trainings, beside what two reports published."""

from statistics import mean, median

from experiments.outcome import Table
from experiments.reports.published import number
from experiments.timing.comparison import Comparison
from experiments.timing.measured import Measured
from experiments.timing.rows import RATIOS, Row, everybody, frame, times


def trainings(measured: Measured) -> Table:
    """Seconds of a whole training by report and backend, and the published ones."""
    rows: list[Row] = []
    for report, comparison in measured.of("training").items():
        rows += [_row(report, comparison, label) for label in everybody(comparison)]
        rows += _PUBLISHED[report]()
    notes = [
        "In seconds: setting up and all epochs, without evaluation.",
        "Published on other machines with other versions of torch: compare ratios, not seconds. "
        "cappelletti-2019's clock also contains a loop over the examples for the accuracy.",
    ]
    if measured.quick:
        notes.append("Quick: a fiftieth of the epochs.")
    digits = {"repeats": ".0f", "mean": ".3f", "median": ".3f", **RATIOS}
    title = "Whole trainings, beside the published times"
    return Table("trainings", title, frame(rows), tuple(notes), digits)


def _row(report: str, comparison: Comparison, label: str) -> Row:
    row: Row = {"report": report, "who": label, "repeats": None, "mean": None}
    row |= times(comparison, label, "median", 1.0)
    if row["median"] is not None:
        seconds = comparison.turns[label]["training"]
        row |= {"repeats": len(seconds), "mean": mean(seconds), "median": median(seconds)}
    return row


def _carlier() -> list[Row]:
    rows = [_published_by_carlier(*each) for each in (("torch.nn",) * 2, ("Autogradlib", "theirs"))]
    rows[1]["speed-up"] = rows[0]["median"] / rows[1]["median"]
    return rows


def _published_by_carlier(who: str, key: str) -> Row:
    mean, median = (number("carlier-2018", f"time {key}, {each}") for each in ("mean", "median"))
    row: Row = {"report": "carlier-2018", "who": f"published: {who}", "repeats": mean.n}
    return {**row, "mean": mean.value, "median": median.value}


def _cappelletti() -> list[Row]:
    return [_published_by_cappelletti(who) for who in ("torch.nn", "theirs")]


def _published_by_cappelletti(who: str) -> Row:
    least, most = (number("cappelletti-2019", f"time {who}, {end}") for end in ("least", "most"))
    row: Row = {"report": "cappelletti-2019", "who": f"published: {who}", "repeats": least.n}
    return {**row, "note": f"{least.value} to {most.value} seconds"}


_PUBLISHED = {"carlier-2018": _carlier, "cappelletti-2019": _cappelletti}
