"""What can train: the protocols, and the backends by name.

The harness owns initial parameters, data, batch order, evaluation and the clock. A backend only
learns, so all backends start equal and none evaluates itself.
"""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from experiments.specification import TrainingSpec
from experiments.specification.building import Unsupported as Unsupported
from experiments.specification.building import imported
from experiments.specification.built_in import BUILT_IN, OPTIONAL, unknown

if TYPE_CHECKING:
    from torch import Tensor


class Session(Protocol):
    """One group of runs in training."""

    def train_epoch(
        self, x: "Tensor", target: "Tensor", order: "Tensor", batch_size: int
    ) -> "Tensor":
        """Train one epoch, the short last batch included.

        Args:
            x: (runs, n, features).
            target: (runs, n) class indices or (runs, n, outputs).
            order: (runs, n) int64, the points of each run in the order they are to be used.
            batch_size: points a step.

        Returns:
            (runs, steps): each minibatch's loss before its update.
        """
        ...

    def predict(self, x: "Tensor") -> "Tensor":
        """The outputs (runs, n, outputs) for x (runs, n, features), in evaluation mode."""
        ...

    def state_dicts(self) -> "list[dict[str, Tensor]]":
        """The parameters of each run as they are now, under torch's key names."""
        ...


@runtime_checkable
class Backend(Protocol):
    """Something that can train groups of runs."""

    def start(self, training: TrainingSpec, parameters: "list[dict[str, Tensor]]") -> Session:
        """Begin a training; run r begins at `parameters[r]`, a state_dict with torch's key names.

        Raises:
            Unsupported: this backend cannot train that.
        """
        ...


def resolve(name: str) -> Backend:
    """The backend called `name`: a built-in one, or a third party's `package.module:attribute`.

    An attribute that is a class is called without arguments.

    Raises:
        ValueError: nothing of that name can be found, or it has no `start`.
        Unsupported: an optional backend's library is not installed.
    """
    path = BUILT_IN.get(name, name)
    module_name, colon, attribute = path.partition(":")
    if not (module_name and colon and attribute):
        raise ValueError(unknown(name))
    try:
        found = getattr(imported(module_name), attribute)
    except ImportError as error:
        if name in OPTIONAL:
            raise Unsupported(f"backend {name!r} needs {error.name}, which is missing") from error
        raise ValueError(f"backend {name!r}: cannot import {module_name}: {error}") from error
    except AttributeError as error:
        raise ValueError(f"backend {name!r}: {module_name} has no {attribute!r}") from error
    except ValueError as error:
        raise ValueError(f"backend {name!r}: {error}") from error
    backend = _made(name, found) if isinstance(found, type) else found
    if not isinstance(backend, Backend):
        raise ValueError(f"backend {name!r}: {attribute} has no method start(training, parameters)")
    return backend


def _made(name: str, kind: type) -> object:
    try:
        return kind()
    except Unsupported:
        raise
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        raise ValueError(f"backend {name!r}: {kind.__name__}() raises {words}") from error
