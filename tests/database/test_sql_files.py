"""Every statement in a sql/ folder is used by the package it belongs to, and every statement asked for is there;
a statement of more than two lines is such a file."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "access",
    "benchmarks",
    "config",
    "connectors",
    "console",
    "database",
    "diagnosis",
    "jobs",
    "sandbox",
    "tasks",
    "tools",
)
FOLDERS = sorted(folder for room in ROOMS for folder in (ROOT / room).rglob("sql"))
_NAME = re.compile(r'"([a-z][a-z0-9_]+)"')
_PREFIX = re.compile(r'f"([a-z][a-z0-9_]+_)\{')


def _words(folder: Path) -> set[str]:
    """Return the quoted words in the modules of a folder's package, and those put together from a prefix."""
    text = "".join(module.read_text(encoding="utf-8") for module in folder.parent.rglob("*.py"))
    words = set(_NAME.findall(text))
    return words | {prefix + word for prefix in _PREFIX.findall(text) for word in words}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_statement_file_is_asked_for(folder: Path) -> None:
    assert sorted(path.stem for path in folder.glob("*.sql") if path.stem not in _words(folder)) == []


_STATEMENT = re.compile(
    r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER)\b.*\b(?:FROM|INTO|SET|TABLE|SELECT)\b", re.S
)


def _long_statements(module: Path) -> list[str]:
    """Return where the statements stand that take more than two lines of a module."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        f"{module.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if id(node) not in docstrings and (node.end_lineno or node.lineno) - node.lineno > 1
        if _STATEMENT.search(" ".join(str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)))
    ]


def test_a_statement_of_more_than_two_lines_is_a_file() -> None:
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts]

    assert [place for module in modules for place in _long_statements(module)] == []


def test_a_head_that_says_what_goes_in_says_what_comes_out() -> None:
    of_invariants = ROOT / "tools/verify/sql"  # what these return is told once, in tools/verify/catalogue.py
    statements = [path for folder in FOLDERS if folder != of_invariants for path in folder.glob("*.sql")]
    heads = {path: re.findall(r"^-- (in|out) {4}", path.read_text(encoding="utf-8"), re.M) for path in statements}

    assert [str(path.relative_to(ROOT)) for path, said in heads.items() if "in" in said and "out" not in said] == []
