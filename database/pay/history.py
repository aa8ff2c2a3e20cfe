"""Keep the versions of rows that the pay database keeps versions of.

Whoever changes such a row first writes it as it was into `<table>_history` and raises its version, in the same
transaction. A change without a user leaves no name of one behind: `WITHOUT_USER` are the tables that hold such names.
Source: docs/specs/paydb/README.md, "History".
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

KEYS = {
    "cfs_accounts": "id",
    "corp_types": "code",
    "distribution_codes": "distribution_code_id",
    "payment_accounts": "id",
    "refunds_partial": "id",
}
WITHOUT_USER = {"corp_types", "distribution_codes", "invoices", "refunds_partial"}
# By the names of the columns: a column that the owner of the tables adds to both is kept as well.
_KEEP = """
WITH old AS (
       SELECT * FROM {table} WHERE {key} = ANY (:keys) ORDER BY {key} FOR UPDATE
     ),
     kept AS (
       INSERT INTO {table}_history
       SELECT history.*
         FROM old
        CROSS JOIN LATERAL jsonb_populate_record(
              CAST(NULL AS {table}_history), to_jsonb(old) || jsonb_build_object('changed', CAST(:now AS timestamp))
              ) AS history
     )
UPDATE {table} AS versioned
   SET {changes}
  FROM old
 WHERE versioned.{key} = old.{key}
"""


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
    statement = _KEEP.format(table=table, key=KEYS[table], changes=changes)
    session.execute(text(statement), {"keys": list(keys), "now": now})
