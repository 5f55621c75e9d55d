"""The page: all outcomes in one document that needs nothing else, not even a network.

Without JavaScript it is complete, with tables and still pictures; with it, tables sort and filter
and figures can be explored. The same outcomes always give the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from experiments import tables
from experiments.outcome import Figure, Outcome, Table
from experiments.page import inlined, judged
from experiments.page.answer import sentences
from experiments.page.figures import interactive
from experiments.store.files import write_whole

NAME = "report.html"
TITLE = "Does this neural-network framework do what torch.nn does, and how fast?"
_HERE = Path(__file__).parent
_LONG = 60
"""A cell with more characters than this gets a wide column."""
_FEW = 12
"""A column with at most this many different texts can be filtered by choosing one."""
_SHORT = 26
"""A text with at most this many characters stays on one line."""


def write(outcomes: Sequence[Outcome], environment: Mapping[str, Any], results: Path) -> Path:
    """Write ``results/report.html``; the figures must already lie in ``results/figures/``."""
    path = results / NAME
    write_whole(path, render(outcomes, environment, results / "figures").encode())
    return path


def render(outcomes: Sequence[Outcome], environment: Mapping[str, Any], figures: Path) -> str:
    """The page as text, with the drawings found in the folder ``figures``."""
    numbers = _Numbers()
    verdicts = [verdict for outcome in outcomes for verdict in outcome.verdicts]
    answer = {
        "answers": sentences(outcomes),
        "lead": judged.lead(verdicts),
        "tallies": judged.tallies(verdicts),
        "summary": _table("answer", judged.summary(verdicts), numbers),
        "verdicts": _table("answer", judged.table(verdicts), numbers) | {"cards": True},
    }
    sections = [_section(outcome, figures, numbers) for outcome in outcomes]
    items = [item for section in sections for item in section["members"]]
    return _template().render(
        title=TITLE,
        style=Markup(_read("style.css")),
        script=Markup(_read("script.js")),
        plotly=_plotly() if any(item.get("interactive") for item in items) else "",
        sections=sections,
        environment=list(_facts(environment)),
        **answer,
    )


class _Numbers:
    """Tables and figures are numbered through the whole page."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def next(self, kind: str) -> int:
        self._used[kind] += 1
        return self._used[kind]


def _section(outcome: Outcome, figures: Path, numbers: _Numbers) -> dict[str, Any]:
    shown = [table for table in outcome.tables if table.where == "everywhere"]
    # What is said first, then what can be seen at a glance, then the rest.
    items = [_table(outcome.name, table, numbers) for table in shown[:1]]
    for figure in outcome.figures:
        drawn = figures / f"{outcome.name}-{figure.name}.svg"
        text = outcome.diagrams.get(figure.name)
        items.append(_figure(outcome.name, figure, drawn, numbers) | {"mermaid": text})
    items += [_table(outcome.name, table, numbers) for table in shown[1:]]
    elsewhere = [
        f"tables/{outcome.name}-{table.name}.csv: {table.title}."
        for table in outcome.tables
        if table.where != "everywhere"
    ]
    return {
        "anchor": outcome.name,
        "title": outcome.title,
        "text": outcome.text,
        "members": items,
        "elsewhere": elsewhere,
    }


def _table(owner: str, table: Table, numbers: _Numbers) -> dict[str, Any]:
    cells = tables.formatted(table)
    columns = [
        {"name": str(name), "numeric": tables.is_numeric(table, name)}
        for name in table.frame.columns
    ]
    return {
        "anchor": f"{owner}-table-{table.name}",
        "number": numbers.next("table"),
        "title": table.title,
        "notes": table.notes,
        "cards": False,
        "columns": columns,
        "choices": [place for place, column in enumerate(columns) if _is_choice(column, cells)],
        "rows": [
            [_cell(column, text) for column, text in zip(columns, row, strict=True)]
            for row in cells.itertuples(index=False)
        ],
    }


def _is_choice(column: Mapping[str, Any], cells: pd.DataFrame) -> bool:
    distinct = cells[column["name"]].nunique()
    if column["name"] in ("source", *judged.COLUMNS):
        return distinct > 1
    if cells[column["name"]].str.len().max() > _LONG:
        return False
    return not column["numeric"] and 1 < distinct <= min(_FEW, len(cells) // 2)


def _cell(column: Mapping[str, Any], text: str) -> dict[str, Any]:
    if column["numeric"] and "[" in text:  # an interval may stand below its estimate
        style, text = "numeric interval", text.replace(", ", ",\N{NO-BREAK SPACE}")
    elif column["numeric"]:
        style = "numeric"
    else:
        style = "long" if len(text) > _LONG else "short" if len(text) <= _SHORT else ""
    is_verdict = column["name"] in judged.COLUMNS and judged.is_verdict(text)
    return {"text": judged.badge(text) if is_verdict else text, "style": style}


def _figure(owner: str, figure: Figure, drawn: Path, numbers: _Numbers) -> dict[str, Any]:
    anchor = f"{owner}-figure-{figure.name}"
    live = interactive(figure)
    return {
        "anchor": anchor,
        "kind": figure.kind,
        "number": numbers.next("figure"),
        "title": figure.title,
        "notes": figure.notes,
        "svg": inlined.svg(drawn.read_text(encoding="utf-8"), anchor, figure.title),
        "interactive": _json(live) if live else None,
    }


def _json(value: Any) -> Markup:
    """JSON that can stand in a script element: no ``</script>`` can occur in it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _facts(environment: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Names and values, those of nested mappings with both names."""
    for name, value in environment.items():
        label = f"{prefix}{str(name).replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _facts(value, f"{label}: ")
        elif isinstance(value, (list, tuple)):
            yield label, "\n".join(map(str, value))
        else:
            yield label, str(value)


def _prose(text: str) -> Markup:
    """Text with `code` between backticks."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = _prose
    return environment.get_template("template.html.jinja")


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _plotly() -> str:
    """plotly's script, compressed to a third: letters that the page's own script unpacks."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), mtime=0)).decode()
