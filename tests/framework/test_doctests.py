"""The examples in the docstrings run as they stand."""

import doctest
import importlib
import pkgutil

import pytest
import torch

import framework

MODULES = ["framework"] + [
    found.name for found in pkgutil.walk_packages(framework.__path__, "framework.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, extraglobs={"torch": torch})
    assert failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    tests = [t for name in MODULES for t in finder.find(importlib.import_module(name))]
    assert sum(bool(t.examples) for t in tests) >= 10
