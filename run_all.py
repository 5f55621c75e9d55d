"""The command line: parses, calls experiments, nothing else.

Common options may stand before or after a subcommand. torch is imported by what needs it, so that
help and mistakes are answered at once.
"""

import inspect
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.command_line import commands
from experiments.runner.options import Options

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def folder(name: str) -> Path:
    """The folder of this name; none at all is what a shell makes of a variable that is not set."""
    if not name:
        raise typer.BadParameter("name a folder.")
    return Path(name)


Common = {
    "quick": Annotated[bool | None, typer.Option("--quick", help="A small selection, in seconds.")],
    "jobs": Annotated[
        int | None, typer.Option(min=1, max=1024, help="Worker processes; they change no result.")
    ],
    "results": Annotated[
        Path | None, typer.Option(parser=folder, metavar="DIRECTORY", help="The results folder.")
    ],
    "retry_failed": Annotated[
        bool | None, typer.Option("--retry-failed", help="Train failed runs again.")
    ],
    "fail_fast": Annotated[
        bool | None, typer.Option("--fail-fast", help="Stop at the first run that fails.")
    ],
    "timeout": Annotated[
        float | None, typer.Option(min=0.001, metavar="SECONDS", help="What a run may take.")
    ],
    "cluster": Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="Train on a dask scheduler.")
    ],
}
Backends = Annotated[
    list[str] | None,
    typer.Option("--backend", help="A built-in backend or package.module:attribute; repeatable."),
]


class Format(StrEnum):
    """What the store can be exported to."""

    tensorboard = "tensorboard"


def command(name: str | None = None) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """A subcommand whose function gets its own arguments and, last, the `Options`."""

    def register(function: Callable[..., int]) -> Callable[..., None]:
        wrapped = with_common_options(function)
        return app.command(name)(wrapped)

    return register


def with_common_options(function: Callable[..., int]) -> Callable[..., None]:
    """`function(..., options)` as a typer command that takes the common options as well."""

    def wrapped(context: typer.Context, **given: Any) -> None:
        if context.invoked_subcommand is not None:
            context.obj = {name: given[name] for name in Common}
            return
        before = context.obj or {}
        common = {name: given.pop(name) for name in Common}
        chosen = {
            name: before.get(name) if value is None else value for name, value in common.items()
        }
        options = options_from(chosen)
        raise typer.Exit(commands.run(lambda options: function(**given, options=options), options))

    own = inspect.signature(function).parameters
    parameters = [each for name, each in own.items() if name != "options"]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [each.replace(kind=keyword) for each in parameters]
    parameters += [
        inspect.Parameter(name, keyword, default=None, annotation=annotation)
        for name, annotation in Common.items()
    ]
    context = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    wrapped.__signature__ = inspect.Signature([context, *parameters])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {each.name: each.annotation for each in [context, *parameters]}
    wrapped.__doc__, wrapped.__name__ = function.__doc__, function.__name__
    return wrapped


def options_from(chosen: dict[str, Any]) -> Options:
    """The options given, and defaults for the others."""
    given = {name: value for name, value in chosen.items() if value is not None}
    folder = Path("results/quick") if given.get("quick") else Path("results")
    return Options(**{"results": folder} | given)


@command()
def reports(
    options: Options,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Reports; none: all five.")
    ] = None,
) -> int:
    """Published reports, reproduced."""
    return commands.reports(names or [], options)


@command()
def sweep(
    options: Options,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE.toml]", exists=True, dir_okay=False)
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many trainings, and about how long.")
    ] = False,
) -> int:
    """A grid of trainings: the file's, or the built-in one."""
    return commands.sweep(file, dry_run, options)


@command()
def parity(
    options: Options,
    backend: Backends = None,
    replay: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A saved case, once more.")
    ] = None,
) -> int:
    """Where a backend departs from torch.nn."""
    return commands.parity(replace(options, backends=tuple(backend or ()), replay=replay))


@command()
def timing(options: Options, backend: Backends = None) -> int:
    """How fast backends are, one run alone on one thread."""
    return commands.timing(replace(options, backends=tuple(backend or ())))


@command("list")
def catalogue(options: Options) -> int:
    """What can be named."""
    return commands.catalogue(options)


@command()
def status(options: Options) -> int:
    """What is planned, done, failed, and why."""
    return commands.status(options)


@command()
def verify(
    options: Options,
    sample: Annotated[int, typer.Option(min=1, help="How many runs.")] = 10,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Draws them; at random if left out.")
    ] = None,
) -> int:
    """Train a random sample of recorded runs again and compare."""
    return commands.verify(sample, seed, options)


@command()
def export(options: Options, to: Annotated[Format, typer.Argument(metavar="tensorboard")]) -> int:
    """The store in another program's form."""
    return commands.export(options)


def everything(options: Options) -> int:
    """Does this framework do what torch.nn does, and how fast?

    Without a subcommand: everything, that is the grid, the five reports, parity and timing.
    """
    return commands.everything(options)


app.callback(invoke_without_command=True)(with_common_options(everything))


def main() -> int:
    """Parse, do, and return the exit status; a mistake is answered in a sentence."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.path.append(os.path.abspath(""))  # a user's adapter lies in the folder they are in
    try:
        return app(prog_name="run_all.py", standalone_mode=False) or 0
    except typer.TyperException as error:
        sentence = error.format_message()
        typer.echo(f"run_all.py: {sentence}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130


if __name__ == "__main__":
    sys.exit(main())
