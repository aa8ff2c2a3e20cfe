"""What AP batches still owe: items that no line answered. They have no links that would tell."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

_NOUNS = {"REFUND": "slip", "EFT_REFUND": "EFT refund"}


class OwedItem(NamedTuple):
    """A slip or an EFT refund that waits for the answer to a batch; amount in CAD."""

    batch: int
    file_type: str
    number: str
    amount: Decimal

    @property
    def words(self) -> str:
        """Return what it is."""
        return f"{_NOUNS[self.file_type]} {self.number}"


def owed_items(session: Session, batch: int | None = None, numbers: Sequence[str] = ()) -> list[OwedItem]:
    """Return what a batch still owes, or what all do that were answered.

    numbers  those in the batch's inbox file, where it is at hand; else only what is indexed is known
    """
    rows = sql.run(session, "list_owed", batch=batch, numbers=list(numbers))
    return [OwedItem(**row._mapping) for row in rows]
