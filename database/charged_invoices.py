"""Whether a ministry was charged for an invoice; a statement asks it as `<<invoice.was_charged>>`, by its alias."""

from functools import cache
from importlib.resources import files


def was_charged(alias: str) -> str:
    """Return the condition that an invoice was charged."""
    return _condition("was_charged").replace("{invoice}", alias)


@cache
def _condition(name: str) -> str:
    return files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
