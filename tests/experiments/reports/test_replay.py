import math

import pytest
import torch

from experiments.reports.deschenaux_2021_settings import replayed_run
from experiments.training import data, initialisation


@pytest.fixture
def authors_draws():
    """Their points and networks, drawn from torch's global generator as their script does."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(42)
        train = torch.rand(size=(1000, 2))
        torch.manual_seed(66)
        test = torch.rand(size=(1000, 2))
        networks = []
        for _ in range(3):
            weights = [
                torch.empty(size=(outputs, inputs)).uniform_(-1, 1) * inputs**-0.5
                for inputs, outputs in ((2, 25), (25, 25), (25, 25), (25, 1))
            ]
            networks.append(weights)
    return train, test, networks


def test_the_points_are_those_of_their_seeds(authors_draws):
    train, test, _ = authors_draws
    run = replayed_run("SGD", 0.001, network_number=5, quick=False)
    split = data.load(run.data, run.seed)
    assert torch.equal(split["train"].x, train)
    assert torch.equal(split["test"].x, test)


def test_the_labels_are_one_inside_the_disk(authors_draws):
    train, _, _ = authors_draws
    run = replayed_run("SGD", 0.001, network_number=0, quick=False)
    labels = data.load(run.data, run.seed)["train"].labels
    inside = [math.dist(point, (0.5, 0.5)) ** 2 < 1 / (2 * math.pi) for point in train.tolist()]
    assert labels.tolist() == list(map(int, inside))


def test_the_networks_come_in_the_order_of_their_draws(authors_draws):
    _, _, networks = authors_draws
    for number, weights in enumerate(networks):
        state = initialisation.draw(replayed_run("SGD", 0.001, number, quick=False))
        for place, weight in zip((0, 2, 4, 6), weights, strict=True):
            assert torch.equal(state[f"{place}.weight"], weight)
            assert not state[f"{place}.bias"].any()
