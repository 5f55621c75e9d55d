import math
import zipfile

import numpy as np
import pytest
import torch

from experiments.specification import Data
from experiments.sweep.choices import DataSet
from experiments.training import data


def test_the_disk_has_half_the_area_around_the_centre():
    part = data.load(Data(train=20000, standardise="none"), 0, torch.float64)["train"]
    distance = (part.x - 0.5).norm(dim=1)
    radius = math.sqrt(1 / (2 * math.pi))
    assert torch.equal(part.labels, (distance < radius).long())
    assert part.labels.double().mean().item() == pytest.approx(0.5, abs=0.015)
    assert part.x.min() >= 0
    assert part.x.max() <= 1


def test_scalar_standardisation_uses_one_unbiased_deviation_of_the_training_coordinates():
    plain = data.load(Data(standardise="none"), 5, torch.float64)
    scaled = data.load(Data(standardise="scalar"), 5, torch.float64)
    mean, deviation = plain["train"].x.mean(), plain["train"].x.std(correction=1)
    for split in ("train", "test"):
        expected = (plain[split].x - mean) / deviation
        torch.testing.assert_close(scaled[split].x, expected, rtol=1e-14, atol=1e-14)


def test_features_are_standardised_apart_and_constant_ones_survive():
    part = data.load(Data(name="digits", train=500, test=100, standardise="feature"), 1)["train"]
    constant = part.x.std(0) == 0
    assert constant.any()
    assert part.x.isfinite().all()
    torch.testing.assert_close(part.x.std(0)[~constant], torch.ones(int((~constant).sum())))


TARGETS = {
    "index": [0, 1],
    "scalar": [[0.0], [1.0]],
    "one-hot": [[1.0, 0.0], [0.0, 1.0]],
    "sign": [[1.0, -1.0], [-1.0, 1.0]],
}


@pytest.mark.parametrize("target", TARGETS)
def test_targets_are_written_as_the_loss_wants_them(target):
    encoded = data.encode(torch.tensor([0, 1]), target, 2, torch.float64)
    assert encoded.tolist() == TARGETS[target]
    assert encoded.dtype == (torch.int64 if target == "index" else torch.float64)


def test_each_seed_has_its_own_points_unless_the_data_has_a_seed():
    fresh = [data.load(Data(), seed)["train"].x for seed in (1, 2)]
    fixed = [data.load(Data(seed=9), seed)["train"].x for seed in (1, 2)]
    assert not torch.equal(*fresh)
    assert torch.equal(*fixed)


def test_both_dtypes_see_the_same_points():
    double = data.load(Data(), 3, torch.float64)["train"].x
    assert torch.equal(double.float(), data.load(Data(), 3, torch.float32)["train"].x)


def test_a_validation_split_leaves_the_others_as_they_are():
    without, with_it = (data.load(Data(validation=size), 3) for size in (0, 50))
    assert "validation" not in without
    assert with_it["validation"].x.shape == (50, 2)
    for split in ("train", "test"):
        assert torch.equal(without[split].x, with_it[split].x)


@pytest.mark.parametrize("name", ["digits", "breast_cancer"])
def test_the_splits_of_a_finite_data_set_share_no_point(name):
    found = data.load(Data(name=name, train=300, test=200, validation=69, standardise="none"), 0)
    rows = torch.cat([part.x for part in found.values()])
    assert len(rows) == 569
    assert len(rows.unique(dim=0)) == 569
    labels = torch.cat([part.labels for part in found.values()])
    assert len(labels.unique()) == (10 if name == "digits" else 2)


def test_the_moons_have_the_noise_asked_for():
    def radius(noise):
        part = data.load(Data(name="moons", noise=noise, standardise="none"), 0)["train"]
        return part.x[part.labels == 0].norm(dim=1)

    assert radius(0.0).std() < 1e-6
    assert radius(0.1).std().item() == pytest.approx(0.1, rel=0.15)


def write_csv(path, lines):
    path.write_text("\n".join(lines))
    return str(path)


def test_a_csv_file_is_read_with_its_label_column(tmp_path):
    name = write_csv(
        tmp_path / "own.csv", ["label,a,b", *(f"{'xy'[i % 2]},{i},{-i}" for i in range(9))]
    )
    found = data.load(Data(name=name, train=5, test=4, standardise="none"), 0)
    rows = torch.cat([found[split].x for split in ("train", "test")])
    labels = torch.cat([found[split].labels for split in ("train", "test")])
    assert torch.equal(rows[:, 0], -rows[:, 1])
    assert torch.equal(labels, rows[:, 0].long() % 2)


def test_a_file_may_have_a_colon_in_its_name(tmp_path):
    name = write_csv(tmp_path / "at 10:00.csv", ["a,label", "1,0", "2,1", "3,0"])
    assert data.load(DataSet(name=name, train=2, test=1, validation=0).seen("one-hot"), 0)


def test_an_npz_file_is_read(tmp_path):
    name = str(tmp_path / "own.npz")
    np.savez(name, x=np.arange(12.0).reshape(6, 2), y=np.array([5, 7, 5, 7, 5, 7]))
    found = data.load(Data(name=name, train=4, test=2, standardise="none"), 0)
    assert torch.equal(found["test"].labels, (found["test"].x[:, 0] / 2).long() % 2)


CSV_MISTAKES = {
    "letters": (["a,b,label", "1,2,0", "x,2,1"], "column 'a' does not hold numbers only"),
    "gap": (["a,b,label", "1,2,0", ",2,1"], "point 1 .* not made of finite numbers"),
    "no label": (["a,b,label", "1,2,0", "1,2,"], "line 3 has no label"),
    "nameless column": (
        ["a,b,label", "1,2,0,9", "1,2,1,8"],
        "more fields than it has column names",
    ),
    "one class": (["a,b,label", "1,2,0", "1,2,0"], "one class only"),
    "one column": (["a", "1", "2"], "1 columns"),
    "empty": ([""], "not CSV"),
    "too few": (["a,label", "1,0", "2,1"], "has 2 points.* 1 too many"),
}


@pytest.mark.parametrize("mistake", CSV_MISTAKES)
def test_a_mistake_in_a_csv_file_is_named(tmp_path, mistake):
    lines, sentence = CSV_MISTAKES[mistake]
    name = write_csv(tmp_path / "own.csv", lines)
    train = 2 if mistake == "too few" else 1
    with pytest.raises(ValueError, match=sentence):
        Data(name=name, train=train, test=1)


NPZ_MISTAKES = {
    "no x": ({"y": np.arange(2)}, "no array 'x'"),
    "flat x": ({"x": np.arange(2.0), "y": np.arange(2)}, r"expected numbers x \(n, features\)"),
    "lengths": ({"x": np.ones((3, 1)), "y": np.arange(2)}, "3 points and 2 labels"),
    "complex": ({"x": np.ones((2, 1)) + 1j, "y": np.arange(2)}, "expected numbers x"),
    "no number for a label": (
        {"x": np.ones((2, 1)), "y": np.array([1.0, np.nan])},
        r"point 1 \(from 0\) has the label nan",
    ),
    "objects": ({"x": np.array([[None]]), "y": np.arange(1)}, "not an NPZ file"),
}


@pytest.mark.parametrize("mistake", NPZ_MISTAKES)
def test_a_mistake_in_an_npz_file_is_named(tmp_path, mistake):
    arrays, sentence = NPZ_MISTAKES[mistake]
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(ValueError, match=sentence):
        Data(name=str(tmp_path / "own.npz"), train=1, test=1)


def test_an_archive_of_something_else_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as archive:
        archive.writestr("x.npy", b"no array")
        archive.writestr("y.npy", b"no array")
    with pytest.raises(ValueError, match=r"expected numbers x \(n, features\)"):
        Data(name=str(tmp_path / "own.npz"), train=1, test=1)


def test_a_class_that_is_no_number_like_the_others_may_come_late_in_a_long_file(tmp_path):
    lines = ["a,label", *(f"{line},{line % 2}" for line in range(300_000)), "1,unknown"]
    assert Data(name=write_csv(tmp_path / "own.csv", lines), train=1, test=1)


def test_a_class_without_a_point_in_any_split_has_its_column_all_the_same():
    found = data.load(Data(name="digits", train=2, test=2), 0)
    assert found["train"].target.shape == (2, 10)


def test_a_file_that_is_no_archive_is_named(tmp_path):
    (tmp_path / "own.npz").write_bytes(b"not an archive")
    with pytest.raises(ValueError, match="not an NPZ file"):
        Data(name=str(tmp_path / "own.npz"), train=1, test=1)


def test_a_file_that_changes_makes_another_specification(tmp_path):
    lines = ["a,label", "1,0", "2,1"]
    name = write_csv(tmp_path / "own.csv", lines)
    before = Data(name=name, train=1, test=1)
    write_csv(tmp_path / "own.csv", [*lines, "3,1"])
    assert Data(name=name, train=1, test=1) != before
    with pytest.raises(ValueError, match="has changed"):
        data.load(before, 0)


def own_points(specification, seed):
    """What a user's own data set looks like."""
    x = torch.full((1, 3), float(seed), dtype=torch.float64)
    points = data.Points(x, torch.tensor([seed % 2]))
    return {"train": points, "test": points}


def test_a_users_function_is_a_data_set(monkeypatch):
    import sys
    import types

    module = types.ModuleType("own_data_set")
    module.points = own_points
    monkeypatch.setitem(sys.modules, "own_data_set", module)
    asked = Data(name="own_data_set:points", train=1, test=1, standardise="none")
    found = data.load(asked, 5)
    assert found["train"].x.tolist() == [[5.0, 5.0, 5.0]]


@pytest.mark.parametrize("sizes", [{"train": 2}, {"validation": 1}])
def test_a_users_function_that_returns_other_splits_than_were_asked_for_is_named(
    monkeypatch, sizes
):
    monkeypatch.setattr(data, "attribute", lambda name: own_points)
    asked = Data(name="own_data_set:points", **{"train": 1, "test": 1} | sizes)
    with pytest.raises(ValueError, match="returned train=1, test=1: asked for were train="):
        data.load(asked, 5)
