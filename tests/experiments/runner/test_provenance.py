import subprocess
import sys

import pytest

from experiments.store import environment, provenance
from tests.experiments.runner.making import run


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Writes modules of a package of a user's own and gives the digest of `theirs.backend`."""
    monkeypatch.syspath_prepend(tmp_path)

    def digest(**modules):
        folder = tmp_path / "theirs"
        folder.mkdir(exist_ok=True)
        for name, text in {"__init__": "", **modules}.items():
            (folder / f"{name}.py").write_text(text)
        for cached in (provenance.code_digest, provenance._source):
            cached.cache_clear()
        return provenance.code_digest(frozenset({"theirs.backend"}))

    yield digest
    for name in [name for name in sys.modules if name.partition(".")[0] == "theirs"]:
        del sys.modules[name]
    provenance.code_digest.cache_clear()
    provenance._source.cache_clear()


CODE = '''
"""What it is."""
import theirs.helper
def train(x):
    """Train."""
    return x + 1  # one more
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Train."""', '"""Train well."""'),
        ('"""What it is."""\n', ""),
        ("# one more", "# another"),
        ("x + 1", "(x   +   1)"),
    ],
)
def test_words_do_not_change_the_digest(package, old, new):
    assert package(backend=CODE, helper="") == package(backend=CODE.replace(old, new), helper="")


@pytest.mark.parametrize(
    "changed",
    [
        {"backend": CODE.replace("+ 1", "+ 2"), "helper": ""},
        {"backend": CODE.replace("x + 1", "'x' + '1'"), "helper": ""},
        {"backend": CODE, "helper": "y = 1"},
        {"backend": CODE, "helper": "", "__init__": "z = 1"},
    ],
)
def test_code_changes_the_digest(package, changed):
    assert package(backend=CODE, helper="", __init__="") != package(**changed)


@pytest.mark.parametrize(
    "line",
    [
        "from theirs import helper",
        "from . import helper",
        "from .helper import y",
        "def late():\n    import theirs.helper",
    ],
)
def test_every_way_to_import_is_followed(package, line):
    assert package(backend=line, helper="y = 1") != package(backend=line, helper="y = 2")


def test_imports_for_type_checkers_are_not_followed(package):
    line = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import theirs.helper"
    assert package(backend=line, helper="y = 1") == package(backend=line, helper="y = 2")


@pytest.mark.parametrize(
    "line",
    [
        "if TYPE_CHECKING:\n    import json\nelse:\n    import theirs.helper",
        "if not TYPE_CHECKING:\n    import theirs.helper",
    ],
)
def test_imports_that_type_checkers_alone_leave_out_are_followed(package, line):
    line = f"from typing import TYPE_CHECKING\n{line}"
    assert package(backend=line, helper="y = 1") != package(backend=line, helper="y = 2")


@pytest.mark.parametrize(("folder", "followed"), [("beside", True), ("site-packages", False)])
def test_what_an_adapter_imports_is_followed_unless_it_is_installed(
    package, tmp_path, monkeypatch, folder, followed
):
    (tmp_path / folder / "their_framework").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / folder)
    code = tmp_path / folder / "their_framework" / "__init__.py"
    digests = []
    for text in ("y = 1", "y = 2"):
        code.write_text(text)
        provenance._is_local.cache_clear()
        digests.append(package(backend="import their_framework"))
    provenance._is_local.cache_clear()
    assert (digests[0] != digests[1]) is followed


def test_modules_that_import_each_other_have_a_digest(package):
    assert package(backend="import theirs.helper", helper="import theirs.backend")


def test_the_framework_is_no_part_of_what_trains_with_torch():
    assert provenance.digest_for(run("torch")) != provenance.digest_for(run("framework"))


def test_a_layer_of_the_users_own_takes_part(monkeypatch):
    asked = []
    monkeypatch.setattr(provenance, "code_digest", asked.append)
    provenance.digest_for(run("Harmless"))
    assert "tests.experiments.runner.misbehaving" in asked[0]


@pytest.fixture
def repository(tmp_path, monkeypatch):
    def git(*arguments):
        identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True)

    (tmp_path / "code.py").write_text("x = 1\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    return tmp_path


def test_a_clean_checkout_is_its_commit(repository):
    code = environment.code()
    assert len(code["commit"]) == 40
    assert code["dirty"] is False
    assert code["difference"] is None


@pytest.mark.parametrize("name", ["code.py", "new.py"])
def test_a_difference_has_a_hash_that_depends_on_it(repository, name):
    (repository / name).write_text("x = 2\n")
    first = environment.code()
    (repository / name).write_text("x = 3\n")
    assert first["dirty"]
    assert first["difference"] != environment.code()["difference"]


def test_results_do_not_make_a_checkout_dirty(repository):
    (repository / "results").mkdir()
    (repository / "results" / "runs.csv").write_text("1\n")
    assert environment.code()["dirty"] is False


def test_without_a_repository_nothing_is_known_of_the_code(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert environment.code()["commit"] is None


def test_the_environment_is_written_the_same_twice(tmp_path):
    for folder in ("one", "two"):
        environment.write(environment.facts(), tmp_path / folder)
    one, two = (tmp_path / name / "environment.json" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
