"""Every mistake in a sweep file is a sentence that names its place."""

import sys

import pytest

import run_all

LINEAR = ["Linear", {"in_features": "features", "out_features": "outputs"}]
ENDS_IN_FOUR = ["Linear", {"in_features": 2, "out_features": 4}]
DISK = {"name": "disk", "train": 20, "validation": 10, "test": 10}

MISTAKES = [
    ({"models": None}, ["models: is missing"]),
    ({"losses": None}, ["losses: is missing"]),
    ({"learning_rates": None}, ["learning_rates: is missing"]),
    ({"epochs": None}, ["epochs: is missing"]),
    ({"learning_rate": [0.1]}, ["learning_rate", "did you mean 'learning_rates'?"]),
    ({"optimiser": ["SGD"]}, ["optimiser", "did you mean 'optimizers'?"]),
    ({"Epochs": 3}, ["Epochs", "did you mean 'epochs'?"]),
    ({"zzz": 1}, ["zzz", "known are"]),
    ({"name": "My Sweep"}, ["name", "small letters", "'My Sweep'"]),
    ({"name": "timing"}, ["name", "'timing' is taken"]),
    ({"name": "olsen-2018"}, ["name", "is taken"]),
    ({"name": "verdicts"}, ["name", "'verdicts' is taken"]),
    ({"name": "grid"}, ["name", "the built-in grid's"]),
    ({"name": 3}, ["name: takes a string, not 3"]),
    ({"title": ""}, ["title", "at least 1"]),
    ({"backends": []}, ["backends", "at least one"]),
    ({"backends": "torch"}, ["backends: takes a list, not 'torch'"]),
    ({"backends": ["troch"]}, ["backends.0", "did you mean 'torch'?"]),
    ({"backends": ["torch", "torch"]}, ["backends: 0 and 1", "the same"]),
    ({"backends": [1]}, ["backends.0: takes a string, not 1"]),
    ({"models": []}, ["models", "at least one"]),
    ({"models": [{"layers": []}]}, ["models.0.layers", "at least one"]),
    ({"models": [{}]}, ["models.0.layers: is missing"]),
    ({"models": [LINEAR]}, ["models.0: takes"]),
    ({"models": [{"layers": ["Linnear"]}]}, ["models.0.layers.0", "did you mean 'Linear'?"]),
    ({"models": [{"layers": [["Linear", {"in_feature": 2}]]}]}, ["layers.0", "'in_features'?"]),
    ({"models": [{"layers": [["Linear", 3]]}]}, ["models.0.layers.0.arguments", "not 3"]),
    ({"models": [{"layers": [[]]}]}, ["models.0.layers.0", "[name, {arguments}]"]),
    ({"models": [{"layers": [7]}]}, ["models.0.layers.0", "not 7"]),
    ({"models": [{"layer": [LINEAR]}]}, ["models.0.layer", "did you mean 'layers'?"]),
    (
        {"models": [{"layers": [ENDS_IN_FOUR]}]},
        ["data.0 with models.0 with losses.0", "2 classes", "4 outputs"],
    ),
    (
        {"models": [{"layers": [ENDS_IN_FOUR, LINEAR]}]},
        ["models.0", "cannot follow", "takes 2 features and gets 4"],
    ),
    ({"models": [{"layers": ["Flaten", LINEAR]}]}, ["models.0.layers.0", "'Flatten'?"]),
    (
        {"models": [{"layers": [["Linear", {**LINEAR[1], "bias": "no"}]]}]},
        ["models.0.layers.0", "bias takes true or false, not 'no'"],
    ),
    ({"models": [{"layers": [LINEAR, ["Softmax", {"dim": 5}]]}]}, ["models.0", "cannot follow"]),
    (
        {"models": [{"layers": [LINEAR, ["LayerNorm", {"normalized_shape": [2, 2]}]]}]},
        ["models.0", "LayerNorm", "cannot follow"],
    ),
    ({"models": [{"layers": [LINEAR, "ModuleList"]}]}, ["models.0", "ModuleList", "forward"]),
    ({"models": [{"layers": [["ReLU", {"x": "features"}]]}]}, ["models.0.layers.0", "'x'"]),
    (
        {"models": [{"layers": [LINEAR]}, {"layers": [["Linear", {**LINEAR[1], "bias": False}]]}]},
        ["models.1: is called", "give it a name"],
    ),
    ({"models": [{"name": "", "layers": [LINEAR]}]}, ["models.0.name"]),
    ({"data": []}, ["data", "at least one"]),
    ({"data": ["dsik"]}, ["data.0", "did you mean 'disk'?"]),
    ({"data": [{**DISK, "train": 0}]}, ["data.0.train", "greater than or equal to 1, not 0"]),
    ({"data": [{**DISK, "train": 2.5}]}, ["data.0.train: takes a whole number, not 2.5"]),
    ({"data": [{**DISK, "train": 10**12}]}, ["data.0.train", "less than or equal"]),
    ({"data": [{**DISK, "validation": -1}]}, ["data.0.validation", "not -1"]),
    ({"data": [{**DISK, "validation": 0}]}, ["data.0.validation is 0", "2 learning rates"]),
    ({"data": [{**DISK, "noise": 0.1}]}, ["data.0", "noise is for the moons"]),
    ({"data": [{**DISK, "noise": -0.1}]}, ["data.0.noise", "not -0.1"]),
    ({"data": [{**DISK, "tests": 3}]}, ["data.0.tests", "did you mean 'test'?"]),
    ({"data": [{**DISK, "target": "index"}]}, ["data.0.target", "unknown key"]),
    (
        {"data": [{**DISK, "standardise": "features"}]},
        ["data.0.standardise", "did you mean 'feature'?"],
    ),
    ({"data": [{"name": "digits"}]}, ["data.0", "1797 points", "too many"]),
    ({"data": [{"name": "there-is-none.csv"}]}, ["data.0", "cannot be read"]),
    ({"data": [3]}, ["data.0", "not 3"]),
    ({"data": ["nowhere:points"]}, ["data.0", "cannot import 'nowhere'"]),
    ({"losses": []}, ["losses", "at least one"]),
    ({"losses": ["MSLoss"]}, ["losses.0", "did you mean 'MSELoss'?"]),
    ({"losses": [["MSELoss", {"reductoin": "sum"}]]}, ["losses.0", "did you mean 'reduction'?"]),
    ({"losses": [["MSELoss", {"reduction": "none"}]]}, ["losses.0", "a loss must be one number"]),
    ({"losses": [{"name": "MSELoss", "target": "onehot"}]}, ["losses.0.target", "'one-hot'?"]),
    (
        {"losses": [{"name": "MSELoss", "target": "index"}]},
        ["losses.0", "does not take class indices"],
    ),
    ({"losses": [{"name": "NLLLoss", "target": "one-hot"}]}, ["losses.0", "takes class indices"]),
    ({"losses": [{"target": "index"}]}, ["losses.0.name: is missing"]),
    (
        {
            "losses": [{"name": "MSELoss", "target": "scalar"}],
            "data": [{"name": "digits", "train": 9, "test": 9, "validation": 9}],
        },
        ["losses.0", "two classes"],
    ),
    ({"optimizers": ["Adm"]}, ["optimizers.0", "did you mean 'Adam'?"]),
    ({"optimizers": [["SGD", {"lr": 0.1}]]}, ["optimizers.0", "learning_rate"]),
    ({"optimizers": [["SGD", {"momentun": 0.9}]]}, ["optimizers.0", "did you mean 'momentum'?"]),
    ({"optimizers": [["SGD", {"momentum": -1}]]}, ["optimizers.0", "momentum"]),
    ({"optimizers": [{"name": "SGD", "learning_rates": []}]}, ["optimizers.0.learning_rates"]),
    ({"optimizers": [{"name": "SGD", "rates": [1.0]}]}, ["optimizers.0.rates", "unknown key"]),
    (
        {"optimizers": ["SGD", {"name": "SGD", "learning_rates": [0.5]}]},
        ["optimizers.1: is called 'SGD'"],
    ),
    ({"optimizers": ["LBFGS"]}, ["optimizers.0", "LBFGS"]),
    ({"learning_rates": 0.1}, ["learning_rates: takes a list, not 0.1"]),
    ({"learning_rates": ["1e-3"]}, ["learning_rates.0: takes a number, not '1e-3'"]),
    ({"learning_rates": [0.0]}, ["learning_rates.0", "greater than 0"]),
    ({"learning_rates": [-0.1]}, ["learning_rates.0", "not -0.1"]),
    ({"learning_rates": [float("inf")]}, ["learning_rates.0", "finite"]),
    ({"learning_rates": [float("nan")]}, ["learning_rates.0"]),
    ({"learning_rates": [0.1, 0.1]}, ["learning_rates: 0 and 1", "the same"]),
    (
        {"optimizers": [{"name": "SGD", "learning_rates": [0.1, 0.1]}]},
        ["optimizers.0.learning_rates: 0 and 1", "the same"],
    ),
    ({"learning_rates": [True]}, ["learning_rates.0: takes a number, not True"]),
    ({"schedules": [{}]}, ["schedules.0", "name is missing"]),
    ({"schedules": [{"name": "ExponentialLR", "gamma": 0.9}]}, ["schedules.0", "'gamma'"]),
    ({"models": [{"layers": ["..x:y"]}]}, ["models.0.layers.0", "cannot import"]),
    ({"models": [{"layers": ["math:sine"]}]}, ["models.0.layers.0", "math", "sine"]),
    ({"losses": ["nowhere:Loss"]}, ["losses.0", "cannot import 'nowhere'"]),
    ({"optimizers": ["nowhere:Fast"]}, ["optimizers.0", "cannot import 'nowhere'"]),
    ({"backends": ["nowhere:backend"]}, ["backends.0", "cannot import nowhere"]),
    ({"schedules": [["StepLR", {"step_size": 0}]]}, ["schedules.0", "StepLR(step_size=0)"]),
    ({"schedules": [["StepLR", {"step_size": "two"}]]}, ["schedules.0", "'two'"]),
    ({"name": 101 * "a"}, ["name has 101 letters"]),
    ({"backends": [":"]}, ["backends.0", "package.module:attribute"]),
    ({"schedules": ["StepLr"]}, ["schedules.0"]),
    ({"schedules": [["none", {"gamma": 1}]]}, ["schedules.0", "no arguments"]),
    ({"schedules": [["ExponentialLR", {"gama": 0.9}]]}, ["schedules.0", "did you mean 'gamma'?"]),
    ({"initialisations": ["xavier"]}, ["initialisations.0", "unknown initialisation"]),
    ({"initialisations": [["torch", {"gain": 2}]]}, ["initialisations.0", "'gain'"]),
    ({"batch_sizes": [0]}, ["batch_sizes.0", "not 0"]),
    ({"batch_sizes": [2.0]}, ["batch_sizes.0: takes a whole number"]),
    ({"seeds": 0}, ["seeds", "not 0"]),
    ({"seeds": 10**9}, ["seeds", "1 to 10000"]),
    ({"seeds": [-1]}, ["seeds.0", "not -1"]),
    ({"seeds": [1, 1]}, ["seeds: 0 and 1", "the same"]),
    ({"seeds": "all"}, ["seeds: takes a list, not 'all'"]),
    ({"epochs": 0}, ["epochs", "not 0"]),
    ({"epochs": 10**30}, ["epochs", "less than or equal"]),
    ({"epochs": "many"}, ["epochs: takes a whole number, not 'many'"]),
    ({"order": "random"}, ["order: takes", "not 'random'"]),
    ({"dtype": "float16"}, ["dtype: takes", "not 'float16'", "did you mean"]),
    ({"evaluate": 0}, ["evaluate"]),
    ({"threads": -1}, ["threads"]),
    ({"choose_by": "test_accuracy"}, ["choose_by", "not 'test_accuracy'"]),
    ({"seeds": 10000, "learning_rates": [i / 1000 for i in range(1, 200)]}, ["1990000 runs"]),
]


def answer(capsys, monkeypatch, *arguments):
    """Exit status and what was said of `run_all.py sweep arguments`."""
    monkeypatch.setattr(sys, "argv", ["run_all.py", "sweep", *map(str, arguments)])
    status = run_all.main()
    return status, capsys.readouterr().err


@pytest.mark.parametrize(("changes", "said"), MISTAKES, ids=lambda case: str(case)[:60])
def test_a_mistake_is_a_sentence_that_names_its_place(write, capsys, monkeypatch, changes, said):
    status, told = answer(capsys, monkeypatch, write(**changes), "--dry-run")
    assert status == 2
    assert "Traceback" not in told
    for fragment in said:
        assert fragment in told


NOT_TOML = [
    b"",
    b"epochs = ",
    b"= 1",
    b"[[models]",
    b"epochs = 1\nepochs = 2",
    b"\xff\xfe",
    b"a = 2001-99-01",
]


def test_what_is_nested_too_deeply_to_be_written_is_a_sentence(tmp_path, capsys, monkeypatch):
    path = tmp_path / "deep.toml"
    path.write_text("a." * 3000 + "b = 1")
    status, told = answer(capsys, monkeypatch, path)
    assert status == 2
    assert "unknown key 'a'" in told


@pytest.mark.parametrize("content", [*NOT_TOML, b"x = " + b"[" * 5000], ids=lambda c: repr(c[:20]))
def test_a_file_that_is_no_sweep_is_a_sentence(tmp_path, capsys, monkeypatch, content):
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    status, told = answer(capsys, monkeypatch, path)
    assert status == 2
    assert f"sweep file {path}" in told
    assert "Traceback" not in told


def test_all_mistakes_are_named_at_once(write, capsys, monkeypatch):
    path = write(epochs=0, order="x", losses=["Nope"], data=[{"name": "disk", "trian": 3}])
    _, told = answer(capsys, monkeypatch, path)
    assert "4 mistakes" in told
    assert all(place in told for place in ("epochs:", "order:", "losses.0:", "data.0.trian:"))


def test_a_file_that_is_not_there_is_a_sentence(tmp_path, capsys, monkeypatch):
    status, told = answer(capsys, monkeypatch, tmp_path / "none.toml")
    assert status == 2
    assert "none.toml" in told
