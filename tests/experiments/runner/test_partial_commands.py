"""Commands that make a part leave what others have published as it is."""

import json
import subprocess
import sys

import pytest

from experiments.command_line import driver
from experiments.outcome import Outcome, Verdict
from experiments.runner.options import Options
from tests.experiments.runner.small_driver import Small, without

PUBLISHED = "id,seed\n" + "f" * 64 + ",0\n"


class Judging(Small):
    def outcome(self, records, quick):
        verdict = Verdict(self.name, "it trains", "", "it did", "holds", "")
        return Outcome(self.name, self.title, super().outcome(records, quick).tables,
                       verdicts=(verdict,))  # fmt: skip


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    for name in ("experiments.figures.drawing", "experiments.page.document"):
        monkeypatch.setitem(sys.modules, name, without(name))


@pytest.fixture
def results(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "runs.csv").write_text(PUBLISHED)
    (tmp_path / "environment.json").write_text("{}")
    (tmp_path / "tables" / "verdicts-claims.csv").write_text(
        "source,claim\nelsewhere,all is well\n"
    )
    return tmp_path


def make(results, **more):
    driver.work(Options(results=results), [Judging("Harmless", 1, 1)], **more)


def texts(results):
    names = ("runs.csv", "environment.json", "tables/verdicts-claims.csv")
    return [(results / name).read_text() for name in names]


def test_a_part_leaves_lists_of_what_was_made_elsewhere_as_they_are(results):
    before = texts(results)
    make(results)
    assert texts(results) == before
    assert (results / "tables" / "small-finals.csv").is_file()


def test_the_whole_run_writes_them_anew(results):
    make(results, whole=True)
    runs, environment, claims = texts(results)
    assert runs.count("\n") == 1 + 6
    assert "versions" in json.loads(environment)
    assert "small,it trains" in claims
    assert "elsewhere" not in claims


def test_a_part_writes_them_where_nothing_else_was_made(tmp_path):
    for _ in range(2):
        make(tmp_path)
        runs, environment, claims = texts(tmp_path)
        assert runs.count("\n") == 1 + 6
        assert "versions" in json.loads(environment)
        assert "small,it trains" in claims


def test_an_adapter_in_the_current_folder_is_found(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from experiments.backends.torch import torch as backend\n", encoding="utf-8"
    )
    command = [
        sys.executable,
        driver.__file__.replace("experiments/command_line/driver", "run_all"),
    ]
    asked = [*command, "parity", "--backend", "mine:nothing"]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True)
    assert "mine has no 'nothing'" in done.stderr
