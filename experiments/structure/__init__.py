"""How the framework is built, in pictures made from its code: nothing here is drawn by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

import framework
from experiments.outcome import Outcome
from experiments.specification import RunSpec
from experiments.structure.classes import class_diagram
from experiments.structure.diagrams import Arrow, Box, Diagram
from experiments.structure.observed import flowchart

name = "structure"
title = "How the framework is built"

EPOCHS, BATCHES, BATCH_SIZE = 2, 3, 10
STEPS = ("__init__", "TrainingStep.__call__", "zero_grad", "forward", "backward", "apply", "run")
"""The methods that the flowcharts show."""

_COUNTS = "A class's name alone is its construction; a number says how often an arrow was taken."


def runs(quick: bool) -> list[RunSpec]:
    """None: the pictures come from the code."""
    return []


def outcome(records: Mapping[str, Any], quick: bool) -> Outcome:
    """The classes, and what happens when a training is set up and when it runs."""
    classes, initialisation, training = class_diagram(), _initialisation(), _training()
    return Outcome(
        name=name,
        title=title,
        figures=(
            classes.figure(
                "classes",
                "The framework's public classes",
                (
                    "An arrow with a hollow head leads to the class that one inherits from, "
                    "a dashed one to a class that it takes, makes or gives.",
                ),
            ),
            initialisation.figure(
                "initialisation",
                "Setting up: model, loss, optimizer, trainer",
                ("Watched while a network with three hidden layers was set up.", _COUNTS),
            ),
            training.figure(
                "training",
                "Training: Trainer.fit",
                (
                    f"Watched over {EPOCHS} epochs of {BATCHES} batches: the first step runs the "
                    "eager lines, the second records them, all later ones replay the recording.",
                    _COUNTS,
                ),
            ),
        ),
        text=("Made from the code: the classes by inspecting them, the flowcharts by watching.",),
        diagrams={
            "classes": classes.class_diagram(),
            "initialisation": initialisation.flowchart(),
            "training": training.flowchart(),
        },
    )


def of_graph(variable: framework.Variable) -> Diagram:
    """What a variable was computed from: functions as ellipses, variables as diamonds."""
    graph = variable.draw_graph()
    boxes = [
        Box(str(node.id), node.label, "ellipse" if node.kind == "function" else "diamond")
        for node in graph.nodes
    ]
    return Diagram(boxes, [Arrow(str(source), str(target)) for source, target in graph.edges])


def _set_up() -> framework.Trainer:
    model = framework.Sequential(
        framework.Linear(2, 25),
        framework.ReLU(),
        framework.Linear(25, 25),
        framework.ReLU(),
        framework.Linear(25, 25),
        framework.ReLU(),
        framework.Linear(25, 2),
    )
    loss = framework.MSELoss()
    optimizer = framework.SGD(model.parameters(), lr=0.1)
    return framework.Trainer(model, loss, optimizer, batch_size=BATCH_SIZE)


def _initialisation() -> Diagram:
    return flowchart(_set_up, _set_up, ("__init__",))


def _training() -> Diagram:
    trainer = _set_up()
    x = torch.zeros(BATCHES * BATCH_SIZE, 2)
    return flowchart(lambda: trainer.fit(x, x, epochs=EPOCHS), framework.Trainer.fit, STEPS)
