"""Packages that are imported without what they take along."""

import sys
import threading
from pathlib import Path

import pytest

from config.lean_imports import alone


def test_a_package_stays_alone_until_the_thread_that_imports_of_it_is_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "of_countries").mkdir()
    (tmp_path / "of_countries" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    is_left, found = threading.Event(), []

    def import_of_it() -> None:
        with alone("of_countries"):
            found.append(is_left.is_set())

    other = threading.Thread(target=import_of_it)
    with alone("of_countries"):
        other.start()
        other.join(0.1)
        is_left.set()
    other.join()

    assert (found, "of_countries" in sys.modules) == ([True], False)
