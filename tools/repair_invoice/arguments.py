"""The arguments of repair ejv-invoice and repair slip-invoice."""

from dataclasses import dataclass

from jobs.parameters import require_reason


@dataclass(frozen=True)
class SlipArguments:
    """What was typed: ids of invoices, and why."""

    ids: tuple[int, ...]
    reason: str

    def __post_init__(self) -> None:
        require_reason(self.reason)


@dataclass(frozen=True)
class EjvArguments(SlipArguments):
    """The same; `no_journal` is whether CAS has no journal for the invoices."""

    no_journal: bool = False
