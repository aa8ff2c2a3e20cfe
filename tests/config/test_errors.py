"""The error tree that people read is the one the program has."""

import re

import pytest

from config import errors
from config.errors import ExitCode, PayJobsError


def tree(kind: type[PayJobsError] = PayJobsError, depth: int = 1) -> list[tuple[int, str, int]]:
    """Return depth, name and exit code of each class, as they are defined."""
    found = [(depth, kind.__name__, int(kind.exit_code))]
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            found += tree(child, depth + 1)
    return found


def drawn() -> list[tuple[int, str, int]]:
    """Return the same as the docstring draws it."""
    lines = re.findall(r"^( {4,})(\w+) +exit (\d+)", errors.__doc__ or "", re.MULTILINE)
    return [(len(spaces) // 2 - 1, name, int(code)) for spaces, name, code in lines]


def test_the_docstring_draws_the_tree_there_is() -> None:
    assert drawn() == tree()


@pytest.mark.parametrize("name", [name for _, name, _ in tree()])
def test_each_error_says_what_to_do_now(name: str) -> None:
    advice = getattr(errors, name)("something").advice

    assert advice[0].isupper()
    assert advice.endswith(".")


@pytest.mark.parametrize("name", [name for _, name, _ in tree()])
def test_each_error_has_a_title_in_words(name: str) -> None:
    kind = getattr(errors, name)

    assert "title" in vars(kind)
    assert re.fullmatch(r"[a-z]+( [a-z]+)*", kind.title)


def test_the_exit_codes_are_those_the_manifests_rest_on() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0, "FAILED": 1, "USAGE": 2, "ATTENTION": 3, "LOCKED": 75,
    }  # fmt: skip


@pytest.mark.parametrize(("said", "text"), [("The disk is full", "The disk is full. "), ("Why?", "Why? ")])
def test_the_advice_follows_what_happened_as_a_sentence_of_its_own(said: str, text: str) -> None:
    error = errors.SourceUnavailable(said)

    assert error.full_text == f"{text}Nothing was lost: the next run tries again."
