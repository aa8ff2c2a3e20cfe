"""The arguments of compare cfs."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Arguments:
    """Which invoices are compared."""

    since: date | None = None
    sample: int | None = None
    method: str | None = None
    account: str | None = None

    @property
    def scope(self) -> str:
        """What is compared, as a key: the same command goes on with the same comparison."""
        invoices = f"method={self.method or '*'} account={self.account or '*'}"
        return f"{invoices} since={self.since or 'default'} sample={self.sample or '*'}"
