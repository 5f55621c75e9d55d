"""Who may import what: one file draws, and one file starts workers."""

import ast
from pathlib import Path

import pytest

import experiments

FOLDER = Path(experiments.__file__).parent
TREES = {
    path.relative_to(FOLDER).as_posix(): ast.parse(path.read_text())
    for path in FOLDER.rglob("*.py")
}


def imported(tree):
    """The packages that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("packages", "only"),
    [({"matplotlib", "seaborn"}, "figures/marks.py"), ({"joblib"}, "runner/workers.py")],
)
def test_one_file_alone_imports(packages, only):
    assert [path for path, tree in TREES.items() if packages & set(imported(tree))] == [only]
