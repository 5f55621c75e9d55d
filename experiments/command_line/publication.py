"""What a command leaves in the results folder: tables, figures, a line for each run, the page."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from experiments.command_line import runs_table
from experiments.command_line.attempts import attempt
from experiments.outcome import Outcome, kept
from experiments.reports import NAMES
from experiments.runner.options import Options
from experiments.store import Store, environment, writing


def write(
    outcomes: Sequence[Outcome],
    store: Store,
    options: Options,
    problems: list[str],
    whole: bool = False,
) -> None:
    """Write everything; a figure or page that cannot be drawn is named in `problems`.

    Unless it is the `whole` run, files about all that was ever made are left as they are where they
    tell of more than lies here, as they do in a fresh clone.

    Raises:
        StoreError: the results folder cannot be used.
    """
    facts = environment.facts()
    with attempt("the list of runs", store, problems), writing(options.results):
        elsewhere = 0 if whole else runs_table.made_elsewhere(store)
        if elsewhere:
            options.progress.say(
                f"runs.csv tells of {elsewhere} runs that are not recorded here: it and "
                "environment.json are left as they are until all is made here"
            )
        else:
            environment.write(facts, options.results)
            _list_runs(store, options)
    drawn = _draw(outcomes, store, options, problems)
    with (
        attempt("the page", store, problems),
        writing(options.results),
        options.progress.busy("writing the page"),
    ):
        from experiments import tables
        from experiments.page import document, judged

        every = _for_page(drawn, options)
        document.write(every, facts, options.results)
        for verdicts in judged.outcomes(every):
            if whole or not judged.tells_of_more(verdicts, options.results):
                tables.write(verdicts, options.results)


def _list_runs(store: Store, options: Options) -> None:
    left_out = runs_table.write(store, options.progress)
    if left_out:
        options.progress.say(
            f"{left_out} recorded runs were trained by other code and are not in runs.csv"
        )


def _draw(
    outcomes: Sequence[Outcome], store: Store, options: Options, problems: list[str]
) -> list[Outcome]:
    """Write tables and figures; the outcomes with those figures that could be drawn."""
    from experiments import tables
    from experiments.runner.workers import each_done

    for outcome in outcomes:
        with attempt(f"tables of {outcome.name}", store, problems), writing(options.results):
            tables.write(outcome, options.results)
    single = [replace(outcome, figures=(one,)) for outcome in outcomes for one in outcome.figures]
    tasks = [(outcome, options.results) for outcome in single]
    failed: set[tuple[str, str]] = set()
    with options.progress.count("drawing", len(tasks), "figures") as advance:
        for (outcome, _), error in each_done(_draw_one, tasks, options.jobs):
            with attempt(f"figures of {outcome.name}", store, problems), writing(options.results):
                if error is not None:
                    failed.add((outcome.name, outcome.figures[0].name))
                    raise error
            advance(1)
    return [
        replace(each, figures=tuple(f for f in each.figures if (each.name, f.name) not in failed))
        for each in outcomes
    ]


def _draw_one(outcome: Outcome, results: Path) -> None:
    from experiments.figures import drawing

    drawing.write(outcome, results)


def _for_page(outcomes: Sequence[Outcome], options: Options) -> list[Outcome]:
    """These outcomes, and those that earlier commands left with the same code and options."""
    key = kept.page_key(options.quick)
    there = {each.name: each for each in kept.under(key, options.results)}
    for outcome in outcomes:
        kept.keep(outcome, key, options.results, "page")
    every = there | {outcome.name: outcome for outcome in outcomes}
    return [_with_drawings(every[name], options.results) for name in sorted(every, key=_place)]


def _with_drawings(outcome: Outcome, results: Path) -> Outcome:
    """The outcome without the figures whose drawings somebody has removed since."""
    drawn = [results / "figures" / f"{outcome.name}-{each.name}.svg" for each in outcome.figures]
    there = zip(outcome.figures, drawn, strict=True)
    return replace(outcome, figures=tuple(figure for figure, path in there if path.is_file()))


def _place(name: str) -> tuple[int, str]:
    order = ("grid", *NAMES, "structure", "parity", "timing")
    return order.index(name) if name in order else len(order), name
