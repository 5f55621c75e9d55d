"""What a user of `run_all.py parity` may get wrong, each a sentence and nothing on disk."""

import pytest
from typer.testing import CliRunner

import run_all


def invoke(*arguments):
    return CliRunner().invoke(run_all.app, ["parity", *map(str, arguments)])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "does not hold a saved case"),
        ('{"format": "of another program"}', "does not hold a saved case"),
    ],
)
def test_a_file_that_holds_no_case_is_refused_before_anything_is_written(tmp_path, text, words):
    path = tmp_path / "case.json"
    path.write_text(text)
    ended = invoke("--replay", path, "--results", tmp_path / "results")
    assert ended.exit_code != 0
    assert words in ended.output
    assert "Traceback" not in ended.output
    assert not (tmp_path / "results").exists()


def test_a_backend_that_nobody_has_is_refused(tmp_path):
    ended = invoke("--backend", "nobody", "--results", tmp_path / "results")
    assert ended.exit_code != 0
    assert "unknown backend 'nobody'" in ended.output
    assert not (tmp_path / "results").exists()
