"""Keep the versions of rows that the pay database keeps versions of.

Whoever changes such a row first writes it as it was into `<table>_history` and raises its version, in the same
transaction. A change without a user leaves no name of one behind: `WITHOUT_USER` are the tables that hold such names.
Source: docs/specs/paydb/README.md, "History".
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text

from database.sessions import Session
from database.sql import statements

KEYS = {
    "cfs_accounts": "id",
    "corp_types": "code",
    "distribution_codes": "distribution_code_id",
    "payment_accounts": "id",
    "refunds_partial": "id",
}
WITHOUT_USER = {"corp_types", "distribution_codes", "invoices", "refunds_partial"}


def keep_versions(session: Session, table: str, keys: Collection[int] | Collection[str], now: datetime) -> None:
    """Write rows that are about to be changed into the table's history, and raise their versions.

    The rows are locked, in the order of their keys, until the transaction ends.
    now  naive UTC
    """
    if not keys:
        return
    changes = "version = old.version + 1"
    if table in WITHOUT_USER:
        changes += ", updated_by = NULL, updated_name = NULL"
    statement = statements(__package__)["keep_versions"].text.format(table=table, key=KEYS[table], changes=changes)
    session.execute(text(statement), {"keys": list(keys), "now": now})
