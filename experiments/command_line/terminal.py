"""What is printed at the end: the main table, what was judged, and where the rest lies."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table as Lines

from experiments.outcome import Outcome, Table, Verdict

MOST = 60
"""Rows that are printed of a table."""

WIDE = 160
"""Characters a line where there is no terminal."""


def show(outcomes: Sequence[Outcome], results: Path) -> None:
    """Print the first table, the verdicts by number, and where page and figures lie.

    Of a single outcome also what it says of itself.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)
    main = next((table for outcome in outcomes for table in outcome.tables), None)
    if main is not None:
        print_table(main, console)
    if len(outcomes) == 1 and outcomes[0].text:
        for sentence in outcomes[0].text:
            console.print(sentence, markup=False)
        console.print()
    verdicts = [verdict for outcome in outcomes for verdict in outcome.verdicts]
    if verdicts:
        _print_verdicts(verdicts, console)
    if outcomes:
        console.print(f"page     {results / 'report.html'}", markup=False, soft_wrap=True)
        console.print(f"tables   {results / 'tables'}", markup=False, soft_wrap=True)
        console.print(f"figures  {results / 'figures'}", markup=False, soft_wrap=True)


def print_table(table: Table, console: Console) -> None:
    """Print a table under its title, as far as it fits."""
    from experiments import tables

    cells = tables.formatted(table)
    lines = Lines(title=table.title, title_justify="left", title_style="bold", box=None)
    for name in cells.columns:
        lines.add_column(name, justify="right" if tables.is_numeric(table, name) else "left")
    for row in cells.head(MOST).itertuples(index=False):
        lines.add_row(*row)
    console.print(lines, markup=False)
    if len(cells) > MOST:
        console.print(f"… and {len(cells) - MOST} more rows in the files")
    for note in table.notes:
        console.print(f"· {note}", markup=False)
    console.print()


def _print_verdicts(verdicts: Sequence[Verdict], console: Console) -> None:
    counts: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        counts.setdefault(verdict.source, Counter())[verdict.verdict] += 1
    lines = Lines(title="What was judged", title_justify="left", title_style="bold", box=None)
    lines.add_column("source")
    lines.add_column("verdicts")
    for source, found in counts.items():
        lines.add_row(source, ", ".join(f"{number} {word}" for word, number in found.items()))
    console.print(lines)
    console.print()
