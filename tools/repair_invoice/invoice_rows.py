"""The rows of one invoice that a repair judges and changes, so that both can be compared and shown."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

from database.sessions import Session
from database.sql import statements

sql = statements(__package__)


@dataclass(frozen=True)
class RowKeys:
    """What names the rows: the invoice, and the receipt or CFS number under which its payment is kept."""

    invoice: int
    receipt: str | None = None
    number: str | None = None


class InvoiceRowChange(NamedTuple):
    """A row with what it says before and after; None where there is none."""

    table: str
    id: int
    before: str | None
    after: str | None


@dataclass(frozen=True)
class InvoiceRows:
    """The rows, in words by table and id."""

    keys: RowKeys
    words: dict[tuple[str, int], str]

    def of(self, table: str) -> list[str]:
        """Return what the rows of a table say."""
        return [words for (name, _), words in self.words.items() if name == table]


def read_rows(session: Session, keys: RowKeys) -> InvoiceRows:
    """Return the rows as they are now."""
    rows = sql.run(session, "read_rows", **asdict(keys))
    return InvoiceRows(keys, {(row.name, row.id): row.words for row in rows})


def changes(before: InvoiceRows, after: InvoiceRows) -> list[InvoiceRowChange]:
    """Return the rows that differ."""
    keys = sorted(before.words.keys() | after.words.keys())
    found = [InvoiceRowChange(*key, before.words.get(key), after.words.get(key)) for key in keys]
    return [row for row in found if row.before != row.after]
