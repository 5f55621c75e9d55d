"""From what was asked for to what lies in the results folder: train, ask, write, show."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from experiments import environment, kept, planned, runs_table, terminal
from experiments.cluster_workers import ClusterError
from experiments.files import write_whole
from experiments.lock import BusyError
from experiments.measurements import MEASUREMENTS
from experiments.options import Options
from experiments.outcome import Experiment, Outcome
from experiments.runner import Stopped, Summary, train
from experiments.specification import RunSpec
from experiments.store import Records, Store, StoreError, writing

EXPECTED = (StoreError, ClusterError, BusyError, Stopped)
"""What ends a command early with a sentence of its own."""


class Incomplete(RuntimeError):  # noqa: N818
    """Not everything that was asked for was done; the message says what was not."""


class Interrupted(RuntimeError):  # noqa: N818
    """The user, or the system, ended the command; the message says what is done."""


def everything(options: Options) -> list[Outcome]:
    """The grid, the reports, parity and timing; the last two anew only if something changed."""
    from experiments import reports, sweep

    experiments = [sweep.load(None), *(reports.load(name) for name in reports.NAMES)]
    return work(options, experiments, tuple(MEASUREMENTS))


def some_reports(names: Sequence[str], options: Options) -> list[Outcome]:
    """The reports of these names, or all."""
    from experiments import reports

    return work(options, [reports.load(name) for name in names or reports.NAMES])


def a_sweep(grid: Experiment, options: Options) -> list[Outcome]:
    """The user's grid, or the built-in one."""
    return work(options, [grid])


def a_measurement(name: str, options: Options) -> list[Outcome]:
    """Parity or timing, measured anew."""
    return work(replace(options, named=True), [], [name])


def work(
    options: Options, experiments: Sequence[Experiment], measurements: Sequence[str] = ()
) -> list[Outcome]:
    """Do all that was asked for; what fails does not keep the rest from being done.

    Raises:
        Incomplete: a run failed, or an experiment or measurement could not be made.
        Interrupted: by Ctrl-C.
        StoreError: the results folder cannot be used.
    """
    store = Store(options.results)
    store.prepare()
    problems: list[str] = []
    outcomes: list[Outcome] = []
    asked = {each.name: list(each.runs(options.quick)) for each in experiments}
    with writing(options.results):
        for each in experiments:
            planned.note(store, each.name, each.title, asked[each.name])
    if asked:
        _train([run for runs in asked.values() for run in runs], store, options, problems)
    for each in experiments:
        records = Records(store, (run.id for run in asked[each.name]))
        make = _saying(options, f"tables of {each.name}", each.outcome, records, options.quick)
        outcomes += _try(each.name, make, store, problems)
    for name in measurements:
        outcomes += _try(name, partial(MEASUREMENTS[name], options), store, problems)
    with writing(options.results):
        _write(outcomes, store, options)
    terminal.show(outcomes, options.results)
    if problems:
        raise Incomplete("\n".join(problems))
    return outcomes


def _train(runs: list[RunSpec], store: Store, options: Options, problems: list[str]) -> None:
    summary = Summary()
    try:
        train(
            runs,
            store,
            jobs=options.jobs,
            retry_failed=options.retry_failed,
            fail_fast=options.fail_fast,
            timeout=options.timeout,
            cluster=options.cluster,
            progress=options.progress,
            summary=summary,
        )
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted: {summary.reused + summary.trained} of {summary.asked} runs are done and "
            f"kept in {store.folder}; the same command goes on from there"
        ) from None
    for bad in store.set_aside:
        options.progress.say(f"{bad}; it was trained again")
    options.progress.say(
        f"{summary.asked} runs: {summary.trained} trained, {summary.reused} were there already"
    )
    if summary.failed:
        problems.append(
            f"{len(summary.failed)} of {summary.asked} runs failed: `status` says which and why, "
            "--retry-failed trains them again"
        )


def _saying(
    options: Options, doing: str, make: Callable[..., Outcome], *arguments: object
) -> Callable[[], Outcome]:
    def made() -> Outcome:
        with options.progress.busy(doing):
            return make(*arguments)

    return made


def _try(
    name: str, make: Callable[[], Outcome], store: Store, problems: list[str]
) -> list[Outcome]:
    """An outcome in a list, empty if it could not be made; the traceback goes into a file."""
    try:
        return [make()]
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted during {name}: all trained runs are kept in {store.folder}; the same "
            "command goes on from there"
        ) from None
    except EXPECTED as error:
        problems.append(f"{name}: {error}")
    except Exception as error:
        path = store.folder / f"{name}.error"
        write_whole(path, traceback.format_exc().encode())
        reason = str(error).partition("\n")[0] or type(error).__name__
        problems.append(f"{name} could not be made: {reason} (the traceback is in {path})")
    return []


def _write(outcomes: Sequence[Outcome], store: Store, options: Options) -> None:
    """Tables, figures, the line of each run, the environment and the page."""
    from experiments import figures, page, tables

    facts = environment.facts()
    environment.write(facts, options.results)
    left_out = runs_table.write(store, options.progress)
    if left_out:
        options.progress.say(
            f"{left_out} recorded runs were trained by other code and are not in runs.csv"
        )
    with options.progress.count("drawing", len(outcomes), "outcomes") as advance:
        for outcome in outcomes:
            tables.write(outcome, options.results)
            figures.write(outcome, options.results)
            advance(1)
    with options.progress.busy("writing the page"):
        page.write(_for_page(outcomes, options), facts, options.results)


def _for_page(outcomes: Sequence[Outcome], options: Options) -> list[Outcome]:
    """These outcomes, and those that earlier commands left with the same code and options."""
    key = kept.page_key(options.quick)
    there = {each.name: each for each in kept.under(key, options.results)}
    for outcome in outcomes:
        kept.keep(outcome, key, options.results, "page")
    return list((there | {outcome.name: outcome for outcome in outcomes}).values())
