"""Small sweep files."""

import json

import pytest

LAYERS = [
    ["Linear", {"in_features": "features", "out_features": 4}],
    "ReLU",
    ["Linear", {"in_features": 4, "out_features": "outputs"}],
]
SMALL = {
    "backends": ["torch"],
    "models": [{"layers": LAYERS}],
    "data": [{"name": "disk", "train": 20, "validation": 10, "test": 10}],
    "losses": ["MSELoss"],
    "optimizers": ["SGD"],
    "learning_rates": [0.1, 1.0],
    "seeds": 2,
    "epochs": 2,
    "batch_sizes": [10],
}


def as_toml(value):
    """A value as TOML writes it inline."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(str(key))} = {as_toml(inner)}" for key, inner in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value).replace("\x7f", "\\u007f")
    return repr(value).lower()


def as_lines(entries):
    return "".join(f"{json.dumps(str(key))} = {as_toml(value)}\n" for key, value in entries.items())


@pytest.fixture
def write(tmp_path):
    """`write(losses=["L1Loss"])`: a small sweep file with changes; None leaves a key out."""

    def written(**changes):
        entries = {key: value for key, value in (SMALL | changes).items() if value is not None}
        path = tmp_path / "small.toml"
        path.write_text(as_lines(entries))
        return path

    return written
