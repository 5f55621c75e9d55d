"""Verdicts as the page's first tables: what each word means and how often it was given."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from experiments.outcome import Outcome, Table, Verdict

VERDICTS: Mapping[str, tuple[str, str]] = {
    "reproduced": ("good", "the published number lies where our runs say it can"),
    "reproduced in part": ("odd", "some of the row's numbers lie there, some do not"),
    "not reproduced": ("bad", "the published number lies where our runs say it cannot"),
    "artefact": ("odd", "the number stands, but not for what it was said to show"),
    "holds": ("good", "a claim in words that our runs support"),
    "does not hold": ("bad", "a claim in words that our runs contradict"),
    "identical": ("good", "the framework's numbers are torch.nn's, bit by bit"),
    "equivalent": ("good", "any difference from torch.nn is within a margin set beforehand"),
    "different": ("bad", "the framework differs from torch.nn"),
    "undecided": ("", "the runs do not suffice to say"),
    "nothing to judge": ("", "no number was published"),
    "not measured": ("", "the runs it needs did not finish"),
    "not judged (quick)": ("", "too few runs were made to judge; the full command makes them"),
}
"""The words, in the order in which they are shown: their tone and what they mean."""

OF_PARITY = {
    **dict.fromkeys(("exact", "rounding", "as accurate"), "good"),
    **dict.fromkeys(("differs", "not finite", "wrong shape", "wrong dtype"), "bad"),
    **dict.fromkeys(("raises", "hangs", "crashes"), "bad"),
    **dict.fromkeys(("expected failure", "unsupported", "not observable"), ""),
}
"""The tones of what parity says of a single comparison."""

COLUMNS = ("verdict", "agreement")
"""Columns of any table that hold such words."""

_MARKS = {"good": "✓", "bad": "✗", "odd": "!", "": "?"}
_REPORT = re.compile(r"\w+-\d{4}")
_IN_PART = re.compile(r"\d+ of \d+ reproduced")
_WORDS = re.compile("|".join(map(re.escape, sorted(VERDICTS, key=len, reverse=True))))


def lead(verdicts: Sequence[Verdict]) -> str:
    """How much was judged, in a sentence."""
    sources = {verdict.source for verdict in verdicts}
    reports = {source for source in sources if _REPORT.fullmatch(source)}
    whose = [*([_count(len(reports), "report")] if reports else []), *sorted(sources - reports)]
    claims = _count(len(verdicts), "claim")
    return f"{claims} of {_joined(whose)} put to the test, each by a rule stated beforehand."


def _joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def tallies(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """For each word that was given: how often, and what it means."""
    counts = Counter(word(verdict.verdict) for verdict in verdicts)
    return [
        {"count": counts[each], "badge": badge(each), "meaning": VERDICTS.get(each, ("", ""))[1]}
        for each in _in_order(counts)
    ]


def summary(verdicts: Sequence[Verdict]) -> Table:
    """How often the claims of each source got each word."""
    given = Counter((verdict.source, word(verdict.verdict)) for verdict in verdicts)
    sources = dict.fromkeys(verdict.source for verdict in verdicts)
    words = _in_order(word(verdict.verdict) for verdict in verdicts)
    rows = [[source, *(given[source, each] for each in words)] for source in sources]
    frame = pd.DataFrame(rows, columns=["claims of", *words])
    return Table("summary", "How many claims of each source got which verdict", frame)


def table(verdicts: Sequence[Verdict]) -> Table:
    """Every claim and what became of it."""
    columns = ["source", "claim", "verdict", "reason", "published", "measured"]
    rows = [[getattr(verdict, name) for name in columns] for verdict in verdicts]
    frame = pd.DataFrame(rows, columns=columns)
    return Table("claims", "Every claim, its verdict, and why", frame)


def outcomes(given: Iterable[Outcome]) -> list[Outcome]:
    """The verdicts as tables of their own; those on times apart from the others."""
    apart: dict[str, list[Verdict]] = {"verdicts": [], "verdicts-on-times": []}
    for outcome in given:
        apart["verdicts-on-times" if outcome.name == "timing" else "verdicts"] += outcome.verdicts
    return [
        Outcome(name, "What was judged", (summary(verdicts), table(verdicts)))
        for name, verdicts in apart.items()
        if verdicts
    ]


def tells_of_more(verdicts: Outcome, results: Path) -> bool:
    """Whether the file with all claims, as it lies there, has claims of further sources."""
    claims = verdicts.tables[1]
    try:
        there = pd.read_csv(results / "tables" / f"{verdicts.name}-{claims.name}.csv")
    except (OSError, ValueError):
        return False
    return not set(there.get("source", [])) <= set(claims.frame["source"])


def badge(text: str) -> Markup:
    """A verdict as a coloured label with a mark, so that colour says nothing alone.

    What follows the word, such as "at the stated setting", stands behind the label.
    """
    known = word(text)
    tone = VERDICTS[known][0] if known in VERDICTS else OF_PARITY.get(known, "")
    mark = Markup('<span aria-hidden="true">{}</span>').format(_MARKS[tone])
    begins = text.startswith(known)
    label = Markup('<span class="badge {}">{}{}</span>').format(tone, mark, known)
    rest = text[len(known) :].lstrip(",;: ") if begins else text
    return label + Markup(' <span class="rest">{}</span>').format(rest) if rest else label


def word(text: str) -> str:
    """The word that a verdict begins with; a verdict of another kind as it stands."""
    if _IN_PART.fullmatch(text):
        return "reproduced in part"
    found = _WORDS.match(text)
    return found[0] if found else text


def is_verdict(text: str) -> bool:
    """Whether a cell's text begins with one of the words, or is one of parity's."""
    return word(text) in VERDICTS or text in OF_PARITY


def _in_order(words: Iterable[str]) -> list[str]:
    known = list(VERDICTS)
    return sorted(
        set(words), key=lambda word: (known.index(word) if word in known else len(known), word)
    )
