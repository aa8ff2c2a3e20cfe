"""The arguments of repair ejv-invoice and repair slip-invoice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SlipArguments:
    """What was typed: ids of invoices, and why."""

    ids: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class EjvArguments(SlipArguments):
    """The same; `no_journal` is whether CAS has no journal for the invoices."""

    no_journal: bool = False
