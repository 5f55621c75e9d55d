import json
import pickle
import re

import pytest
from pydantic import ValidationError

from experiments.specification import (
    Data,
    Entry,
    RunSpec,
    canonical,
    describe,
    groups,
    parts,
)

LINEAR = {"in_features": 2, "out_features": 2}


def message(call):
    with pytest.raises(ValidationError) as caught:
        call()
    return "\n".join(
        ".".join(map(str, error["loc"])) + ": " + error["msg"] for error in caught.value.errors()
    )


def test_an_entry_can_be_written_in_three_ways():
    assert Entry.model_validate("ReLU") == Entry("ReLU")
    assert Entry.model_validate(["Linear", LINEAR]) == Entry("Linear", **LINEAR)
    assert Entry.model_validate({"name": "Linear", "arguments": LINEAR}) == Entry("Linear", LINEAR)


def test_an_entry_does_not_change_with_what_it_was_made_from():
    arguments = dict(LINEAR)
    entry = Entry("Linear", arguments)
    arguments["in_features"] = 9
    assert entry.arguments["in_features"] == 2


def test_a_run_survives_json_and_pickle(small_run):
    run = small_run(
        optimizer=["Adam", {"betas": [0.8, 0.9]}], schedule=["StepLR", {"step_size": 1}]
    )
    assert RunSpec.model_validate(json.loads(canonical(run.model_dump()))) == run
    assert RunSpec.model_validate_json(run.model_dump_json()) == run
    assert pickle.loads(pickle.dumps(run)) == run
    assert hash(pickle.loads(pickle.dumps(run))) == hash(run)


def test_the_id_does_not_depend_on_how_the_run_was_written(small_run):
    as_lists = small_run(layers=[["Linear", LINEAR]])
    turned = dict(reversed(LINEAR.items()))
    as_objects = small_run(layers=(Entry("Linear", turned),))
    assert as_lists.id == as_objects.id


# Every field of a run and of its data, with a value that differs from `small_run`'s.
OTHER_VALUES = {
    "data": {"train": 25, "test": 21},
    "layers": [["Linear", LINEAR]],
    "initialisation": "uniform-zero-bias",
    "loss": "BCEWithLogitsLoss",
    "optimizer": "Adam",
    "learning_rate": 0.2,
    "schedule": ["ExponentialLR", {"gamma": 0.5}],
    "batch_size": 11,
    "epochs": 3,
    "order": "once",
    "threshold": 0.1,
    "dtype": "float64",
    "seed": 1,
    "evaluate": 2,
    "device": "meta",
    "backend": "framework",
    "threads": 2,
}


def test_every_field_has_another_value_here():
    assert set(OTHER_VALUES) == set(RunSpec.model_fields) - {"decision"}


@pytest.mark.parametrize("field", OTHER_VALUES)
def test_every_field_is_part_of_the_id(small_run, field):
    assert small_run(**{field: OTHER_VALUES[field]}).id != small_run().id


@pytest.mark.filterwarnings("error")
def test_looking_at_a_layer_warns_of_nothing():
    empty = Entry("Linear", in_features=2, out_features=0)
    assert parts.construct(empty, "layer").out_features == 0


def test_a_changed_run_is_validated(small_run):
    assert small_run().changed(seed=3) == small_run(seed=3)
    assert "batch_size" in message(lambda: small_run().changed(batch_size=0))


def test_a_run_cannot_be_altered(small_run):
    assert "frozen" in message(lambda: setattr(small_run(), "seed", 3))


def test_groups_hold_runs_that_differ_only_in_seed_and_learning_rate(small_run):
    runs = [
        small_run(seed=seed, learning_rate=rate, backend=backend)
        for seed in range(3)
        for rate in (0.1, 0.2)
        for backend in ("torch", "framework")
    ]
    found = groups(runs)
    assert sorted(len(group) for group in found) == [6, 6]
    assert all(len({run.setting for run in group}) == 1 for group in found)


def test_groups_depend_neither_on_order_nor_on_repetition(small_run):
    runs = [small_run(seed=seed) for seed in range(7)]
    assert groups(runs, size=3) == groups([*reversed(runs), *runs], size=3)


def test_groups_are_of_limited_size(small_run):
    found = groups([small_run(seed=seed) for seed in range(7)], size=3)
    assert [len(group) for group in found] == [3, 3, 1]


def test_more_stacked_runs_make_a_group_where_batches_are_small(small_run):
    def sizes(**changes):
        runs = [small_run(seed=seed, **changes) for seed in range(120)]
        return [len(group) for group in groups(runs)]

    assert sizes(backend="framework", batch_size=1) == [100, 20]
    assert sizes(backend="framework", batch_size=10) == [20] * 6
    assert sizes(backend="torch", batch_size=1) == [5] * 24


def test_a_layer_that_does_not_fit_is_a_sentence(small_run):
    layers = [["Linear", {"in_features": 2, "out_features": 5}], "ReLU",
              ["Linear", {"in_features": 4, "out_features": 2}]]  # fmt: skip
    assert message(lambda: small_run(layers=[layers[0], layers[2]])).endswith(
        "Linear(in_features=4, out_features=2) cannot follow "
        "Linear(in_features=2, out_features=5): it takes 4 features and gets 5"
    )
    assert "cannot follow ReLU()" in message(lambda: small_run(layers=layers))


MISTAKES = [
    ({"layers": [["Lineer", LINEAR]]}, "layers.0: .*unknown layer 'Lineer': did you mean 'Linear'"),
    ({"layers": [["Linear", {"in_feature": 2}]]}, "'in_feature': did you mean 'in_features'"),
    ({"layers": [["Linear", {**LINEAR, "in_features": 3}]]}, "takes 3 features and gets 2"),
    ({"layers": []}, "at least one layer"),
    ({"layers": ["Flatten", ["Unflatten", {"dim": 1, "unflattened_size": [2, 1]}]]}, "must end"),
    ({"layers": [["BatchNorm1d", {"num_features": 7}]]}, "cannot follow data 'disk'"),
    ({"loss": "MSE"}, "loss: .*did you mean 'MSELoss'"),
    ({"loss": ["MSELoss", {"reduction": "none"}]}, "must be one number"),
    ({"loss": ["MSELoss", {"reduction": "avg"}]}, "avg"),
    ({"loss": "NLLLoss"}, "use target 'index'"),
    (
        {
            "loss": "CrossEntropyLoss",
            "data": {"train": 25, "test": 20, "target": "scalar"},
            "layers": [["Linear", {"in_features": 2, "out_features": 1}]],
        },
        "of one output is always 0: use BCEWithLogitsLoss",
    ),
    ({"data": {"target": "index"}}, "does not take class indices: use target 'one-hot'"),
    ({"data": {"target": "scalar"}}, "one column"),
    ({"optimizer": "adam"}, "optimizer: .*did you mean 'Adam'"),
    ({"optimizer": "LBFGS"}, "unknown optimizer 'LBFGS'"),
    ({"optimizer": ["SGD", {"momentun": 0.9}]}, "did you mean 'momentum'"),
    ({"optimizer": ["SGD", {"momentum": -0.9}]}, "Invalid momentum"),
    ({"optimizer": ["SGD", {"lr": 0.1}]}, "as learning_rate of a run"),
    ({"optimizer": ["SGD", {"momentum": float("nan")}]}, "finite"),
    ({"schedule": "StepL"}, "schedule.*did you mean 'StepLR'"),
    ({"schedule": "StepLR"}, "step_size"),
    ({"initialisation": "xavier"}, "did you mean 'xavier-"),
    ({"initialisation": ["torch", {"gain": 2.0}]}, "unknown argument 'gain'"),
    ({"initialisation": ["uniform", {"gain": -2.0}]}, "above 0"),
    ({"data": "dsk"}, "data: .*did you mean 'disk'"),
    ({"data": "nowhere.csv"}, "'nowhere.csv' cannot be read: No such file"),
    ({"data": "digits"}, "203 too many"),
    ({"data": {"noise": 0.1}}, "noise is for the moons"),
    ({"learning_rate": -0.1}, "learning_rate"),
    ({"learning_rate": float("inf")}, "learning_rate"),
    ({"learning_rate": "0.1"}, "learning_rate"),
    ({"batch_size": 0}, "batch_size"),
    ({"batch_size": 10.0}, "batch_size"),
    ({"epochs": 0}, "epochs"),
    ({"seed": -1}, "seed"),
    ({"order": "random"}, "order"),
    ({"decision": "threshold"}, "the model has 2"),
    ({"epoch": 3}, "epoch: Extra inputs"),
    ({"device": "gpu0"}, "device: .*unknown device 'gpu0'"),
    ({"backend": "pytorch"}, "backend: .*unknown backend 'pytorch': did you mean 'torch'"),
    ({"layers": [["Linear", 3]]}, "table of names and values"),
    ({"layers": [[["Linear"]]]}, r"an entry is \[name, \{arguments\}\]"),
    ({"layers": ["no.such.module:Layer"]}, "cannot import 'no.such.module'"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), MISTAKES)
def test_a_mistake_is_named(small_run, changes, sentence):
    assert re.search(sentence, message(lambda: small_run(**changes)))


def test_several_mistakes_are_named_at_once(small_run):
    text = message(lambda: small_run(loss="MSE", optimizer="adam", epochs=0))
    assert text.count("\n") == 2


def test_argmax_of_one_output_is_refused(small_run):
    one = [["Linear", {"in_features": 2, "out_features": 1}]]
    assert "use 'threshold'" in message(lambda: small_run(layers=one, data={"target": "scalar"}))


def test_a_description_names_what_decides(small_run):
    run = small_run(optimizer=["SGD", {"momentum": 0.9}], learning_rate=0.3, seed=4)
    text = describe(run)
    for part in ("disk", "2-8-2", "ReLU", "MSELoss", "SGD(momentum=0.9) at 0.3", "seed 4", "torch"):
        assert part in text


def test_a_data_set_can_be_given_by_its_name():
    assert Data.model_validate("disk") == Data()
