import csv
import io

import numpy as np
import pandas as pd
import pytest

from experiments import tables
from experiments.outcome import Outcome, Table


def table(**columns):
    return Table("t", "title", pd.DataFrame(columns))


def markdown_cells(text):
    line = text.split("\n\n")[1].splitlines()[2]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_table_in_markdown_is_exactly_this():
    frame = pd.DataFrame({"loss": ["MSE", "CE"], "value": [0.12345, np.nan], "n": [20, 5]})
    text = tables.markdown(Table("t", "Losses", frame, ("n: seeds",), {"value": ".2f"}))
    assert text == (
        "**Losses**\n\n"
        "| loss   |   value |   n |\n"
        "|:-------|--------:|----:|\n"
        "| MSE    |    0.12 |  20 |\n"
        "| CE     |       – |   5 |\n\n"
        "- n: seeds\n"
    )


def test_markdown_keeps_the_zeros_that_a_format_asks_for():
    text = tables.markdown(Table("t", "title", pd.DataFrame({"x": [0.5]}), formats={"x": ".3f"}))
    assert "0.500" in text


def test_a_table_in_latex_is_exactly_this():
    frame = pd.DataFrame({"loss": ["MSE"], "value": [0.12345]})
    text = tables.latex(Table("t", "Losses", frame, ("n: seeds",), {"value": ".2f"}), "tab:t")
    assert text == (
        "\\begin{table}[tbp]\n\\centering\n\\caption{Losses}\n\\label{tab:t}\n"
        "\\begin{tabular}{lr}\n\\toprule\nloss & value \\\\\n\\midrule\n"
        "MSE & 0.12 \\\\\n\\bottomrule\n\\end{tabular}\n"
        "\\par\\footnotesize n: seeds\n\\end{table}\n"
    )


def test_csv_keeps_every_digit_whatever_the_format_says():
    value = 0.1 + 0.2
    text = tables.csv(Table("t", "title", pd.DataFrame({"x": [value]}), formats={"x": ".1f"}))
    assert float(text.splitlines()[1]) == value


def test_csv_reads_back_as_it_was():
    words = ['a,b "c"', "d|e", "line\nbreak"]
    rows = list(csv.reader(io.StringIO(tables.csv(table(word=words)))))
    assert [row[0] for row in rows[1:]] == words


@pytest.mark.parametrize(
    ("value", "specification", "text"),
    [
        (0.5, None, "0.5"),
        (1234567.0, None, "1.235e+06"),
        (0.98765, ".1%", "98.8%"),
        (-0.00001, ".3f", "0.000"),
        (-0.00001, "+.3f", "+0.000"),
        (-0.001, ".3f", "-0.001"),
        (-1e-9, ".1e", "-1.0e-09"),
        (np.float32(0.25), ".3f", "0.250"),
        (3, None, "3"),
        (np.int64(3), None, "3"),
        (True, None, "yes"),
        (np.bool_(False), None, "no"),
        (None, ".3f", "–"),
        (float("nan"), ".3f", "–"),
        (pd.NA, None, "–"),
        (float("inf"), ".3f", "∞"),
        (float("-inf"), None, "−∞"),
        ("two\nlines", None, "two lines"),
    ],
)
def test_a_cell_is_written_as_its_type_and_format_say(value, specification, text):
    formats = {"x": specification} if specification else {}
    frame = pd.DataFrame({"x": pd.Series([value], dtype=object)})
    assert tables.formatted(Table("t", "title", frame, formats=formats)).loc[0, "x"] == text


def test_markdown_escapes_what_would_end_a_cell_or_begin_markup():
    cells = tables.markdown(table(x=[r"a|b *c* `d` <e> \ [f]"])).split("\n\n")[1].splitlines()[2]
    assert cells.strip("| ") == r"a\|b \*c\* \`d\` \<e> \\ \[f\]"


def test_latex_escapes_cells_headings_caption_and_notes():
    nasty = r"5% & $x_1^2$ #{~} \input <|>"
    safe = (
        r"5\% \& \$x\_1\textasciicircum{}2\$ \#\{\textasciitilde{}\} \textbackslash{}input "
        r"\textless{}\textbar{}\textgreater{}"
    )
    text = tables.latex(Table("t", nasty, pd.DataFrame({nasty: [nasty]}), (nasty,)), "tab:t")
    assert text.count(safe) == 4
    assert nasty not in text


def test_latex_writes_signs_that_plain_latex_knows():
    text = tables.latex(table(x=["ρ ± η → ≤ −1"]), "tab:t")
    assert text.isascii()


@pytest.mark.parametrize(
    ("values", "alignment"),
    [
        ([1.0, None], "r"),
        ([1, 2], "r"),
        (["0.36 (0.11)", "0.05 (0.01)"], "r"),
        (["−1.2 ± 0.3", None], "r"),
        (["SGD", "Adam"], "l"),
        ([True, False], "l"),
        ([None, None], "l"),
        (["2-25-25-2"], "l"),
    ],
)
def test_columns_that_read_as_numbers_stand_to_the_right(values, alignment):
    text = tables.latex(table(x=pd.Series(values, dtype=object)), "tab:t")
    assert f"\\begin{{tabular}}{{{alignment}}}" in text


def test_a_table_without_rows_is_written_with_its_headings():
    empty = table(loss=pd.Series([], dtype=float), n=pd.Series([], dtype=int))
    assert "loss" in tables.markdown(empty)
    assert "loss & n" in tables.latex(empty, "tab:t")
    assert tables.csv(empty) == "loss,n\n"


def test_every_table_becomes_three_files(tmp_path):
    outcome = Outcome("grid", "title", tables=(table(x=[1]),))
    written = tables.write(outcome, tmp_path)
    assert [path.name for path in written] == ["grid-t.csv", "grid-t.md", "grid-t.tex"]
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == [
        "grid-t.csv",
        "grid-t.md",
        "grid-t.tex",
    ]


def test_writing_twice_leaves_the_same_bytes(tmp_path):
    outcome = Outcome("grid", "title", tables=(table(x=[0.1, 0.2], y=["a", "b"]),))
    first = [path.read_bytes() for path in tables.write(outcome, tmp_path)]
    second = [path.read_bytes() for path in tables.write(outcome, tmp_path)]
    assert first == second


def test_a_probability_that_rounds_to_nothing_is_not_written_as_nothing():
    table = Table("t", "t", pd.DataFrame({"p": [1e-9, 0.0, 0.04]}), formats={"p": ".3f"})
    assert tables.formatted(table)["p"].tolist() == ["< 0.001", "0.000", "0.040"]


def test_a_table_for_programs_becomes_a_csv_alone(tmp_path):
    outcome = Outcome("o", "t", (Table("t", "t", pd.DataFrame({"a": [1]}), where="csv"),))
    assert [path.name for path in tables.write(outcome, tmp_path)] == ["o-t.csv"]
