"""A small run to vary, for tests of the harness."""

from collections.abc import Callable

import pytest

from experiments.specification import RunSpec

LAYERS = [
    ["Linear", {"in_features": 2, "out_features": 8}],
    "ReLU",
    ["Linear", {"in_features": 8, "out_features": 2}],
]


@pytest.fixture
def small_run() -> Callable[..., RunSpec]:
    """`small_run(learning_rate=1.0)`: two epochs of three steps, the last of them short."""

    def build(**changes: object) -> RunSpec:
        plain = {
            "data": {"train": 25, "test": 20},
            "layers": LAYERS,
            "loss": "MSELoss",
            "learning_rate": 0.1,
            "batch_size": 10,
            "epochs": 2,
            "backend": "torch",
        }
        return RunSpec.model_validate(plain | changes)

    return build
