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
