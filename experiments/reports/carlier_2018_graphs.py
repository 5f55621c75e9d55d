"""Figs. 1 and 3 of carlier-2018: recorded graphs, drawn."""

import torch

import framework
from experiments.outcome import Figure
from experiments.structure import of_graph


def figures() -> tuple[Figure, ...]:
    """The whole network with its loss, and a small expression."""
    return (
        of_graph(_network()).figure(
            "network-graph",
            "Fig. 1 of carlier-2018: the whole network with its loss, as the framework records it",
            ("Diamonds are variables, ellipses functions; names are those of the state_dict.",),
        ),
        of_graph(_expression()).figure(
            "expression-graph",
            "Fig. 3 of carlier-2018: (x.t() - x.exp()).pow(2).sum()",
            ("The variable x is used twice and drawn once.",),
        ),
    )


def diagrams() -> dict[str, str]:
    """The same as Mermaid text."""
    return {
        "network-graph": _network().draw_graph().mermaid(),
        "expression-graph": _expression().draw_graph().mermaid(),
    }


def _network() -> framework.Variable:
    model = framework.Sequential(
        framework.Linear(2, 25),
        framework.ReLU(),
        framework.Linear(25, 25),
        framework.ReLU(),
        framework.Linear(25, 25),
        framework.ReLU(),
        framework.Linear(25, 2),
        framework.Softmax(dim=1),
    )
    for name, parameter in model.named_parameters():
        parameter.name = name
    target = framework.Variable(torch.zeros(1000, 2), name="target")
    loss = framework.MSELoss()(model(framework.Variable(torch.zeros(1000, 2), name="x")), target)
    loss.name = "loss"
    return loss


def _expression() -> framework.Variable:
    x = framework.Variable(torch.zeros(3, 3), name="x")
    result = (x.t() - x.exp()).pow(2).sum()
    result.name = "result"
    return result
