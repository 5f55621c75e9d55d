"""The plug-in in a scratch project outside this repository."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
MINE = '''
import torch
from experiments.backends.single import Run, Single
from experiments.backends.torch import TorchRun

print("noise")

class Mine(TorchRun):
    """torch.nn with a Tanh whose derivative is taken twice, and a ReLU that refuses to work."""

    def gradients(self, x, grad_output):
        value, of_input, of_parameters = super().gradients(x, grad_output)
        if self.model[0].__class__ is torch.nn.Tanh:
            of_input = grad_output * (1 - value.tanh() ** 2)
        if self.model[0].__class__ is torch.nn.ReLU:
            raise RuntimeError("not today")
        return value, of_input, of_parameters

backend = Single(Mine)
'''
EXPECTED = """
[[expected]]
case = "layers/Tanh()/*"
observation = "gradient of input*"
reason = "its derivative is taken at tanh(x)"

[[expected]]
case = "layers/Sigmoid()/*"
reason = "it once was wrong"
"""
OWN = "def test_of_the_project_itself():\n    assert True\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scratch")
    for name, text in (
        ("mine.py", MINE), ("test_own.py", OWN), ("known.toml", EXPECTED),
        ("pytest.ini", "[pytest]\nfilterwarnings = error\n"),
    ):  # fmt: skip
        (folder / name).write_text(text)
    return folder


def run(folder, *arguments):
    path = os.pathsep.join([str(folder), str(REPOSITORY)])
    installed, here = "no:scratchmark", "experiments.parity.plugin"
    command = [sys.executable, "-m", "pytest", "-p", installed, "-p", here, "-rA"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_it_is_registered_for_whoever_installs_the_package():
    text = (REPOSITORY / "pyproject.toml").read_text()
    assert 'scratchmark = "experiments.parity.plugin"' in text
    for point in entry_points(group="pytest11"):
        if point.name == "scratchmark":
            assert point.value == "experiments.parity.plugin"


def test_without_being_asked_it_is_silent_and_imports_nothing(project):
    (project / "test_own.py").write_text(
        OWN + "    import sys\n    assert 'torch' not in sys.modules\n"
    )
    ended = run(project)
    assert ended.returncode == 0
    assert "parity" not in ended.stdout
    assert "1 passed" in ended.stdout


@pytest.fixture(scope="module")
def asked(project):
    chosen = ["--parity", "mine:backend", "--parity-expected", "known.toml", "--parity-select"]
    return run(project, *chosen, "layers/*()/normal/float32")


def line(ended, name):
    (found,) = (each for each in ended.stdout.splitlines()
                if f"mine:backend::layers/{name}/normal/float32" in each
                and each.split()[0] in ("PASSED", "FAILED", "XFAIL", "SKIPPED"))  # fmt: skip
    return found


def test_a_case_that_agrees_passes(asked):
    assert line(asked, "Softplus()").startswith("PASSED")


def test_a_case_that_does_not_agree_fails_and_says_what_differs(asked):
    assert line(asked, "ReLU()").startswith("FAILED")
    assert "everything: raises; RuntimeError: not today" in asked.stdout
    assert "Traceback" not in asked.stdout


def test_an_expected_failure_is_xfailed_with_its_reason(asked):
    assert line(asked, "Tanh()").startswith("XFAIL")
    assert "its derivative is taken at tanh(x)" in asked.stdout


def test_an_unexpected_pass_fails(asked):
    assert line(asked, "Sigmoid()").startswith("FAILED")
    assert "passes unexpectedly; expected to fail: it once was wrong" in asked.stdout


def test_the_projects_own_tests_run_too(asked):
    assert "test_own.py::test_of_the_project_itself" in asked.stdout
    assert asked.returncode == 1


def test_a_backend_that_is_not_there_is_named_in_one_sentence(project):
    ended = run(project, "--parity", "mine:nobody")
    assert ended.returncode == 4
    assert "mine has no 'nobody'" in ended.stdout + ended.stderr
