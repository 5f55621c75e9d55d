import os
import shutil
import tempfile
from pathlib import Path

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
    """The other end of backends that wait: hears that they have begun, and lets them go on.

    It lies in one place for the whole session, as workers live longer than a test.
    """

    def __init__(self):
        self.folder = Path(os.environ["TMPDIR"]) / "waiting"
        self.folder.mkdir()
        os.mkfifo(self.folder / "begun")
        self.pipe = os.open(self.folder / "begun", os.O_RDWR)

    def begun(self):
        """The process of a backend that has begun; waits for one."""
        return int(os.read(self.pipe, 10000).split()[-1])

    def go(self):
        """Let all go on."""
        (self.folder / "go").write_text("")

    def end(self):
        """Leave nothing for the next."""
        os.close(self.pipe)
        shutil.rmtree(self.folder)


@pytest.fixture
def leave():
    given = Leave()
    yield given
    given.end()
