from typing import get_args

import pytest

from experiments.training import seeds


def test_purposes_draw_different_numbers_from_one_seed():
    integers = {seeds.integer(purpose, 3) for purpose in get_args(seeds.Purpose)}
    assert len(integers) == 4


def test_neighbouring_seeds_draw_different_numbers():
    assert len({seeds.integer("data", seed) for seed in range(100)}) == 100


def test_a_purpose_and_seed_always_mean_the_same_number():
    assert seeds.integer("order", 7) == seeds.integer("order", 7)
    assert seeds.generator("order", 7).initial_seed() == seeds.integer("order", 7)


def test_an_unknown_purpose_is_named():
    with pytest.raises(ValueError, match="no purpose 'weights'"):
        seeds.integer("weights", 1)
