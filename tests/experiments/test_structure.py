"""Pictures made from code: what they show is what the code is and does."""

import inspect
import re
from itertools import combinations

import pytest

import framework
from experiments import structure
from experiments.figures import drawing
from experiments.figures.layered import closing, lanes, layered, size
from experiments.reports import carlier_2018_graphs
from experiments.structure.diagrams import Arrow, Box, Diagram
from experiments.structure.observed import flowchart

CYCLE = [("a", "b"), ("b", "c"), ("c", "b"), ("a", "d"), ("d", "c"), ("c", "e"), ("a", "e")]
SIZES = {"a": (1.0, 0.3), "b": (2.0, 0.9), "c": (0.5, 0.3), "d": (3.0, 0.3), "e": (1.0, 0.3)}


@pytest.fixture(scope="module")
def outcome():
    return structure.outcome({}, quick=True)


def arrows(text):
    """The arrows of Mermaid's flowchart, by the labels of what they connect."""
    names = dict(re.findall(r'^ +(n\d+)[(\[{/]+"(.*?)"', text, re.MULTILINE))
    found = re.findall(r'^ +(n\d+) -->(?:\|"(.*?)"\|)? (n\d+)$', text, re.MULTILINE)
    return {(names[source], names[target]): label for source, label, target in found}


def test_every_public_class_is_in_the_class_diagram(outcome):
    words = re.findall(r"\w+", outcome.diagrams["classes"])
    for name in framework.__all__:
        if inspect.isclass(getattr(framework, name)):
            assert words.count(name) == 1, name


def test_a_class_stands_above_what_inherits_from_it(outcome):
    data = outcome.figures[0].data
    height = data[data["target"].isna()].set_index("source")["y"]
    inherits = data[data["shape"] == "inherits"]
    assert len(inherits) >= 8
    for arrow in inherits.itertuples():
        assert height[arrow.target] > height[arrow.source]


def test_the_flowchart_of_training_counts_what_happened(outcome):
    found = arrows(outcome.diagrams["training"])
    epoch, batch = (
        next(source for source, _ in found if source.startswith(start))
        for start in ("for epoch", "for start")
    )
    assert found[epoch, batch] == "2×"
    assert found[batch, "TrainingStep()"] == "6×"
    assert found["TrainingStep()", "Recording.run()"] == "4×"
    assert found["Sequential.forward()", "MSELoss.forward()"] == "2×"
    assert found["Variable.backward()", "SGD.apply()"] == "2×"
    assert found[epoch, "end"] == "1×"


def test_the_flowchart_of_initialisation_shows_what_draws_the_weights(outcome):
    found = arrows(outcome.diagrams["initialisation"])
    assert found["Parameter", "init.kaiming_uniform_"] == "4×"
    assert found["ReLU", "Linear"] == "3×"
    assert found["SGD", "Trainer"] == ""
    assert all(source != target for source, target in found)


def test_a_flowchart_follows_the_code_it_watches():
    def twice():
        for _ in range(2):
            framework.Identity()

    found = arrows(flowchart(twice, twice, ("__init__",)).flowchart())
    assert found == {
        ("begin", "for _ in range(2)"): "",
        ("for _ in range(2)", "Identity"): "2×",
        ("Identity", "for _ in range(2)"): "2×",
        ("for _ in range(2)", "end"): "1×",
    }


def test_a_variable_used_twice_is_drawn_once():
    x = framework.Variable(framework.Linear(2, 2).weight.data, name="x")
    diagram = structure.of_graph((x.t() - x.exp()).pow(2).sum())
    assert [box.label for box in diagram.boxes].count("x") == 1
    first = next(box.name for box in diagram.boxes if box.label == "x")
    assert sum(arrow.source == first for arrow in diagram.arrows) == 2


def test_the_drawn_network_has_all_its_parameters_and_its_loss():
    texts = carlier_2018_graphs.diagrams()
    for name in ("0.weight", "0.bias", "6.weight", "6.bias", "x", "target", "loss"):
        assert f'"{name}"' in texts["network-graph"]


def test_mermaid_quotes_what_a_label_contains():
    text = Diagram([Box("a", 'says "a"\ntwice')], [Arrow("a", "a", "1×")]).flowchart()
    assert 'n0["says #quot;a#quot;<br>twice"]' in text
    assert 'n0 -->|"1×"| n0' in text


def test_arrows_that_close_a_cycle_are_found():
    assert closing(SIZES, CYCLE) == [("c", "b")]


def test_all_other_arrows_lead_down():
    places, _ = layered(SIZES, CYCLE)
    for source, target in CYCLE:
        assert (places[source][1] > places[target][1]) == ((source, target) != ("c", "b"))


@pytest.mark.parametrize("which", [0, 1, 2])
def test_no_two_boxes_of_a_diagram_overlap(outcome, which):
    data = outcome.figures[which].data
    nodes = data[data["target"].isna()]
    for one, other in combinations(nodes.itertuples(), 2):
        (wide, high), (width, height) = size(one.label, one.shape), size(other.label, other.shape)
        beside = abs(one.x - other.x) > (wide + width) / 2
        above = abs(one.y - other.y) > (high + height) / 2
        assert beside or above, (one.label, other.label)


def test_arrows_that_go_up_keep_right_of_all_boxes():
    places, _ = layered(SIZES, CYCLE)
    (edge, x), *rest = lanes(places, SIZES, CYCLE).items()
    assert edge == ("c", "b")
    assert not rest
    assert all(x > places[node][0] + SIZES[node][0] / 2 for node in SIZES)


def test_what_nothing_leads_to_stands_just_above_its_use():
    sizes = dict.fromkeys("abcw", (1.0, 0.3))
    places, _ = layered(sizes, [("a", "b"), ("b", "c"), ("w", "c")])
    assert places["w"][1] == places["b"][1]


def test_mermaid_texts_lie_beside_the_figures(outcome, tmp_path, monkeypatch):
    monkeypatch.setattr(drawing, "render", lambda _figure, formats: dict.fromkeys(formats, b""))
    written = drawing.write(outcome, tmp_path)
    path = tmp_path / "figures" / "structure-training.mmd"
    assert path in written
    assert path.read_text(encoding="utf-8") == outcome.diagrams["training"]
