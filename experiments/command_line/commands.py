"""One function for each subcommand: does it, prints what came of it, returns the exit status."""

import errno
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import typer

from experiments.runner.options import Options

Thing = TypeVar("Thing")

LONGEST = 1e8
ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:]+\]|[^\s/:]+):\d{1,5}")


class Wrong(ValueError):  # noqa: N818
    """The user asked for something that does not exist or cannot be done."""


def everything(options: Options) -> int:
    """The grid, the reports, parity and timing."""
    from experiments.command_line import driver

    driver.everything(options)
    return 0


def reports(names: Sequence[str], options: Options) -> int:
    """The reports of these names, or all."""
    from experiments.reports import NAMES

    for name in names:
        if name not in NAMES:
            raise Wrong(f"there is no report {name!r}: {_near(name, NAMES)}")
    from experiments.command_line import driver

    driver.some_reports(list(dict.fromkeys(names)), options)
    return 0


def sweep(file: Path | None, dry_run: bool, options: Options) -> int:
    """The user's grid, or the built-in one."""
    from experiments import sweep as sweeps
    from experiments.command_line import driver

    if dry_run:
        for line in _checked(lambda: sweeps.dry_run(file, options)):
            typer.echo(line)
        return 0
    driver.a_sweep(_checked(lambda: sweeps.load(file)), options)
    return 0


def parity(options: Options) -> int:
    """Where a backend departs from torch.nn."""
    saved = options.replay
    if saved is not None:
        from experiments.parity import replay

        _checked(lambda: replay.load(saved))
    return _measurement("parity", options)


def timing(options: Options) -> int:
    """How fast the backends are."""
    return _measurement("timing", options)


def _measurement(name: str, options: Options) -> int:
    from experiments.backends import Unsupported, resolve

    for backend in options.backends:
        try:
            resolve(backend)
        except (ValueError, Unsupported) as error:
            raise Wrong(str(error)) from None
    from experiments.command_line import driver

    driver.a_measurement(name, options)
    return 0


def catalogue(options: Options) -> int:
    """What can be named."""
    from experiments.command_line import listing

    for line in listing.lines():
        typer.echo(line)
    return 0


def status(options: Options) -> int:
    """What is planned, done, failed, and why."""
    from experiments.command_line import status as states

    _require_folder(options)
    for line in states.report(options):
        typer.echo(line)
    return 0


def verify(sample: int, seed: int | None, options: Options) -> int:
    """Train a random sample of the recorded runs again and compare."""
    from experiments.command_line import verify as verifying

    _require_folder(options)
    seed = secrets.randbelow(10**6) if seed is None else seed
    found = _checked(lambda: verifying.verify(options, sample, seed))
    for comparison in found:
        typer.echo(comparison)
    counts = [sum(each.verdict == word for each in found) for word in verifying.VERDICTS]
    words = ", ".join(
        f"{count} {word}" for count, word in zip(counts, verifying.VERDICTS, strict=True)
    )
    typer.echo(f"{len(found)} runs trained again: {words} (drawn with --seed {seed})")
    return 1 if counts[-1] else 0


def export(options: Options) -> int:
    """The store as TensorBoard's event files."""
    from experiments.command_line import export as exporting

    _require_folder(options)
    number, folder = _checked(lambda: exporting.tensorboard(options))
    typer.echo(f"{number} runs written: look at them with `tensorboard --logdir {folder}`")
    return 0


def run(command: Callable[[Options], int], options: Options) -> int:
    """Do a command; what may go wrong is told in a sentence, and the exit status is not 0."""
    from experiments.runner.progress import Progress

    try:
        _check(options)
        return command(replace(options, progress=Progress.on_terminal()))
    except KeyboardInterrupt:
        _complain("interrupted; nothing that was stored is lost")
        return 130
    except Exception as error:
        return _explained(error)


def _check(options: Options) -> None:
    if options.cluster is not None and not ADDRESS.fullmatch(options.cluster):
        raise Wrong(f"--cluster takes the address tcp://HOST:PORT, not {options.cluster!r}")
    if options.timeout is not None and not options.timeout < LONGEST:
        raise Wrong(f"--timeout takes less than {LONGEST:g} seconds, not {options.timeout:g}")


def _explained(error: Exception) -> int:
    """The exit status for an error that a user can do something about; others are raised again."""
    if isinstance(error, Wrong):
        _complain(str(error))
        return 2
    from experiments.command_line.attempts import EXPECTED, Interrupted
    from experiments.command_line.driver import Incomplete

    if isinstance(error, Interrupted):
        _complain(str(error))
        return 130
    if isinstance(error, (Incomplete, *EXPECTED)):
        _complain(str(error))
        return 1
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        _complain(
            f"cannot write: {error}"
        )  # not to the results folder, or it would be a StoreError
        return 1
    raise error


def _complain(sentence: str) -> None:
    typer.echo(f"run_all.py: {sentence}", err=True)


def _checked(ask: Callable[[], Thing]) -> Thing:
    """What `ask` returns; its ValueError is the user's."""
    try:
        return ask()
    except ValueError as error:
        raise Wrong(str(error)) from None


def _near(name: str, known: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}The reports are {', '.join(known)}"


def _require_folder(options: Options) -> None:
    try:
        options.results.stat()
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise Wrong(f"results folder {options.results} lies in a file: name another") from None
    except OSError as error:
        raise Wrong(f"results folder {options.results} cannot be read: {error.strerror}") from None
    if not options.results.is_dir():
        raise Wrong(f"results folder {options.results} is a file: name a folder with --results")
