"""What constructors and forwards of several layers share."""

from __future__ import annotations

from typing import Any

from framework.module import Module


def refuse(module: Module, **arguments: Any) -> None:
    """Refuse arguments of torch's that this framework does not follow.

    Raises:
        ValueError: one of them is given, and not as False or None.
    """
    for name, value in arguments.items():
        if value is not None and value is not False:
            raise ValueError(
                f"{type(module).__name__}: {name}={value!r} is not supported; leave it out"
            )


def check_dtype(module: Module, x: Any, parameter: Any) -> None:
    """Refuse an input of another dtype than the module's parameter, if it has one.

    Raises:
        TypeError: the dtypes differ.
    """
    if parameter is not None and x.dtype != parameter.dtype:
        raise TypeError(
            f"{module} holds {parameter.dtype}, and got an input of {x.dtype}: "
            "convert one with .to(dtype)"
        )


def within_run(module: Module, dim: int) -> int:
    """A dimension that counts within a run, as one of the stacked tensor."""
    return dim + 1 if module.runs is not None and dim >= 0 else dim


def run_dims(module: Module) -> int:
    """1 where a run dimension comes first, else 0."""
    return 0 if module.runs is None else 1


def own_shape(module: Module, x: Any) -> tuple[int, ...]:
    """The shape of x within a run."""
    return tuple(x.shape[run_dims(module) :])


def repeated(value: Any, times: int) -> tuple[Any, ...]:
    """A number as a tuple, the same along every dimension; a tuple as it is.

    Raises:
        ValueError: a tuple of another length.
    """
    if isinstance(value, int):
        return (value,) * times
    if len(value) != times:
        raise ValueError(f"expected one number or {times}, and got {tuple(value)}")
    return tuple(value)


def along_channels(module: Module, parameter: Any, x: Any, channel: int = 1) -> Any:
    """A parameter with one value a channel, shaped so that it broadcasts against x.

    `channel` is the channels' dimension in x, within a run.
    """
    after = x.dim() - run_dims(module) - channel - 1
    if after == 0 and module.runs is None:
        return parameter
    runs = () if module.runs is None else (module.runs,)
    return parameter.reshape(*runs, *(1,) * channel, -1, *(1,) * after)
