"""Two runs of one world agree; what is planted in any written column of the second is named, and nothing else."""

from database.pay.rights import WRITTEN
from tests.tools.compare_shadow.conftest import Compare, explained, findings
from tests.tools.compare_shadow.copies import change, query
from tests.tools.compare_shadow.second_world import FURTHER
from tests.tools.verify.written_columns import all_written_columns
from tools.compare_shadow.tables import LEFT_OUT, ONLY_WHETHER, TABLES

_CHANGED = {
    "boolean": "NOT {0}",
    "integer": "{0} + 7000",
    "numeric": "{0} + 1",
    "double precision": "{0} + 1",
    "date": "{0} + 1",
    "timestamp without time zone": "{0} + interval '1 day'",
}
_ZERO = {"boolean": "false", "date": "'2026-11-01'", "timestamp without time zone": "'2026-11-01'"}
_COLUMNS = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
_KEYS = {table.name: " ".join(table.key) for table in TABLES}
# The number that bounced names the invoice of the fee, and a statement its invoices: with another key all are others.
_OF_KEYS = {"invoice_references", "invoices", "payment_line_items", "statement_invoices"}


def test_every_table_that_the_jobs_write_is_compared() -> None:
    assert {table.name for table in TABLES} == set(WRITTEN)
    assert [place for place in (*LEFT_OUT, *ONLY_WHETHER) if place[0] not in WRITTEN] == []


def test_two_runs_of_one_world_agree(compare: Compare, theirs: str, ours: str) -> None:
    outcome = compare()

    assert (findings(outcome), explained(outcome), outcome.exit_code) == (set(), {}, 0)
    for table in ("statements", "receipts", "payments"):
        made = [query(address, f"SELECT count(*) FROM {table} WHERE id > {FURTHER}") for address in (theirs, ours)]
        assert made[0] == [(0,)] < made[1]


def test_the_fee_of_a_slip_is_known_by_its_slip(compare: Compare, theirs: str, ours: str) -> None:
    for address, number in ((theirs, 4_000_001), (ours, 4_000_017)):
        change(
            address,
            "INSERT INTO invoices (id, payment_method_code, invoice_status_code, corp_type_code, routing_slip, total,"
            " created_by, created_on)"
            f" VALUES ({number}, 'INTERNAL', 'CREATED', 'BCR', '206000044', 30, 'SYSTEM', now())",
            "INSERT INTO invoice_references (invoice_id, invoice_number, status_code)"
            f" VALUES ({number}, 'REG0{number}', 'ACTIVE')",
        )

    assert findings(compare()) == set()


def test_a_change_in_every_written_column_is_named_and_nothing_else(compare: Compare, theirs: str, ours: str) -> None:
    planted = [place for place in _comparable(ours) if f"one.{place[1]}" not in _KEYS[place[0]]]
    for address in (theirs, ours):
        change(address, *_lacking_rows(address), *(_filled(*place) for place in planted))
    change(ours, *(_changed(*place) for place in planted))

    outcome = compare()

    assert findings(outcome) == {(table, column) for table, column, _ in planted}
    assert (explained(outcome), outcome.exit_code) == ({}, 3)
    assert len(planted) > 70


def test_a_change_in_a_key_is_a_row_that_only_one_side_has(compare: Compare, theirs: str, ours: str) -> None:
    planted = [place for place in _comparable(ours) if f"one.{place[1]}" in _KEYS[place[0]]]
    for address in (theirs, ours):
        change(address, *_lacking_rows(address), *(_filled(*place) for place in planted))
    change(ours, *(_changed(*place) for place in planted))

    outcome = compare()

    only_one_side = {table for table, column in findings(outcome) if column == "(the row)"}
    assert only_one_side | _OF_KEYS == {table for table, _, _ in planted} | _OF_KEYS
    assert explained(outcome) == {}


def _comparable(address: str) -> list[tuple[str, str, str]]:
    """Return each written column that is compared: table, column, type."""
    written = all_written_columns()
    return sorted(
        (table, column, kind)
        for table, column, kind in query(address, _COLUMNS)
        if ((table, column) in written or (table.endswith("_history") and table in WRITTEN))
        and (table, column) not in LEFT_OUT
    )


def _lacking_rows(address: str) -> list[str]:
    """Return what gives a row to each table of which a few nights have none; no constraint is asked."""
    needed = query(address, f"{_COLUMNS} AND is_nullable = 'NO' AND column_default IS NULL ORDER BY ordinal_position")
    statements = []
    for table in TABLES:
        if query(address, f"SELECT FROM {table.name} LIMIT 1"):
            continue
        values = {column: _zero(kind) for name, column, kind in needed if name == table.name}
        statements.append(f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({', '.join(values.values())})")
    return statements


def _filled(table: str, column: str, kind: str) -> str:
    """Return the statement that gives the first row a value where it has none."""
    return f"UPDATE {table} SET {column} = {_zero(kind)} WHERE {column} IS NULL AND {_first(table)}"


def _zero(kind: str) -> str:
    return _ZERO.get(kind, "'x'" if "char" in kind else "0")


def _changed(table: str, column: str, kind: str) -> str:
    """Return the statement that gives the first row another value, or none where only that is compared."""
    new = _CHANGED.get(kind, "left('~' || {0}, 10)").format(column)
    if (table, column) in ONLY_WHETHER:
        may = f"ALTER TABLE {table} ALTER {column} DROP NOT NULL"
        return f"{may}; UPDATE {table} SET {column} = NULL WHERE {_first(table)}"
    return f"UPDATE {table} SET {column} = {new} WHERE {_first(table)}"


def _first(table: str) -> str:
    key = "distribution_code_id" if table.startswith("distribution_codes") else "id"
    if table.endswith("_history"):
        return f"ctid = (SELECT ctid FROM {table} ORDER BY {key}, version LIMIT 1)"
    return f"{key} = (SELECT min({key}) FROM {table})"
