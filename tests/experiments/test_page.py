"""The page as text: what is in it, escaped, self-contained, and always the same."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from experiments.outcome import COLUMNS, Figure, Outcome, Table, Verdict
from experiments.page import document, inlined, judged
from experiments.page.answer import sentences
from experiments.page.coordinates import numbers, steps
from experiments.page.figures import interactive
from tests.experiments.figure_examples import EXAMPLES
from tests.experiments.page_examples import ENVIRONMENT, OUTCOMES, draw_stills

STILL = {"graph", "empty"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    draw_stills(folder)
    return folder


@pytest.fixture(scope="module")
def text(drawn):
    return document.write(OUTCOMES, ENVIRONMENT, drawn).read_text(encoding="utf-8")


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.all = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.all.append((tag, dict(attributes)))


def test_the_same_outcomes_give_the_same_bytes(drawn, text):
    assert document.render(OUTCOMES, ENVIRONMENT, drawn / "figures") == text


def test_text_that_looks_like_markup_is_shown_as_text(text):
    assert "Results &lt;i&gt;as published&lt;/i&gt;" in text
    assert "&amp; &lt;b&gt;not&lt;/b&gt; bold" in text
    assert "<b>not</b>" not in text


def test_backticks_mark_code(text):
    assert "<code>SGD(lr=0.1)</code>" in text


def test_no_data_can_end_a_script(drawn):
    curves = EXAMPLES["curves"]
    data = curves.data.assign(series="</script><script>alert(1)</script>")
    named = Figure("curves", "t", "curves", data, curves.options)
    rendered = document.render(
        [Outcome("cappelletti-2019", "t", figures=(named,))], {}, drawn / "figures"
    )
    assert "<script>alert" not in rendered


def test_nothing_is_loaded_from_elsewhere(text):
    loading = {"src", "href", "xlink:href", "action", "data", "poster", "srcset"}
    for tag, attributes in Elements(text).all:
        for name in loading & attributes.keys():
            assert attributes[name].startswith(("#", "data:")), (tag, attributes)


def test_every_identifier_is_there_once_and_every_link_leads_to_one(text):
    elements = Elements(text).all
    found = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(found) == len(set(found))
    for _, attributes in elements:
        link = attributes.get("href") or attributes.get("xlink:href") or ""
        if link.startswith("#"):
            assert link[1:] in found


def test_every_figure_is_there_as_a_still_picture(text):
    count = sum(len(outcome.figures) for outcome in OUTCOMES)
    drawn = [a for tag, a in Elements(text).all if tag == "svg" and a.get("role") == "img"]
    assert len(drawn) == count
    assert all(attributes["aria-label"] for attributes in drawn)


def test_a_row_reproduced_in_part_is_counted_as_such(text):
    tally = re.search(r'<ul class="tally">.*?</ul>', text, re.DOTALL)[0]
    words = re.findall(r"<strong>(\d+)</strong>.*?</span>([a-z ]+)</span>", tally)
    assert ("2", "reproduced") in words
    assert ("1", "reproduced in part") in words
    assert sum(int(count) for count, _ in words) == 8


@pytest.mark.parametrize(
    ("text", "known", "rest"),
    [
        ("not reproduced at the stated setting", "not reproduced", "at the stated setting"),
        (
            "artefact: equal with the right derivative",
            "artefact",
            "equal with the right derivative",
        ),
        ("holds", "holds", ""),
        ("reversed", "reversed", ""),
    ],
)
def test_a_verdict_is_its_first_words_and_the_rest_stands_beside(text, known, rest):
    shown = re.sub(r"<[^>]+>", "", judged.badge(text))
    assert judged.word(text) == known
    assert shown.endswith(f"{known} {rest}".rstrip())


def test_nested_environment_facts_keep_both_names(text):
    assert re.search(r"<th scope=\"row\">threads: torch</th><td>1</td>", text)


def test_a_page_without_verdicts_or_figures_needs_no_plotly(tmp_path):
    rendered = document.render([Outcome("empty", "Nothing")], {}, tmp_path)
    assert "No claim was judged" in rendered
    assert len(rendered) < 100_000


def test_a_page_of_figures_stays_under_four_megabytes(text):
    assert len(text.encode()) < 4e6


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in STILL])
def test_every_kind_of_figure_can_be_explored(name):
    panels = interactive(EXAMPLES[name])["panels"]
    assert all(panel["traces"] for panel in panels)
    json.dumps(panels, allow_nan=False)


def test_all_kinds_are_among_the_examples():
    assert {figure.kind for figure in EXAMPLES.values()} == set(COLUMNS)


@pytest.mark.parametrize("name", sorted(STILL))
def test_a_graph_and_an_empty_figure_stay_pictures(name):
    assert interactive(EXAMPLES[name]) is None


def test_curves_carry_the_numbers_of_the_data():
    figure = EXAMPLES["curves"]
    data = figure.data[(figure.data["panel"] == "train loss") & (figure.data["run"] == 2)]
    ours = data[data["series"] == "framework"]
    panel = interactive(figure)["panels"][0]
    trace = next(
        trace
        for trace in panel["traces"]
        if trace["name"] == "framework" and trace.get("meta") == {"run": "2"}
    )
    np.testing.assert_allclose(trace["y"], ours["y"], rtol=1e-3)
    assert (trace["x0"], trace["dx"]) == (1, 1)


def test_intervals_reach_from_low_to_high():
    figure = EXAMPLES["intervals"]
    trace = interactive(figure)["panels"][0]["traces"][0]
    error = trace["error_x"]
    row = figure.data.iloc[0]
    assert trace["x"][0] + error["array"][0] == pytest.approx(row["high"])
    assert trace["x"][0] - error["arrayminus"][0] == pytest.approx(row["low"])


def test_a_missing_number_is_null():
    assert numbers(pd.Series([1.0, np.nan, np.inf])) == [1, None, None]


def test_uneven_places_are_given_one_by_one():
    assert steps(pd.Series([1.0, 2.0, 4.0])) == {"x": [1, 2, 4]}


def test_two_drawings_on_a_page_share_no_identifier():
    drawn = '<svg width="10pt"><path id="a" d="M 1.2345 2"/><use xlink:href="#a"/></svg>'
    first, second = inlined.svg(drawn, "one", "t"), inlined.svg(drawn, "two", "t")
    assert 'id="one-a"' in first
    assert 'href="#one-a"' in first
    assert 'id="two-a"' in second


def test_only_coordinates_lose_digits():
    drawn = '<svg><g transform="scale(0.015625)"><path d="M 1.2345 2.55"/></g></svg>'
    inside = inlined.svg(drawn, "p", "t")
    assert "scale(0.015625)" in inside
    assert 'd="M 1.2 2.5"' in inside


def test_a_drawing_takes_the_colours_of_light_and_dark_pages():
    inside = inlined.svg('<svg><path style="fill: #222222; stroke: #123456"/></svg>', "p", "t")
    assert "fill: var(--c222222)" in inside
    assert "stroke: color-mix(in srgb, #123456" in inside


def _live(kind, data, **options):
    return interactive(Figure("f", "t", kind, pd.DataFrame(data), options))["panels"][0]


def test_an_axis_that_can_be_explored_ends_where_the_quantity_does():
    data = {"series": "a", "x": [1.0, 2.0], "y": 99.0, "low": 90.0, "high": 104.0}
    axis = _live("bands", data, y_label="test accuracy, %")["y"]
    assert axis["autorangeoptions"] == {"clipmin": 0, "clipmax": 100}


def test_a_logarithmic_axis_has_ticks_in_one_size():
    data = {"series": "a", "x": [1.0, 2.0], "y": [0.02, 0.3], "low": 0.01, "high": 0.5}
    axis = _live("bands", data, log_y=True)["y"]
    assert axis["ticktext"] == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5"]


def test_a_tick_of_many_digits_is_a_power_of_ten():
    data = {"series": "a", "x": [1.0, 2.0], "y": [1e-17, 1e-12], "low": 1e-17, "high": 1e-12}
    assert "10<sup>−15</sup>" in _live("bands", data, log_y=True)["y"]["ticktext"]


def test_bars_keep_the_order_of_their_labels_whichever_series_has_them():
    rows = [("published", "ReLU"), ("published", "SELU"), ("ours", "ReLU"), ("ours", "Tanh")]
    data = pd.DataFrame(rows, columns=["series", "label"]).assign(value=1.0, low=0.9, high=1.1)
    axis = _live("bars", data.iloc[[0, 2, 3, 1]])["x"]
    assert axis["categoryarray"] == ["ReLU", "Tanh", "SELU"]


def test_a_few_whole_places_have_a_tick_each():
    data = {"series": "a", "x": [1.0, 2.0, 3.0], "y": 1.0, "low": 1.0, "high": 1.0}
    assert _live("bands", data)["x"]["dtick"] == 1


def _page_of(tmp_path, *members, figures_=()):
    return document.render([Outcome("grid", "t", members, figures_)], {}, tmp_path)


def test_a_table_that_is_elsewhere_is_named_and_not_shown(tmp_path):
    frame = pd.DataFrame({"a": ["rare words"] * 3})
    shown = _page_of(tmp_path, Table("long", "A long one", frame, where="csv"))
    assert "rare words" not in shown
    assert "tables/grid-long.csv: A long one." in shown


def test_figures_stand_behind_the_first_table(drawn):
    frame = pd.DataFrame({"a": [1]})
    tables = (Table("first", "t", frame), Table("second", "t", frame))
    outcome = Outcome("cappelletti-2019", "t", tables, (EXAMPLES["curves"],))
    shown = document.render([outcome], {}, drawn / "figures")
    found = re.findall(r'<figure class="\w+" id="cappelletti-2019-(\w+-\w+)"', shown)
    assert found == ["table-first", "figure-curves", "table-second"]


def test_a_column_of_long_texts_offers_no_choice(tmp_path):
    frame = pd.DataFrame({"kind": ["a", "b"] * 4, "reason": ["x" * 70, "y" * 70] * 4})
    shown = _page_of(tmp_path, Table("t", "t", frame))
    assert 'data-choices="0"' in shown


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        (("grid", "wang-2021", "olsen-2018"), "3 claims of 2 reports and grid put to the test"),
        (("wang-2021",), "1 claim of 1 report put to the test"),
        (("grid", "parity"), "2 claims of grid and parity put to the test"),
    ],
)
def test_only_reports_are_counted_as_reports(sources, sentence):
    found = judged.lead([Verdict(each, "", "", "", "holds", "") for each in sources])
    assert found.startswith(sentence)


def test_the_page_begins_with_an_answer():
    steps_ = pd.DataFrame(
        {
            "who": ["torch", "framework-recorded", "framework-recorded", "framework, 16 runs"],
            "speed-up": [None, 4.39, 4.98, 11.04],
        }
    )
    verdict = Verdict("grid", "it trains alike", "–", "9 identical", "identical", "")
    outcomes = [
        Outcome("grid", "t", verdicts=(verdict,)),
        Outcome("parity", "t", text=("framework: all is well.", "more")),
        Outcome("timing", "t", (Table("steps", "t", steps_),)),
    ]
    assert sentences(outcomes) == [
        "On the grid, it trains alike: identical (9 identical).",
        "Layer by layer, all is well.",
        "Its training steps, against torch.nn's: 4.4 to 5.0 times as fast with one run alone, "
        "11.0 times as fast with 16 runs together.",
    ]
