"""Every column of a pay table that a statement names is listed in database/pay/rights.py."""

import ast
import re
from collections.abc import Iterator

import pytest

from database.pay.rights import PAY_TABLES
from tests.database.test_pay_tables import ROOT, recorded

ROOMS = ("console", "tools", "tasks", "diagnosis", "jobs", "connectors", "database")
COLUMNS: dict[str, set[str]] = {}
for _table, _column in recorded():
    COLUMNS.setdefault(_table, set()).add(_column)
_STATEMENT = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b")
_NOT_A_NAME = re.compile(r"--.*|'[^']*'|(?<!:):[a-z_]+")
_TABLE = re.compile(
    r"\b(?:FROM|JOIN|UPDATE|INTO|USING)\s+(?:ONLY\s+)?([a-z_]+)\b(?!\.)(?:\s+(?:AS\s+)?([a-z_]+))?"
    r"|,\s*([a-z_]+)\s+AS\s+([a-z_]+)"
)


def statements() -> Iterator[tuple[str, str]]:
    """Return every statement of the code, and where it stands."""
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*")) if path.is_file()):
        place = path.relative_to(ROOT).as_posix()
        if path.suffix == ".sql":
            yield place, path.read_text(encoding="utf-8")
        elif path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _STATEMENT.search(node.value):
                    yield f"{place}:{node.lineno}", node.value


def unlisted(statement: str) -> set[str]:
    """Return the columns of pay tables that a statement names and PAY_TABLES does not list."""
    bare = _NOT_A_NAME.sub("", statement)
    tables: dict[str, str] = {}
    for first, first_alias, other, other_alias in _TABLE.findall(bare):
        table, alias = first or other, first_alias or other_alias
        if table in COLUMNS:
            tables |= {name: table for name in (table, alias) if name}
    found = {
        (tables[alias], column)
        for alias, column in re.findall(r"\b([a-z_]+)\.([a-z_]+)\b", bare)
        if alias in tables and column in COLUMNS[tables[alias]]
    }
    used = set(tables.values())
    listed = {column for table in used for column in PAY_TABLES.get(table, ())}
    alone = re.sub(r"\b[a-z_]+\.[a-z_]+|\bAS\s+[a-z_]+", "", bare)
    for word in set(re.findall(r"\b[a-z_]+\b(?!\s*\()", alone)) - listed - set(COLUMNS):
        found |= {(table, word) for table in used if word in COLUMNS[table]}
    return {f"{table}.{column}" for table, column in found if column not in PAY_TABLES.get(table, ())}


def test_every_column_that_a_statement_names_is_listed() -> None:
    missing = {place: names for place, statement in statements() if (names := unlisted(statement))}

    assert missing == {}, "list these columns, with their types, in database/pay/rights.py"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT inv.id, inv.details FROM invoices AS inv", "invoices.details"),
        ("UPDATE invoices SET details = NULL WHERE id = :id", "invoices.details"),
        ("INSERT INTO receipts (invoice_id) SELECT details FROM invoices", "invoices.details"),
        ("SELECT count(*) FROM eft_files", ""),
        ("SELECT file.file_ref FROM eft_files AS file", "eft_files.file_ref"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_listed_would_be_found(statement: str, name: str) -> None:
    assert unlisted(statement) == ({name} if name else set())


def test_the_columns_of_nearly_all_statements_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {f"{table}.{column}" for table, columns in PAY_TABLES.items() for column in columns}
    for table in PAY_TABLES:
        monkeypatch.setitem(PAY_TABLES, table, {})

    seen = set().union(*(unlisted(statement) for _, statement in statements()))

    assert len(listed & seen) > 0.85 * len(listed)
