import pandas as pd
import pytest

from experiments.outcome import Figure, Outcome, Table

FRAME = pd.DataFrame({"loss": [0.5]})
POINTS = pd.DataFrame({"series": ["inside"], "x": [0.5], "y": [0.5]})


@pytest.mark.parametrize("name", ["", "Loss", "a b", "a/b", "-a", "a--b", "../a", "ä"])
def test_a_name_that_cannot_be_a_file_name_is_refused(name):
    with pytest.raises(ValueError, match="becomes part of a file name"):
        Table(name, "title", FRAME)
    with pytest.raises(ValueError, match="becomes part of a file name"):
        Figure(name, "title", "scatter", POINTS)
    with pytest.raises(ValueError, match="becomes part of a file name"):
        Outcome(name, "title")


def test_two_tables_of_one_name_are_refused_because_one_file_would_overwrite_the_other():
    table = Table("best", "title", FRAME)
    with pytest.raises(ValueError, match="two tables called 'best'"):
        Outcome("sweep", "title", tables=(table, table))


def test_two_figures_of_one_name_are_refused_because_one_file_would_overwrite_the_other():
    figure = Figure("best", "title", "scatter", POINTS)
    with pytest.raises(ValueError, match="two figures called 'best'"):
        Outcome("sweep", "title", figures=(figure, figure))


def test_a_format_for_a_column_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="'los', which is no column: loss"):
        Table("best", "title", FRAME, formats={"los": ".3f"})


def test_a_kind_of_figure_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ValueError, match=r"'pie': choose one of curves, bands"):
        Figure("share", "title", "pie", POINTS)


def test_a_figure_without_a_column_of_its_kind_is_refused():
    with pytest.raises(ValueError, match="lacks the column 'run': it has series, x, y"):
        Figure("loss", "title", "curves", POINTS)


def test_a_table_cannot_be_seen_in_a_place_that_does_not_exist():
    with pytest.raises(ValueError, match="everywhere, files, csv"):
        Table("t", "t", pd.DataFrame(), where="nowhere")
