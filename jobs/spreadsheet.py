"""Cells for people's spreadsheets."""

from typing import Any

_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


def defused(value: Any) -> Any:
    """Give a cell that no spreadsheet takes for a formula: a text that looks like one gets a quote mark.

    >>> defused("=1+1"), defused("plain"), defused(-1)
    ("'=1+1", 'plain', -1)
    """
    if isinstance(value, str) and value.startswith(_RUN_BY_SPREADSHEETS):
        return f"'{value}"
    return value
