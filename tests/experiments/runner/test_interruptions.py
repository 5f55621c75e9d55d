"""The driver as a process of its own, interrupted in every way while its workers wait."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from experiments.store import Store
from tests.experiments.runner import small_driver


@pytest.fixture
def start(tmp_path):
    """Starts drivers on a folder; none outlives the test."""
    started = []

    def begin(folder, *settings):
        command = [sys.executable, "-m", "tests.experiments.runner.small_driver", folder, *settings]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        started.append(subprocess.Popen(command, **pipes, text=True, start_new_session=True))
        return started[-1]

    yield begin
    for driver in started:
        with suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
        driver.stdout.close()


def files(folder):
    paths = [folder / "runs.csv", *(folder / "tables").iterdir()]
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def plain(monkeypatch):
    """Drawing takes seconds and is tested elsewhere."""
    for name in ("experiments.figures.drawing", "experiments.page.document"):
        monkeypatch.setitem(sys.modules, name, small_driver.without(name))
        monkeypatch.delattr(name, raising=False)


def test_a_driver_killed_twice_leaves_what_a_third_completes_to_the_same_bytes(
    start, leave, tmp_path, plain
):
    results, undisturbed = tmp_path / "results", tmp_path / "undisturbed"
    for _ in range(2):
        driver = start(results, "backend=Waiting", "jobs=2")
        leave.begun()
        os.killpg(driver.pid, signal.SIGKILL)
        driver.communicate()
    leave.go()
    assert small_driver.main(str(results), "backend=Waiting", "jobs=2") == 0
    assert small_driver.main(str(undisturbed), "backend=Waiting", "jobs=1") == 0
    assert files(results) == files(undisturbed)
    store = Store(results)
    assert all(store.read(key) is not None for key in store.ids())


def test_workers_finish_their_work_and_end_when_their_driver_was_killed(start, leave, tmp_path):
    driver = start(tmp_path / "results", "backend=Waiting", "jobs=2")
    worker = leave.begun()
    driver.kill()
    driver.wait()
    leave.go()
    driver.communicate()  # which ends when the last worker has let go of the terminal
    assert not os.path.exists(f"/proc/{worker}/exe")
    assert Store(tmp_path / "results").ids()


def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(start, leave, tmp_path):
    driver = start(tmp_path / "results", "backend=Waiting", "jobs=2")
    leave.begun()
    os.killpg(driver.pid, signal.SIGINT)
    said, _ = driver.communicate()
    assert driver.returncode == 130
    assert "Traceback" not in said
    assert "interrupted: 0 of 24 runs are done and kept in" in said
    assert "the same command goes on from there" in said


def test_ctrl_c_ends_a_search_for_a_killer_too(start, leave, tmp_path):
    driver = start(tmp_path / "results", "backend=Waiting", "jobs=1", "groups=1")
    os.kill(leave.begun(), signal.SIGKILL)
    searched = leave.begun()
    os.killpg(driver.pid, signal.SIGINT)
    said, _ = driver.communicate()
    assert driver.returncode == 130
    assert "Traceback" not in said
    assert "interrupted: 0 of 6 runs are done" in said
    assert not os.path.exists(f"/proc/{searched}/exe")


def test_two_drivers_on_one_folder_train_nothing_twice(start, leave, tmp_path):
    results = tmp_path / "results"
    drivers = [start(results, "backend=Waiting", "jobs=2") for _ in range(2)]
    leave.begun()
    leave.go()
    said = [driver.communicate()[0] for driver in drivers]
    assert [driver.returncode for driver in drivers] == [0, 0]
    trained = [int(re.search(r"runs: (\d+) trained", each)[1]) for each in said]
    assert sum(trained) == 24
    assert not Store(results).set_aside


def test_failed_runs_make_the_exit_status_not_zero_but_the_tables_are_written(
    tmp_path, plain, capsys
):
    assert small_driver.main(str(tmp_path / "results"), "backend=Unlucky", "jobs=2") == 1
    assert "24 of 24 runs failed: `status` says which and why" in capsys.readouterr().err
    assert (tmp_path / "results" / "tables" / "small-finals.csv").exists()
