"""A docstring says what its function does: one that returns nothing never claims to return something."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "access",
    "benchmarks",
    "config",
    "connectors",
    "database",
    "diagnosis",
    "jobs",
    "sandbox",
    "tasks",
    "tests",
    "tools",
)
_CLAIMS = re.compile(r"(?:^|\band |; )return ", re.IGNORECASE)


def test_no_function_that_returns_nothing_claims_to_return_something() -> None:
    paths = [ROOT / "invoke_jobs.py", *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.returns, ast.Constant)
        and node.returns.value is None
        and _CLAIMS.search(ast.get_docstring(node) or "")
    ]

    assert found == []
