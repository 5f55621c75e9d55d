"""Whether a part of a run exists and takes its arguments; each mistake as one sentence."""

import difflib
import inspect
import warnings
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from experiments.specification.built_in import BUILT_IN, unknown

if TYPE_CHECKING:
    from experiments.specification import Entry

NEED_MORE_THAN_GRADIENTS = {"LBFGS", "SparseAdam", "ReduceLROnPlateau"}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at the nearest known name, or what is known."""
    known = sorted(known)
    lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    if near:
        return f"did you mean {lower[near[0]]!r}?"
    return f"known are {', '.join(known)}" if len(known) < 30 else "see torch.nn and torch.optim"


@cache
def check_layer(layer: "Entry") -> None:
    """Raise ValueError unless the layer exists and takes its arguments."""
    construct(layer, "layer")


def check_loss_name(loss: "Entry") -> None:
    """Raise ValueError unless the loss exists."""
    _require_known(loss, "loss")


def check_initialisation(scheme: "Entry") -> None:
    """Raise ValueError unless the scheme exists and takes its arguments."""
    from experiments.specification import schemes

    schemes.check(scheme)


@cache
def check_optimizer(optimizer: "Entry") -> None:
    """Raise ValueError unless the optimizer exists and takes its arguments."""
    import torch

    if "lr" in optimizer.arguments:
        raise ValueError(
            f"{optimizer}: lr is set apart from the optimizer, as learning_rate of a run or "
            "learning_rates of a sweep"
        )
    if ":" not in optimizer.name:
        construct(optimizer, "optimizer", [torch.nn.Parameter(torch.zeros(2, 2))], lr=0.1)


@cache
def check_schedule(schedule: "Entry") -> None:
    """Raise ValueError unless the schedule exists and takes its arguments."""
    import torch

    if ":" in schedule.name:
        return
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    made = construct(schedule, "schedule", optimizer)
    try:
        optimizer.step()
        made.step()
    except (TypeError, ValueError, ArithmeticError) as error:  # not all look at their arguments
        raise ValueError(f"{schedule}: {first_line(error)}") from error


def check_device(device: str) -> str:
    """The name of a device, if torch knows that kind; whether it is there shows when training."""
    import torch

    try:
        torch.device(device)
    except RuntimeError as error:
        raise ValueError(f"unknown device {device!r}: {first_line(error)}") from error
    return device


def check_backend(name: str) -> str:
    """The name of a backend, if it is built in or a path; what is behind it shows when training."""
    if name not in BUILT_IN and ":" not in name:
        raise ValueError(unknown(name))
    return name


def construct(entry: "Entry", kind: str, *positional: Any, **more: Any) -> Any:
    """What the entry builds in the reference; layers without memory of their own."""
    import torch

    from experiments.specification import building

    _require_known(entry, kind)
    attribute = building.lookup(building.reference(), entry.name)
    if ":" not in entry.name:
        _require_truth_values(attribute, entry)
    try:
        with torch.device("meta" if kind == "layer" else "cpu"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return attribute(*positional, **building.arguments(entry), **more)
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        hint = _argument_hint(attribute, entry)
        raise ValueError(f"{entry}: {hint or first_line(error)}") from error


def _require_known(entry: "Entry", kind: str) -> None:
    if ":" in entry.name:
        return
    names = known(kind)
    if entry.name not in names:
        raise ValueError(f"unknown {kind} {entry.name!r}: {did_you_mean(entry.name, names)}")


@cache
def known(kind: str) -> frozenset[str]:
    """The names of the reference's layers, losses, optimizers or schedules."""
    import torch
    from torch.nn.modules import loss as losses

    from experiments.specification import building

    base: dict[str, type] = {
        "layer": torch.nn.Module,
        "loss": torch.nn.Module,
        "optimizer": torch.optim.Optimizer,
        "schedule": torch.optim.lr_scheduler.LRScheduler,
    }
    classes = {
        name: value
        for name, value in vars(building.reference()).items()
        if isinstance(value, type) and issubclass(value, base[kind]) and value is not base[kind]
    }
    is_loss = set(losses.__all__) if kind in ("layer", "loss") else set()
    names = {name for name in classes if (name in is_loss) == (kind == "loss")}
    # A lazy layer has no parameters before it has seen data, so nothing could be loaded into it.
    return frozenset(
        name for name in names - NEED_MORE_THAN_GRADIENTS if not name.startswith("Lazy")
    )


def _argument_hint(attribute: Any, entry: "Entry") -> str | None:
    """Which argument is unknown, and the nearest one there is."""
    takes = inspect.signature(attribute).parameters
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in takes.values()):
        return None
    unknown = [name for name in entry.arguments if name not in takes]
    return (
        f"unknown argument {unknown[0]!r}: {did_you_mean(unknown[0], takes)}" if unknown else None
    )


def _require_truth_values(attribute: Any, entry: "Entry") -> None:
    """Raise ValueError where true or false is expected and something else came.

    torch takes anything there, and "no" for true.
    """
    for name, parameter in inspect.signature(attribute).parameters.items():
        given = entry.arguments.get(name, True)
        if isinstance(parameter.default, bool) and not isinstance(given, bool):
            raise ValueError(f"{entry}: {name} takes true or false, not {given!r}")


def first_line(error: Exception) -> str:
    """What an error says, without what follows in further lines."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
