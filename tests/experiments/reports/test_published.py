import pytest
from pydantic import ValidationError

from experiments.reports import published


def test_every_report_is_described():
    assert set(published.read()) == {
        "cappelletti-2019",
        "carlier-2018",
        "deschenaux-2021",
        "olsen-2018",
        "wang-2021",
    }


def test_a_number_comes_with_its_spread_and_source():
    number = published.number("wang-2021", "fig-2 SELU")
    assert (number.value, number.spread, number.n) == (0.9754, 0.0116, 10)
    assert number.kind == "population standard deviation"
    assert "Fig. 2" in number.source


def test_a_number_without_a_spread_has_none():
    assert published.number("deschenaux-2021", "Adam: F1").spread is None


def test_fractions_are_fractions():
    for document in published.read().values():
        for key, number in document.numbers.items():
            if "accuracy" in key or "F1" in key:
                assert 0 < number.value < 1, key


@pytest.mark.parametrize(
    ("report", "key", "sentence"),
    [
        ("smith-1990", "accuracy", "no report is called 'smith-1990'"),
        ("olsen-2018", "accuracy", "olsen-2018 published no 'accuracy'"),
    ],
)
def test_an_unknown_number_is_named(report, key, sentence):
    with pytest.raises(ValueError, match=sentence):
        published.number(report, key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('statistic = "mean"', 'statistics = "mean"'),
        ("n = 20", "n = 0"),
        ('spread = "none"', 'spread = "some"'),
        ("[0.3578, 0.1068]", "[0.3578, nan]"),
        ("[0.3578, 0.1068]", "[]"),
    ],
)
def test_a_mistake_in_the_file_is_refused(tmp_path, old, new):
    text = published.PATH.read_text()
    assert old in text
    path = tmp_path / "published.toml"
    path.write_text(text.replace(old, new))
    with pytest.raises(ValidationError):
        published.read(path)


def test_a_key_that_stands_twice_is_refused(tmp_path):
    text = published.PATH.read_text()
    path = tmp_path / "published.toml"
    path.write_text(text.replace('"time theirs, median"', '"time theirs, mean"'))
    with pytest.raises(ValueError, match="two numbers called 'time theirs, mean'"):
        published.read(path)
