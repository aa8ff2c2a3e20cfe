"""docs/house.md names files and functions that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/house.md").read_text(encoding="utf-8")
_PATH = re.compile(r"`([a-z_0-9]+(?:/[a-z_0-9]+)*(?:/|\.py|\.sql)|[a-zA-Z_/]+\.md|[A-Z]+\.md)`")
_ROW = re.compile(r"^\|[^|]*\| `([a-z_0-9/]+\.py)` \| (.+) \|$", re.MULTILINE)


def defined_in(path: str) -> set[str]:
    """Return the functions, classes and constants at the top of a file."""
    names: set[str] = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


@pytest.mark.parametrize("path", sorted(set(_PATH.findall(PAGE)) - {"sql/", "task.py"}))
def test_every_file_on_the_page_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("path", "names"), _ROW.findall(PAGE))
def test_every_name_on_the_page_is_defined_in_its_file(path: str, names: str) -> None:
    said = set(re.findall(r"`(\w+)`", names))

    assert said, f"no name beside {path}"
    assert said - defined_in(path) == set()


def test_the_rooms_of_the_page_are_the_rooms_of_the_imports() -> None:
    rooms = re.findall(r"^\| `([a-z]+)/` ", PAGE, re.MULTILINE)
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r"^layers = (\[.*?\])", contracts, re.MULTILINE | re.DOTALL)

    assert layers is not None
    assert [*ast.literal_eval(layers[1]), "sandbox"] == rooms
