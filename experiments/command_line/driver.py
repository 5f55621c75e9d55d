"""From what was asked for to what lies in the results folder: train, ask, write, show."""

from collections.abc import Sequence
from dataclasses import replace

from experiments.command_line import planned, publication, terminal
from experiments.command_line.attempts import Interrupted, attempt
from experiments.command_line.measurements import MEASUREMENTS
from experiments.outcome import Experiment, Outcome
from experiments.runner.options import Options
from experiments.runner.train import Summary, train
from experiments.specification import RunSpec
from experiments.store import Store, writing
from experiments.store.records import Records


class Incomplete(RuntimeError):  # noqa: N818
    """Not everything that was asked for was done; the message says what was not."""


def everything(options: Options) -> list[Outcome]:
    """The grid, the reports, parity and timing; the last two anew only if something changed."""
    from experiments import reports, structure, sweep

    experiments = [sweep.load(None), *(reports.load(name) for name in reports.NAMES), structure]
    return work(options, experiments, tuple(MEASUREMENTS), whole=True)


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
    options: Options,
    experiments: Sequence[Experiment],
    measurements: Sequence[str] = (),
    whole: bool = False,
) -> list[Outcome]:
    """Do all that was asked for; what fails does not keep the rest from being done.

    `whole` says that this is all there is.

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
    # First: a sweep's tables show the times that the timing harness has left.
    measured: list[Outcome] = []
    for name in measurements:
        with attempt(name, store, problems):
            measured.append(MEASUREMENTS[name](options))
    for each in experiments:
        records = Records(store, (run.id for run in asked[each.name]))
        with options.progress.busy(f"tables of {each.name}"), attempt(each.name, store, problems):
            outcomes.append(each.outcome(records, options.quick))
    outcomes += measured
    publication.write(outcomes, store, options, problems, whole)
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
