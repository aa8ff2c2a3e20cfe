"""Whether a ministry was charged for an invoice; a statement asks it as `<<invoice.was_charged>>`, by its alias."""

from functools import cache
from importlib.resources import files


def was_charged(alias: str) -> str:
    """Return the condition that an invoice was charged."""
    return _condition().replace("{invoice}", alias)


@cache
def _condition() -> str:
    return files(__package__).joinpath("sql", "was_charged.sql").read_text(encoding="utf-8")
