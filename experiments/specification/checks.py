"""What makes a specification impossible, each as one sentence; raised when it is constructed."""

import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.specification.files_of_points import digest_of, read
from experiments.specification.parts import construct, did_you_mean, first_line

if TYPE_CHECKING:
    import torch

    from experiments.specification import Data, Entry, RunSpec


class Facts(NamedTuple):
    """Features, classes and, where it is limited, the number of points of a data set."""

    features: int
    classes: int
    points: int | None


DATA_SETS = {
    "disk": Facts(2, 2, None),
    "moons": Facts(2, 2, None),
    "digits": Facts(64, 10, 1797),
    "breast_cancer": Facts(30, 2, 569),
}
FILE_ENDINGS = (".csv", ".npz")
MOST_REAL = 1_000_000
"""Numbers of a layer and its input up to which it is tried, and not only its shapes."""
EXAMPLES = 5
"""In that trial; not a number that a layer is likely to be told as a size."""
TAKE_CLASS_INDICES = {"CrossEntropyLoss", "NLLLoss", "MultiMarginLoss"}


def is_file(name: str) -> bool:
    """Whether a data set's name is a file's."""
    return name.lower().endswith(FILE_ENDINGS)


def with_digest(given: Any) -> Any:
    """The fields of a data set, with the digest of its file filled in where it is a file."""
    if not isinstance(given, dict) or given.get("digest") is not None:
        return given
    name = given.get("name")
    if not isinstance(name, str) or not is_file(name):
        return given
    return {**given, "digest": digest_of(name)}


def facts(data: "Data") -> Facts | None:
    """What is known of a data set; None of a user's function, or a file that is elsewhere."""
    if not is_file(data.name):
        return DATA_SETS.get(data.name)
    if not Path(data.name).is_file() or digest_of(data.name) != data.digest:
        return None
    x, labels = read(data.name, data.digest)
    return Facts(x.shape[1], int(labels.max()) + 1, len(x))


def check_data(data: "Data") -> None:
    """Raise ValueError where no such data set exists or it is too small."""
    if not (data.name in DATA_SETS or is_file(data.name) or ":" in data.name):
        hint = did_you_mean(data.name, DATA_SETS)
        raise ValueError(f"unknown data set {data.name!r}: {hint} A .csv or .npz file will do too")
    found = facts(data)
    asked = data.train + data.test + data.validation
    if found and found.points is not None and asked > found.points:
        raise ValueError(
            f"{data.name} has {found.points} points: train={data.train}, test={data.test} and "
            f"validation={data.validation} are {asked - found.points} too many"
        )
    if found and data.target == "scalar" and found.classes > 2:
        raise ValueError(
            f"target 'scalar' is for two classes: {data.name} has {found.classes}; use 'one-hot'"
        )
    if data.noise and data.name != "moons":
        raise ValueError(f"noise is for the moons: {data.name} takes none")


def check_run(run: "RunSpec") -> None:
    """Raise ValueError where the parts of a run do not fit each other."""
    found = facts(run.data)
    outputs = check_model(run.layers, run.data.name, found.features if found else None)
    if outputs is None:
        return
    check_outputs(run.data, found, outputs)
    check_loss(run.loss, run.data.target, outputs)
    if run.decision == "argmax" and outputs == 1:
        raise ValueError("decision 'argmax' needs two outputs, the model has one: use 'threshold'")
    if run.decision == "threshold" and outputs > 1:
        raise ValueError(f"decision 'threshold' is for one output, the model has {outputs}")


@cache
def check_model(layers: tuple["Entry", ...], data_name: str, features: int | None) -> int | None:
    """The number of outputs; None where it cannot be known without the data."""
    if not layers:
        raise ValueError("layers is empty: a model has at least one layer")
    features = features or layers[0].arguments.get("in_features")
    built = [construct(entry, "layer") for entry in layers]
    if features is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _outputs(layers, built, features, data_name)


def _outputs(
    layers: tuple["Entry", ...], built: list[Any], features: int, data_name: str
) -> int | None:
    import torch

    value, before = torch.zeros(EXAMPLES, features, device="meta"), f"data {data_name!r}"
    for entry, layer in zip(layers, built, strict=True):
        _check_features(entry, value, before, first=entry is layers[0])
        real = value.numel() + sum(each.numel() for each in layer.parameters()) < MOST_REAL
        try:
            value = _really(entry, value) if real else layer(value)
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            if isinstance(error, NotImplementedError) and not real:
                return None
            shape = f"(n, {', '.join(map(str, value.shape[1:]))})"
            raise ValueError(
                f"{entry} cannot follow {before}, which gives it {shape}: {first_line(error)}"
            ) from error
        before = str(entry)
    if value.dim() != 2:
        raise ValueError(
            f"the model ends in {before} with shape (n, {', '.join(map(str, value.shape[1:]))}): "
            "it must end with (n, outputs)"
        )
    return value.shape[1]


def _really(entry: "Entry", value: "torch.Tensor") -> "torch.Tensor":
    """What the layer makes of zeros, without their numbers: a few mistakes show only so."""
    import torch

    from experiments.specification import building

    with torch.random.fork_rng(devices=[]), torch.no_grad():
        layer = building.build(building.reference(), entry)
        result: torch.Tensor = layer(torch.zeros(value.shape))
        return result.to("meta")


def _check_features(entry: "Entry", value: "torch.Tensor", before: str, first: bool) -> None:
    takes = entry.arguments.get("in_features") if entry.name == "Linear" else None
    if takes is None or value.shape[-1] == takes:
        return
    place = f"be the first layer for {before}" if first else f"follow {before}"
    raise ValueError(
        f"{entry} cannot {place}: it takes {takes} features and gets {value.shape[-1]}"
    )


def check_outputs(data: "Data", found: Facts | None, outputs: int) -> None:
    """Raise ValueError unless the model has one output for each column of the target or class."""
    if data.target == "scalar" and outputs != 1:
        raise ValueError(f"target 'scalar' has one column and the model {outputs} outputs")
    if data.target != "scalar" and found is not None and outputs != found.classes:
        raise ValueError(
            f"{data.name} has {found.classes} classes and the model {outputs} outputs"
            + ("; use target 'scalar' with one output" if outputs == 1 else "")
        )


@cache
def check_loss(loss: "Entry", target: str, outputs: int) -> None:
    """Raise ValueError unless the loss can be computed from such a prediction and target."""
    import torch

    from experiments.specification import building

    if ":" in loss.name:
        return
    takes_indices = loss.name in TAKE_CLASS_INDICES
    if target == "index" and not takes_indices:
        raise ValueError(f"{loss} does not take class indices: use target 'one-hot'")
    if target != "index" and takes_indices and loss.name != "CrossEntropyLoss":
        raise ValueError(f"{loss} takes class indices: use target 'index'")
    if loss.name == "CrossEntropyLoss" and outputs == 1:
        raise ValueError(f"{loss} of one output is always 0: use BCEWithLogitsLoss")
    prediction = torch.full((2, outputs), 0.5)
    wanted = torch.zeros(2, dtype=torch.int64) if target == "index" else torch.zeros(2, outputs)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compute = building.build_loss(building.reference(), loss).to(prediction.dtype)
            value = compute(prediction, wanted)
    except Exception as error:
        raise ValueError(f"{loss} cannot be the loss: {first_line(error)}") from error
    if value.dim() != 0:
        raise ValueError(f"{loss} gives {tuple(value.shape)}: a loss must be one number")
