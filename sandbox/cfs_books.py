"""CFS as the pay database believes it to be: what the simulator is given before the jobs meet it.

Of every profile its site, of every number that is open its invoice with what was paid of it, of every open credit its
memo; of routing slips every invoice and receipt, in the state that CFS is in before the job works the slip's status
(sql/cfs_*.sql). What else is paid is left out: tens of thousands of invoices that no job asks about.
"""

from decimal import Decimal

import psycopg2
from psycopg2 import extensions
from psycopg2.extras import RealDictCursor

from sandbox.cfs.process import CfsAdmin
from sandbox.sql_files import statement

# What is sent at once, so that no answer of the simulator takes long.
_AT_ONCE = 10_000
# In this order, because each refers to those before it.
_KINDS = (
    ("sites", "cfs_sites"),
    ("invoices", "cfs_invoices"),
    ("credit_memos", "cfs_memos"),
    ("receipts", "cfs_receipts"),
    ("receipts", "cfs_slip_receipts"),
)


def open_books(database_url: str, cfs: CfsAdmin) -> bool:
    """Fill a simulator that never received money from the pay database; return whether it was one."""
    totals = cfs.books()["totals"]
    assert isinstance(totals, dict)
    if Decimal(str(totals["received"])):
        return False
    cfs.reset()
    connection = psycopg2.connect(database_url)
    try:
        seed_books(connection, cfs)
    finally:
        connection.close()
    return True


def seed_books(connection: extensions.connection, cfs: CfsAdmin) -> None:
    """Put it all into empty books. Raise httpx.HTTPStatusError where it does not fit together."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        for kind, name in _KINDS:
            cursor.execute(statement(name))
            rows = cursor.fetchall()
            for first in range(0, len(rows), _AT_ONCE):
                cfs.seed(**{kind: rows[first : first + _AT_ONCE]})
