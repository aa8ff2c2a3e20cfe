"""Cells for people's spreadsheets and pages."""

from typing import Any

from config.visible import visible

_RUN_BY_SPREADSHEETS = tuple("=+-@＝＋－＠")


def defused(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula, with what cannot be seen made visible; numbers stay."""
    if not isinstance(value, str):
        return value
    is_run = value.lstrip().startswith(_RUN_BY_SPREADSHEETS) or value.startswith(("\t", "\r"))
    return f"'{visible(value)}" if is_run else visible(value)
