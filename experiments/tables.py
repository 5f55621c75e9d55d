"""Tables to CSV, Markdown and LaTeX: what was computed before is only formatted here.

CSV holds every digit, for programs; Markdown and LaTeX what the table's formats say, for readers.
The same table always gives the same bytes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from numbers import Integral, Real
from pathlib import Path

import pandas as pd

from experiments.outcome import Outcome, Table
from experiments.store.files import write_whole

MISSING = "–"
_DEFAULT_FORMAT = ".4g"
_NUMBER_WITH_SPREAD = re.compile(r"[-+−]?[\d.]*\d[\d.]*(e[-+−]?\d+)?( ?[±(\[].*| ×)?")
_FIXED = re.compile(r"\.[1-9]\d*f")

_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "−": "$-$",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "→": r"$\rightarrow$",
    "←": r"$\leftarrow$",
    "∞": r"$\infty$",
    "√": r"$\surd$",
    "²": "$^2$",
    "µ": r"$\mu$",
    "β": r"$\beta$",
    "ε": r"$\varepsilon$",
    "η": r"$\eta$",
    "μ": r"$\mu$",
    "π": r"$\pi$",
    "ρ": r"$\rho$",
    "σ": r"$\sigma$",
    "Δ": r"$\Delta$",
} | {character: f"\\{character}" for character in "&%$#_{}"}


def write(outcome: Outcome, results: Path) -> list[Path]:
    """Write every table of ``outcome`` to ``results/tables/`` and return the files.

    A table that is to be seen in CSV alone has no Markdown and no LaTeX.
    """
    written = []
    for table in outcome.tables:
        stem = f"{outcome.name}-{table.name}"
        texts = {"csv": csv(table)}
        if table.where != "csv":
            texts |= {"md": markdown(table), "tex": latex(table, f"tab:{stem}")}
        for ending, text in texts.items():
            path = results / "tables" / f"{stem}.{ending}"
            write_whole(path, text.encode())
            written.append(path)
    return written


def formatted(table: Table) -> pd.DataFrame:
    """The table's frame with every cell and heading as the text a reader sees."""
    frame = table.frame
    columns = {
        str(name): [_text(value, table.formats.get(name)) for value in frame[name]]
        for name in frame.columns
    }
    return pd.DataFrame(columns, dtype=object)


def csv(table: Table) -> str:
    """Comma-separated values, numbers with all their digits, missing ones empty."""
    return table.frame.to_csv(index=False, lineterminator="\n")


def markdown(table: Table) -> str:
    """A pipe table under its title, numbers to the right, notes below."""
    cells = formatted(table).map(_escape_markdown)
    body = cells.to_markdown(
        index=False,
        headers=[_escape_markdown(name) for name in cells.columns],
        colalign=["right" if is_numeric(table, name) else "left" for name in cells.columns] or None,
        disable_numparse=True,
    )
    notes = [f"- {_escape_markdown(note)}" for note in table.notes]
    parts = [f"**{_escape_markdown(table.title)}**", body, "\n".join(notes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def latex(table: Table, label: str) -> str:
    """A floating booktabs table (the document needs ``\\usepackage{booktabs}``)."""
    cells = formatted(table).map(_escape_latex)
    cells.columns = pd.Index([_escape_latex(name) for name in cells.columns])
    alignment = "".join("r" if is_numeric(table, name) else "l" for name in table.frame.columns)
    text = cells.style.hide(axis="index").to_latex(
        caption=_escape_latex(table.title),
        label=label,
        column_format=alignment,
        position="tbp",
        position_float="centering",
        hrules=True,
    )
    notes = "".join(f"\\par\\footnotesize {_escape_latex(note)}\n" for note in table.notes)
    return text.replace("\\end{table}", notes + "\\end{table}")


def _text(value: object, specification: str | None) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return MISSING
    if isinstance(value, str):
        return " ".join(value.split())
    if pd.api.types.is_bool(value):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return format(int(value), specification or "d")
    if isinstance(value, Real):
        return _number(float(value), specification or _DEFAULT_FORMAT)
    return str(value)


def _number(value: float, specification: str) -> str:
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = format(value, specification)
    is_zero = not re.search("[1-9]", text.split("e")[0])
    if is_zero and value > 0 and _FIXED.fullmatch(specification):
        return f"< {text[:-1]}1"  # a probability is never 0
    return format(abs(value), specification) if is_zero else text


def is_numeric(table: Table, column: str) -> bool:
    """Whether a column reads as numbers, by its cells: a missing one makes its dtype object."""
    present = [value for value in table.frame[column] if not _is_missing(value)]
    return bool(present) and all(_reads_as_number(value) for value in present)


def _reads_as_number(value: object) -> bool:
    if isinstance(value, str):
        return _NUMBER_WITH_SPREAD.fullmatch(value) is not None
    return isinstance(value, Real) and not pd.api.types.is_bool(value)


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value == MISSING


def _translator(replacements: dict[str, str]) -> Callable[[str], str]:
    table = str.maketrans(replacements)
    return lambda text: " ".join(str(text).split()).translate(table)


_escape_markdown = _translator({character: f"\\{character}" for character in "\\|*`<[]"})
_escape_latex = _translator(_LATEX_SPECIAL)
