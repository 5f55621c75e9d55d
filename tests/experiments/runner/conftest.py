import os
import tempfile

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_machine_lock(tmp_path_factory):
    """Who times something else on this machine is in nobody's way here."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("locks"))
    environment, os.environ["TMPDIR"] = os.environ.get("TMPDIR"), tempfile.tempdir
    yield
    tempfile.tempdir = before
    if environment is None:
        del os.environ["TMPDIR"]
    else:
        os.environ["TMPDIR"] = environment


class Leave:
    """The other end of backends that wait: hears that they have begun, and lets them go on."""

    def __init__(self, folder):
        self.folder = folder
        os.mkfifo(folder / "begun")
        self.pipe = os.open(folder / "begun", os.O_RDWR)

    def begun(self):
        """The process of a backend that has begun; waits for one."""
        return int(os.read(self.pipe, 10000).split()[-1])

    def go(self):
        """Let all go on."""
        (self.folder / "go").write_text("")


@pytest.fixture
def leave(tmp_path, monkeypatch):
    monkeypatch.setenv("WAITING", str(tmp_path))
    given = Leave(tmp_path)
    yield given
    given.go()
    os.close(given.pipe)
