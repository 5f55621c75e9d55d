import sys
import types

import pytest

from experiments.backends import Unsupported, resolve
from experiments.specification.built_in import BUILT_IN


@pytest.mark.parametrize("name", ["framework", "framework-explicit", "torch", "torch-tuned"])
def test_built_in_backends_can_be_named(name):
    assert callable(resolve(name).start)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match="unknown backend 'framwork': did you mean 'framework'"):
        resolve("framwork")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no.such:thing", "cannot import no.such"),
        ("math:thing", "math has no 'thing'"),
        ("math:pi", "has no method start"),
    ],
)
def test_a_third_partys_name_that_leads_nowhere_is_a_sentence(name, sentence):
    with pytest.raises(ValueError, match=sentence):
        resolve(name)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def x(:", "cannot import 'broken': SyntaxError"),
        ("1 / 0", "cannot import 'broken': ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "cannot import 'broken': SystemExit: 0"),
        (
            "class backend:\n    def __init__(self, size): pass",
            "backend\\(\\) raises TypeError: .*'size'",
        ),
    ],
)
def test_a_third_partys_module_that_is_broken_is_a_sentence(
    tmp_path, monkeypatch, source, sentence
):
    (tmp_path / "broken.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken", raising=False)
    with pytest.raises(ValueError, match=sentence):
        resolve("broken:backend")


def test_a_class_is_called(monkeypatch):
    class Own:
        def start(self, training, parameters):
            return None

    module = types.ModuleType("own_backend")
    module.Own = Own
    monkeypatch.setitem(sys.modules, "own_backend", module)
    assert isinstance(resolve("own_backend:Own"), Own)


def test_an_optional_backend_whose_library_is_missing_is_unsupported(monkeypatch):
    monkeypatch.setitem(BUILT_IN, "jax", "no_such_library:backend")
    with pytest.raises(Unsupported, match="needs no_such_library"):
        resolve("jax")
