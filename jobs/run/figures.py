"""The figures of a run, in words."""

from collections.abc import Mapping
from typing import Any


def as_words(figures: Mapping[str, Any]) -> str:
    """Return counts and facts as a list in a sentence.

    >>> as_words({"rows_read": 1200, "last_file": "a.csv"})
    '1,200 rows read, last file a.csv'
    """
    return ", ".join(as_lines(figures))


def as_lines(figures: Mapping[str, Any]) -> list[str]:
    """Return each count or fact in words."""
    return [_in_words(name.replace("_", " "), value) for name, value in figures.items()]


def _in_words(name: str, value: Any) -> str:
    return f"{value:,} {name}" if isinstance(value, int) else f"{name} {value}"
