"""From a specification to modules: the same few lines for every implementation.

A *namespace* is a module that has torch's names: `framework`, `reference`, or a third party's.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.specification import Entry

TENSOR_ARGUMENTS = {"weight", "pos_weight"}


class Unsupported(Exception):  # noqa: N818
    """A backend cannot do what is asked; the reason is shown, and it is no failure."""


def reference() -> ModuleType:
    """The namespace of torch.nn and torch.optim, imported when it is first needed."""
    import reference

    return reference


def lookup(namespace: Any, name: str) -> Any:
    """What `name` means in `namespace`.

    A name `package.module:attribute` is a thing of the user's own with one attribute for each
    namespace, named as the namespace is:

        class WrongTanh:
            framework = WrongTanhOfFramework
            reference = WrongTanhOfTorch

    Raises:
        Unsupported: the namespace has nothing of that name.
    """
    short = namespace.__name__.rpartition(".")[2]
    own = ":" in name
    found, key = (attribute(name), short) if own else (namespace, name)
    if not hasattr(found, key):
        raise Unsupported(f"{short} has no {name}")
    return getattr(found, key)


def attribute(path: str) -> Any:
    """What `package.module:attribute` names.

    Raises:
        ValueError: it cannot be imported or is not there.
    """
    module_name, _, name = path.partition(":")
    try:
        return getattr(imported(module_name), name)
    except ImportError as error:
        raise ValueError(f"cannot import {module_name!r}: {error}") from error
    except AttributeError as error:
        raise ValueError(f"module {module_name!r} has no {name!r}") from error


def imported(name: str) -> ModuleType:
    """The module of a name that a user gave.

    Raises:
        ImportError: there is no such module, or one that it needs is missing.
        ValueError: the name is none, or the module raises when it is imported.
    """
    try:
        return import_module(name)
    except ImportError:
        raise
    except (Exception, SystemExit) as error:  # it may do anything, even exit
        words = f"{type(error).__name__}: {error}"
        raise ValueError(f"cannot import {name!r}: {words}") from error


def arguments(entry: "Entry") -> dict[str, Any]:
    """The entry's arguments as torch takes them: class weights become tensors, in float64.

    They are for the caller to convert: each is known to all the digits that were written.
    """
    import torch

    return {
        name: torch.tensor(value, dtype=torch.float64)
        if name in TENSOR_ARGUMENTS and isinstance(value, tuple)
        else value
        for name, value in entry.arguments.items()
    }


def build(namespace: Any, entry: "Entry", *positional: Any, **more: Any) -> Any:
    """Look the name up and call it."""
    return lookup(namespace, entry.name)(*positional, **arguments(entry), **more)


def build_model(namespace: Any, layers: tuple["Entry", ...]) -> Any:
    """The layers in a Sequential of the namespace."""
    return namespace.Sequential(*(build(namespace, entry) for entry in layers))


def build_loss(namespace: Any, entry: "Entry") -> Any:
    """The loss; reduction "batchmean" is the sum over the outputs, averaged over the batch."""
    if entry.arguments.get("reduction") != "batchmean" or entry.name == "KLDivLoss":
        return build(namespace, entry)
    summed = lookup(namespace, entry.name)

    class BatchMean(summed):  # type: ignore[misc, valid-type]
        """A summed loss divided by the number of examples: sum(l) / n."""

        def forward(self, prediction: Any, target: Any) -> Any:
            return super().forward(prediction, target) / prediction.shape[-2]

    return BatchMean(**{**arguments(entry), "reduction": "sum"})


def build_optimizer(namespace: Any, entry: "Entry", parameters: Any, learning_rate: Any) -> Any:
    """The optimizer over `parameters`; `learning_rate` a number, or a tensor with one a run."""
    return build(namespace, entry, parameters, lr=learning_rate)


def build_schedule(namespace: Any, entry: "Entry | None", optimizer: Any) -> Any:
    """The schedule of `optimizer`'s learning rate, or None."""
    return None if entry is None else build(namespace, entry, optimizer)
