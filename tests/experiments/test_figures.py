import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from experiments.figures import drawing, kinds, marks
from experiments.figures.appearance import looks
from experiments.outcome import COLUMNS, Figure, Outcome
from experiments.specification.built_in import BUILT_IN
from tests.experiments.figure_examples import EXAMPLES

ROOT = Path(__file__).parents[2]
IN_ANOTHER_PROCESS = """
import hashlib, sys
sys.path.insert(0, ".")
from tests.experiments.figure_examples import EXAMPLES
from experiments.figures import drawing
for name in ("curves", "bars", "heat-map"):
    for content in drawing.render(EXAMPLES[name], ("svg", "pdf")).values():
        print(hashlib.sha256(content).hexdigest())
"""


@pytest.fixture(scope="module")
def drawn():
    """Every example laid out, with what its text and panels cover in pixels."""
    canvases = {}
    with marks.style():
        for name, figure in EXAMPLES.items():
            canvases[name] = drawing.draw(figure)
            canvases[name].draw_without_rendering()
    return canvases


def test_there_is_an_example_of_every_kind():
    assert {figure.kind for figure in EXAMPLES.values()} == set(COLUMNS) == set(kinds.KINDS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_is_cut_off(drawn, name):
    canvas, allowed = drawn[name], 0.01
    everything = canvas.get_tightbbox()
    width, height = canvas.get_size_inches()
    assert everything.x0 >= -allowed
    assert everything.y0 >= -allowed
    assert everything.x1 <= width + allowed
    assert everything.y1 <= height + allowed


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_legend_covers_no_panel(drawn, name):
    canvas = drawn[name]
    for legend in canvas.legends:
        covered = legend.get_window_extent()
        assert not any(covered.overlaps(axes.get_tightbbox()) for axes in canvas.axes)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in ("graph", "empty")])
def test_a_figure_of_several_series_has_a_legend_that_names_them(drawn, name):
    wanted = EXAMPLES[name].data.get("series", pd.Series(dtype=str)).unique()
    shown = [text.get_text() for legend in drawn[name].legends for text in legend.get_texts()]
    assert set(map(str, wanted)) <= set(shown)


def test_labels_say_what_the_options_say(drawn):
    axes = drawn["heat-map"].axes
    assert [each.get_xlabel() for each in axes[:2]] == ["learning rate", "learning rate"]
    assert drawn["scaling"].axes[0].get_ylabel() == "time of a step (µs)"


def test_each_run_is_a_thin_line_and_the_mean_a_bold_one(drawn):
    axes = drawn["curves"].axes[0]
    thin = [each for each in axes.collections if isinstance(each, LineCollection)]
    assert [len(each.get_segments()) for each in thin] == [6, 6]
    assert [line.get_linewidth() > 3 * thin[0].get_linewidth()[0] for line in axes.lines] == [
        True,
        True,
    ]


def test_the_framework_is_red_and_torch_is_blue_and_dashed(drawn):
    framework, torch = drawn["curves"].axes[0].lines
    assert to_hex(framework.get_color()) == "#cc3311"
    assert to_hex(torch.get_color()) == "#0077bb"
    assert not framework.is_dashed()
    assert torch.is_dashed()


def test_a_rate_at_which_no_run_finished_is_marked(drawn):
    marks = [line for line in drawn["learning-rates"].axes[0].lines if line.get_marker() == "x"]
    assert [list(line.get_xdata()) for line in marks] == [[], [], [1.0]]


def test_panels_of_a_heat_map_share_one_scale_of_colours(drawn):
    limits = [axes.collections[0].get_clim() for axes in drawn["heat-map"].axes[:2]]
    assert limits[0] == limits[1]


@pytest.mark.filterwarnings("error")
def test_a_heat_map_without_a_number_is_drawn_all_the_same():
    axes = mpl.figure.Figure().subplots()
    marks.cells(axes, pd.DataFrame({"a": [np.nan, np.nan]}), ".2f", None, None)
    assert not axes.texts


def test_titles_of_narrow_panels_do_not_run_into_each_other(drawn):
    boxes = [axes.title.get_window_extent() for axes in drawn["narrow"].axes[:2]]
    assert not boxes[0].overlaps(boxes[1])


def test_epochs_are_labelled_with_whole_numbers(drawn):
    labels = [label.get_text() for label in drawn["few-epochs"].axes[0].get_xticklabels()]
    assert "." not in "".join(labels)


@pytest.mark.parametrize("panel", [0, 1])
def test_a_logarithmic_axis_is_labelled_over_few_decades_and_over_many(drawn, panel):
    axis = drawn["decades"].axes[panel].yaxis
    low, high = sorted(axis.get_view_interval())
    places = [place for place in axis.get_majorticklocs() if low <= place <= high]
    assert 3 <= len(places) <= 10
    assert all(axis.get_major_formatter()(place) for place in places)


def test_a_cell_without_a_value_stays_empty(drawn):
    shown = [text.get_text() for text in drawn["heat-map"].axes[0].texts]
    assert len(shown) == 9


def test_intervals_stand_from_top_to_bottom_with_their_verdicts(drawn):
    axes = drawn["intervals"].axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(
        EXAMPLES["intervals"].data["label"].unique()
    )
    assert axes.yaxis_inverted()
    (right,) = axes.child_axes
    assert [label.get_text() for label in right.get_yticklabels()].count("undecided") == 8


def test_no_two_series_look_alike_even_without_colour():
    chosen = looks(["framework", "torch.nn", "published", *"abcd"]).values()
    assert len({look.colour for look in chosen}) == 7
    without_colour = looks("abcdefgh").values()
    assert len({(look.dashes, look.marker) for look in without_colour}) == 8
    assert len({look.hatch for look in without_colour}) == 8


def test_every_backend_keeps_its_look_and_no_two_share_one():
    backends = [*BUILT_IN, "published"]
    together = looks(backends)
    assert all(looks([name, "other"])[name] == together[name] for name in backends)
    for part in ("colour", "dashes", "marker", "hatch"):
        shown = [getattr(look, part) for look in together.values()]
        assert len(set(shown)) >= len(shown) - (part == "dashes"), part


def test_a_backend_of_a_users_own_looks_like_none_of_the_built_in_ones():
    together = looks([*BUILT_IN, "published", "mine", "yours"])
    assert len(set(together.values())) == len(together)
    few = looks(["framework", "torch.nn", "mine"])
    assert len({look.marker for look in few.values()}) == 3


def test_more_series_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="at most 8 series that can be told apart, not 9"):
        looks("abcdefghi")


def luminance(colour):
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in mpl.colors.to_rgb(colour)
    ]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


def test_every_colour_stands_out_from_white_paper():
    for look in looks("abcdefgh").values():
        assert (1.05) / (luminance(look.colour) + 0.05) > 2


def test_svg_and_pdf_are_the_same_bytes_in_another_process():
    ours = [
        hashlib.sha256(content).hexdigest()
        for name in ("curves", "bars", "heat-map")
        for content in drawing.render(EXAMPLES[name], ("svg", "pdf")).values()
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1000000000"}
    theirs = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert theirs.stdout.split() == ours


def test_a_users_own_settings_of_matplotlib_change_nothing_and_are_left_alone():
    before = drawing.render(EXAMPLES["bars"])
    with mpl.rc_context({"font.size": 30, "axes.labelpad": 40}):
        assert drawing.render(EXAMPLES["bars"]) == before
        assert mpl.rcParams["font.size"] == 30


def test_a_picture_holds_no_date_and_its_title():
    text = drawing.render(EXAMPLES["bars"])["svg"].decode()
    assert "<dc:title>Accuracy</dc:title>" in text
    assert "<dc:date>" not in text
    assert not re.search(
        r"CreationDate", drawing.render(EXAMPLES["bars"], ["pdf"])["pdf"].decode("latin1")
    )


def test_every_figure_becomes_an_svg_and_a_pdf(tmp_path):
    outcome = Outcome("grid", "title", figures=(EXAMPLES["bars"],))
    written = drawing.write(outcome, tmp_path)
    assert [path.name for path in written] == ["grid-bars.svg", "grid-bars.pdf"]
    assert all((tmp_path / "figures" / path.name).stat().st_size > 1000 for path in written)


def test_an_unknown_option_is_refused():
    figure = EXAMPLES["bars"]
    wrong = Figure(figure.name, figure.title, figure.kind, figure.data, {"colour": "red"})
    with pytest.raises(TypeError, match="colour"):
        drawing.render(wrong)


def _of_rates(rates, y_label="test accuracy, %", series=("SGD",), **options):
    rows = [(name, rate, 99.0, 90.0, 104.0) for name in series for rate in rates]
    data = pd.DataFrame(rows, columns=["series", "x", "y", "low", "high"])
    return Figure("rates", "t", "learning-rates", data, {"y_label": y_label, **options})


@pytest.fixture
def laid_out():
    def lay_out(figure):
        with marks.style():
            canvas = drawing.draw(figure)
            canvas.draw_without_rendering()
        return canvas

    return lay_out


@pytest.mark.parametrize(
    ("y_label", "limits", "top"),
    [
        ("test accuracy, %", None, 100),
        ("test accuracy, %", (95, 110), 100),
        ("F1", None, 1),
        ("time of a step, µs", (0, 110), 110),
    ],
)
def test_no_axis_shows_what_the_quantity_cannot_be(laid_out, y_label, limits, top):
    canvas = laid_out(_of_rates((0.1, 1.0), y_label, y_limits=limits))
    assert canvas.axes[0].get_ylim()[1] == top


def test_a_panel_that_names_the_quantity_bounds_its_axis(laid_out):
    figure = _of_rates((0.1, 1.0), y_label="")
    named = Figure("n", "t", figure.kind, figure.data.assign(panel="train accuracy, %"))
    assert laid_out(named).axes[0].get_ylim()[1] == 100


def test_many_learning_rates_have_ticks_in_plain_numbers(laid_out):
    rates = (0.05, 0.1, 0.125, 0.15, 0.175, 0.2, 0.3, 0.5, 1.0)
    ticks = laid_out(_of_rates(rates)).axes[0].get_xticklabels()
    assert [tick.get_text() for tick in ticks] == ["0.05", "0.1", "0.2", "0.5", "1"]


def test_a_legend_of_many_rows_takes_nothing_from_the_panels(laid_out):
    def height(series):
        canvas = laid_out(_of_rates((0.1, 1.0), series=series))
        return canvas.axes[0].get_position().height * canvas.get_figheight()

    long = [f"a cure with a name so long that it has a row of its own, {n}" for n in range(7)]
    assert height(long) > 0.9 * height(["SGD"])


def test_epochs_have_round_ticks(laid_out):
    rows = [("SGD", float(epoch), 0.5, 0.4, 0.6) for epoch in range(1, 71)]
    data = pd.DataFrame(rows, columns=["series", "x", "y", "low", "high"])
    ticks = laid_out(Figure("epochs", "t", "bands", data)).axes[0].get_xticks()
    assert (np.diff(ticks) % 10 == 0).all()
