"""Parity: does a backend do what torch.nn does, and would it have been noticed if not?

`run` looks at cases of single layers, losses, optimizers and programs, at whole trainings in
lock-step, at PyTorch's own conformance database, and at a gallery of bugs that must all be caught.
`plugin` is the same for pytest.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.outcome import Outcome
    from experiments.runner.options import Options


def run(options: "Options") -> "Outcome":
    """All of parity for the backends asked for; see `experiments.parity.whole.run`."""
    from experiments.parity.whole import run as whole

    return whole(options)
