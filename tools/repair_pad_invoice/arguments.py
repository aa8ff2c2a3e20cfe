"""The arguments of repair pad-invoice."""

from dataclasses import dataclass

from config.errors import UsageError


@dataclass(frozen=True)
class Arguments:
    """What was typed: ids of invoices, and why."""

    ids: tuple[int, ...]
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.ids:
            raise UsageError("Name at least one invoice, like 1234567.")
