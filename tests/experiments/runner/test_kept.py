import pandas as pd
import pytest

from experiments.command_line import driver, measurements, publication
from experiments.outcome import Figure, Outcome, Table, Verdict, kept
from experiments.runner.options import Options
from experiments.store import Store

FRAMES = {
    "numbers": pd.DataFrame({"a": [1, 2], "b": [0.1, 1 / 3], "c": [True, False]}),
    "missing": pd.DataFrame({"a": [float("nan"), 1.0], "b": ["x", None]}),
    "infinite": pd.DataFrame({"a": [float("inf"), -float("inf")]}),
    "mixed": pd.DataFrame({"a": [1, "x", None, 2.5]}),
    "empty": pd.DataFrame({"a": []}),
    "nullable": pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
    "part": pd.DataFrame({"a": [1, 2, 3]}).iloc[1:],
}

POINTS = pd.DataFrame({"series": ["framework"], "x": [0.1], "y": [0.5]})


def outcome(frame, name="mine"):
    return Outcome(
        name,
        "Mine",
        (Table("table", "A table", frame, ("a note",), {"a": ".2f"}),),
        (Figure("figure", "A figure", "scatter", POINTS, {"x_label": "x", "x_limits": (0, 1)}),),
        (Verdict("s", "c", "p", "m", "v", "r"),),
        ("words",),
        {"diagram": "graph TD"},
    )


@pytest.mark.parametrize("name", FRAMES)
def test_what_comes_back_is_exactly_what_was_kept_or_nothing(tmp_path, name):
    frame = FRAMES[name]
    if not kept.keep(outcome(frame), "key", tmp_path):
        assert kept.find("mine", "key", tmp_path) is None
        return
    again = kept.find("mine", "key", tmp_path)
    pd.testing.assert_frame_equal(
        again.tables[0].frame, frame.reset_index(drop=True), check_exact=True
    )
    assert (again.verdicts, again.text, again.diagrams) == (
        outcome(frame).verdicts,
        ("words",),
        {"diagram": "graph TD"},
    )


@pytest.mark.parametrize("name", ["numbers", "missing", "infinite", "mixed", "part"])
def test_ordinary_tables_are_kept(tmp_path, name):
    assert kept.keep(outcome(FRAMES[name]), "key", tmp_path)


def test_an_outcome_that_cannot_be_kept_leaves_no_older_one_in_its_place(tmp_path):
    assert kept.keep(outcome(FRAMES["numbers"]), "key", tmp_path)
    assert not kept.keep(outcome(pd.DataFrame({"a": [(1, 2)]})), "key", tmp_path)
    assert kept.find("mine", "key", tmp_path) is None


def test_another_key_finds_nothing(tmp_path):
    kept.keep(outcome(FRAMES["numbers"]), "key", tmp_path)
    assert kept.find("mine", "other", tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"key": "key"}'])
def test_a_file_that_is_no_outcome_counts_as_none(tmp_path, content):
    kept.keep(outcome(FRAMES["numbers"]), "key", tmp_path)
    (path,) = tmp_path.rglob("mine.json")
    path.write_bytes(content)
    assert kept.find("mine", "key", tmp_path) is None


def test_a_page_holds_what_earlier_commands_left_in_a_fixed_order(tmp_path):
    options = Options(results=tmp_path)
    for name in ("timing", "wang-2021", "grid"):
        publication._for_page([outcome(FRAMES["numbers"], name)], options)
    names = [each.name for each in publication._for_page([], options)]
    assert names == ["grid", "wang-2021", "timing"]


def test_a_page_leaves_out_what_other_code_has_left(tmp_path, monkeypatch):
    options = Options(results=tmp_path)
    publication._for_page([outcome(FRAMES["numbers"], "grid")], options)
    monkeypatch.setattr(kept, "page_key", lambda quick: "other")
    assert publication._for_page([], options) == []


def test_a_figure_that_cannot_be_drawn_is_left_out_of_the_page(tmp_path):
    many = pd.DataFrame({"series": [f"s{n}" for n in range(9)], "x": range(9), "y": range(9)})
    figures = (
        Figure("good", "Drawn", "scatter", POINTS),
        Figure("bad", "Nine series are too many", "scatter", many),
    )
    store, options = Store(tmp_path), Options(results=tmp_path, jobs=1)
    store.prepare()
    problems = []
    publication.write([Outcome("mine", "Mine", figures=figures)], store, options, problems)
    assert len(problems) == 1
    assert "at most 8 series" in problems[0]
    page = (tmp_path / "report.html").read_text()
    assert "mine-figure-good" in page
    assert "mine-figure-bad" not in page
    publication.write([], store, options, problems)
    assert len(problems) == 1


def test_a_drawing_that_somebody_removed_does_not_keep_later_pages_from_being_made(tmp_path):
    store, options = Store(tmp_path), Options(results=tmp_path, jobs=1)
    store.prepare()
    figures = (Figure("gone", "Drawn and removed", "scatter", POINTS),)
    publication.write([Outcome("mine", "Mine", figures=figures)], store, options, [])
    (tmp_path / "figures" / "mine-gone.svg").unlink()
    problems = []
    publication.write([], store, options, problems)
    assert not problems
    assert "mine-figure-gone" not in (tmp_path / "report.html").read_text()


def test_parity_is_measured_once_unless_it_is_asked_for_by_name(tmp_path, monkeypatch):
    calls = []

    def measure(options):
        calls.append(options.named)
        return outcome(FRAMES["numbers"], "parity")

    monkeypatch.setattr("experiments.parity.run", measure)
    monkeypatch.setattr(kept, "key", lambda *_: "key")
    for named in (False, False, True):
        measurements.parity(Options(results=tmp_path, named=named))
    assert calls == [False, True]


@pytest.fixture
def plain(monkeypatch):
    monkeypatch.setattr(publication, "write", lambda *_: None)
    monkeypatch.setattr("experiments.command_line.terminal.show", lambda *_: None)


class Faulty:
    """An experiment without runs that cannot say anything."""

    name = title = "faulty"

    def runs(self, quick):
        return []

    def outcome(self, records, quick):
        raise ZeroDivisionError("by nothing")


def test_an_experiment_that_fails_is_named_and_the_others_are_made(tmp_path, monkeypatch, plain):
    made = []
    monkeypatch.setattr(publication, "write", lambda outcomes, *_: made.extend(outcomes))
    fine = Faulty()
    fine.name, fine.outcome = "fine", lambda records, quick: outcome(FRAMES["numbers"], "fine")
    with pytest.raises(driver.Incomplete, match=r"faulty could not be made: by nothing .*error"):
        driver.work(Options(results=tmp_path), [Faulty(), fine])
    assert [each.name for each in made] == ["fine"]
    assert "ZeroDivisionError" in (tmp_path / "runs" / "faulty.error").read_text()


def test_ctrl_c_outside_of_training_says_what_it_interrupted(tmp_path, plain):
    interrupted = Faulty()

    def outcome(records, quick):
        raise KeyboardInterrupt

    interrupted.outcome = outcome
    with pytest.raises(driver.Interrupted, match="interrupted during faulty: all trained runs"):
        driver.work(Options(results=tmp_path), [interrupted])
