"""What was asked of a results folder, what of it is done, what failed, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.command_line import planned
from experiments.runner.options import Options
from experiments.specification import RunSpec, describe
from experiments.store import Store, provenance
from experiments.store.record import BadRecord

SHOWN = 20
"""Reasons that are shown; the rest are counted."""

COLUMNS = ("ok", "diverged", "unsupported", "failed", "crashed", "timed out")


@dataclass(frozen=True)
class State:
    """How it stands with one run: a record's status, or "missing", "stale" or "bad", and why."""

    run_id: str
    word: str
    reason: str = ""
    spec: RunSpec | None = None


def report(options: Options) -> Iterator[str]:
    """The lines of the report."""
    store = Store(options.results)
    ids = set(store.ids())
    plans = list(planned.noted(store))
    wanted = dict.fromkeys(run_id for plan in plans for run_id in plan.runs)
    others = sorted(ids - set(wanted))
    if not plans and not ids:
        yield f"nothing was asked of {options.results} yet: `python run_all.py` runs everything"
        return
    with options.progress.count("reading", len(wanted) + len(others)) as advance:
        states = {}
        for run_id in (*wanted, *others):
            states[run_id] = state(store, run_id)
            advance(1)
    for plan in plans:
        yield f"{plan.name}: {_counts([states[run_id] for run_id in plan.runs])}"
    if others:
        yield f"recorded for other questions: {_counts([states[run_id] for run_id in others])}"
    yield from _reasons(list(states.values()))


def state(store: Store, run_id: str) -> State:
    """How it stands with a run; nothing is moved or changed."""
    try:
        record = store.read(run_id)
    except BadRecord as bad:
        return State(run_id, "bad", f"its record is {bad}; it will be trained again")
    if record is None:
        return State(run_id, "missing")
    stale = record.stale(provenance.of(record.spec))
    if stale:
        return State(run_id, "stale", f"{stale}; it will be trained again", record.spec)
    return State(run_id, record.status, record.last_line, record.spec)


def _counts(states: Sequence[State]) -> str:
    counts = Counter(state.word for state in states)
    done = counts["ok"] + counts["diverged"] + counts["unsupported"]
    words = [f"{len(states)} planned", f"{done} done"]
    words += [f"{counts[word]} {word}" for word in COLUMNS[1:] if counts[word]]
    words += [f"{counts[word]} {word}" for word in ("stale", "bad", "missing") if counts[word]]
    return ", ".join(words)


def _reasons(states: Sequence[State]) -> Iterator[str]:
    """Each run that has a reason, but runs that share one in one line."""
    alike: dict[tuple[str, str], list[State]] = {}
    for each in states:
        if each.reason and each.word != "diverged":
            alike.setdefault((each.word, each.reason), []).append(each)
    for (word, reason), found in list(alike.items())[:SHOWN]:
        first = found[0]
        name = describe(first.spec) if first.spec else "settings unknown"
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield f"  {word}: {first.run_id[:8]} ({name}){more}: {reason}"
    if len(alike) > SHOWN:
        yield f"  … and {len(alike) - SHOWN} other reasons"
    if any(word in ("failed", "crashed", "timed out") for word, _ in alike):
        yield "  --retry-failed trains the failed ones again"
