"""The models that jobs are held against know nothing of the rules they check: they import no room of production."""

import ast
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
MODELS = sorted(TESTS.rglob("model*.py"))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_a_model_imports_the_standard_library_and_other_models_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}

    foreign = {name for name in imported if not _is_standard(name) and not name.rpartition(".")[2].startswith("model")}
    assert foreign == set()


def _is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names
