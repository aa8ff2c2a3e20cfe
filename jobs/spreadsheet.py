"""Cells for people's spreadsheets."""

from typing import Any

_RUN_BY_SPREADSHEETS = tuple("=+-@＝＋－＠")


def defused(value: Any) -> Any:
    """Give a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, str) and (value.lstrip().startswith(_RUN_BY_SPREADSHEETS) or value.startswith(("\t", "\r"))):
        return f"'{value}"
    return value
