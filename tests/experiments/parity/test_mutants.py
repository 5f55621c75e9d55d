"""Every derivative that a case goes through is noticed when it is off by a thousandth."""

import pytest

from experiments.parity import mutants
from framework.variable import Function


@pytest.fixture(scope="module")
def found():
    return mutants.mutants()


def test_every_derivative_that_is_reached_is_noticed(found):
    assert [each for each in found if each.case and not each.noticed] == []


def test_most_of_the_table_is_reached_and_all_of_it_is_listed(found):
    assert len(found) == sum(
        vjp is not None for function in Function.table.values() for vjp in function.vjps
    )
    assert sum(bool(each.case) for each in found) > len(found) / 2


def test_the_table_is_as_it_was(found):
    assert not any(
        hasattr(vjp, "__wrapped__") for function in Function.table.values() for vjp in function.vjps
    )


def test_a_mutant_that_changes_nothing_is_not_noticed(monkeypatch):
    monkeypatch.setattr(mutants, "FACTOR", 1.0)
    through = mutants._reached()
    assert not mutants._noticed(("tanh", 0), through["tanh", 0])
