"""What differs inside a function is put into one that is imported; what an import does is told apart."""

import pytest

from tests.mutants.putting_in import changed_functions

MODULE = """
LIMIT = 3
WORDS = [word for word in "a b".split() if word]

def outer(count=1):
    def inner():
        return count + 1
    return inner

class Slip:
    kind = "link"
    def is_open(self):
        return self.kind == "link"
"""


def names(now: str) -> list[str] | None:
    """Return the functions that differ in the changed module."""
    changed = changed_functions(*(compile(source, "module.py", "exec") for source in (MODULE, now)))
    return None if changed is None else [old.co_qualname for old, _ in changed]


@pytest.mark.parametrize(
    ("was", "now", "functions"),
    [
        ("count + 1", "count - 1", ["outer", "outer.<locals>.inner"]),
        ('self.kind == "link"', 'self.kind != "link"', ["Slip.is_open"]),
    ],
)
def test_what_changes_inside_a_function_is_found_by_its_name(was: str, now: str, functions: list[str]) -> None:
    assert names(MODULE.replace(was, now)) == functions


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("count=1", "count=2"),
        ('kind = "link"', 'kind = "void"'),
        ("if word", "if not word"),
    ],
)
def test_what_an_import_has_done_already_is_told_apart(was: str, now: str) -> None:
    assert names(MODULE.replace(was, now)) is None
