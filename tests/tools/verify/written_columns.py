"""The money, status and date columns of the pay tables that the jobs write, read from the jobs' own statements."""

import re
from collections.abc import Iterator

from database.pay.history import KEYS
from database.pay.rights import PAY_TABLES, WRITTEN
from tests.database.test_pay_tables import ROOT

MONEY, STATUS, DATE = "money", "status", "date"
_INSERTED = re.compile(r"\bINSERT INTO (\w+)(?: AS \w+)? \(([^)]*)\)")
_UPDATED = re.compile(r"\bUPDATE (\w+)(?: AS \w+)?\s+SET (.*?)(?=\n\s*(?:FROM|WHERE|RETURNING)\b|\Z)", re.DOTALL)
_SET = re.compile(r"(?:^|,)\s*(\w+)\s*=(?!=)", re.MULTILINE)
_STATUSES = re.compile(r"^(status|refund_status|cheque_status|\w*status_code|status_code)$")


def written_columns() -> dict[tuple[str, str], str]:
    """Return each such column, as (table, column), with its kind."""
    found = {(f"{table}_history", "changed"): DATE for table in KEYS if f"{table}_history" in WRITTEN}
    for table, column in all_written_columns():
        kind = _kind(column, PAY_TABLES.get(table, {}).get(column, ""))
        if kind:
            found[table, column] = kind
    return found


def all_written_columns() -> set[tuple[str, str]]:
    """Return each column that a statement of a job or tool writes, as (table, column)."""
    return {(table, column) for table, column in _written() if table in WRITTEN and column in PAY_TABLES[table]}


def _written() -> Iterator[tuple[str, str]]:
    for room in ("tasks", "tools"):
        for path in sorted((ROOT / room).rglob("*.sql")):
            statement = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
            for table, columns in _INSERTED.findall(statement):
                yield from ((table, column.strip()) for column in columns.split(","))
            for table, assigned in _UPDATED.findall(statement):
                yield from ((table, column) for column in _SET.findall(_outermost(assigned)))


def _outermost(assigned: str) -> str:
    """Return the assignments without what stands in brackets, and without the branches of a CASE."""
    while (shorter := re.sub(r"\([^()]*\)", "", assigned)) != assigned:
        assigned = shorter
    return re.sub(r"\bCASE\b.*?\bEND\b", "", assigned, flags=re.DOTALL)


def _kind(column: str, type_: str) -> str:
    if type_.startswith(("numeric", "double")):
        return MONEY
    if type_.startswith(("timestamp", "date")):
        return DATE
    return STATUS if _STATUSES.match(column) else ""
