"""What the jobs need of the pay database: tables and columns with their types.

The tables belong to other services. A test holds this against docs/specs/paydb/columns.csv; `doctor` holds it against
the database at hand.
"""

from sqlalchemy import Connection, text

PAY_TABLES: dict[str, dict[str, str]] = {
    "payment_accounts": {
        "id": "integer",
        "auth_account_id": "character varying(50)",
        "payment_method": "character varying(15)",
        "statement_notification_enabled": "boolean",
    },
    "statement_settings": {
        "id": "integer",
        "frequency": "character varying(50)",
        "payment_account_id": "integer",
        "from_date": "date",
        "to_date": "date",
    },
    "statements": {
        "id": "integer",
        "frequency": "character varying(50)",
        "from_date": "date",
        "to_date": "date",
        "created_on": "date",
        "statement_settings_id": "integer",
        "payment_account_id": "integer",
        "notification_status_code": "character varying(20)",
        "is_interim_statement": "boolean",
        "payment_methods": "character varying(100)",
        "is_empty": "boolean",
    },
    "statement_invoices": {"id": "integer", "statement_id": "integer", "invoice_id": "integer"},
    "invoices": {
        "id": "integer",
        "created_on": "timestamp without time zone",
        "payment_account_id": "integer",
        "payment_method_code": "character varying(15)",
    },
}

_FOUND = """
SELECT class.relname, attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
  FROM pg_class AS class
  JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid
 WHERE class.oid = ANY (SELECT to_regclass(name) FROM unnest(CAST(:tables AS text[])) AS name)
   AND attribute.attnum > 0
   AND NOT attribute.attisdropped
"""


def differences(connection: Connection) -> list[str]:
    """Give what the database at hand lacks or has otherwise, one sentence each."""
    rows = connection.execute(text(_FOUND), {"tables": list(PAY_TABLES)})
    found = {(table, column): kind for table, column, kind in map(tuple, rows)}
    tables = {table for table, _ in found}
    problems = [f"table {table} is missing" for table in PAY_TABLES if table not in tables]
    for table, columns in PAY_TABLES.items():
        for column, kind in columns.items():
            actual = found.get((table, column))
            if table in tables and actual != kind:
                problems.append(f"{table}.{column} is {actual or 'missing'}, expected {kind}")
    return problems
