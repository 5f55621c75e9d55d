"""Whatever a sweep file holds, loading it works or says what is wrong."""

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments import sweep
from tests.experiments.sweep.conftest import SMALL, as_lines

KEYS = [*SMALL, "schedules", "initialisations", "order", "dtype", "name", "evaluate", "choose_by"]
WORDS = ["", "SGD", "MSELoss", "Linear", "features", "outputs", "none", "disk", "a:b", "..x:y", "ü"]
text = st.sampled_from(WORDS) | st.text(
    st.characters(codec="utf-8", exclude_characters=".:"), max_size=5
)
scalars = st.booleans() | st.integers(-5, 10**20) | st.floats() | text
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
quickly = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def loads_or_says(path):
    try:
        said = sweep.load(path).name
    except ValueError as error:
        said = str(error).removeprefix(f"sweep file {path} ")
    assert said
    assert not said.startswith("sweep file")


@quickly
@given(st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=2))
def test_any_value_under_a_known_key(tmp_path, changes):
    path = tmp_path / "fuzzed.toml"
    path.write_text(as_lines(SMALL | changes))
    loads_or_says(path)


@quickly
@given(st.data())
def test_any_value_deep_inside(tmp_path, data):
    entries = copy.deepcopy(SMALL)
    place, key = entries, data.draw(st.sampled_from(list(entries)))
    while isinstance(place[key], list | dict) and place[key] and data.draw(st.booleans()):
        place = place[key]
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
    place[key] = data.draw(values)
    path = tmp_path / "fuzzed.toml"
    path.write_text(as_lines(entries))
    loads_or_says(path)


@quickly
@given(st.binary(max_size=60))
def test_any_bytes(tmp_path, content):
    path = tmp_path / "fuzzed.toml"
    path.write_bytes(content)
    loads_or_says(path)
