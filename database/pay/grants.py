"""The statements that give a database role what the jobs need, and no more."""

from database.own_schema import SCHEMA
from database.pay.rights import PAY_TABLES, WRITTEN
from database.sql import statements

_HEAD = (
    "-- Run them in the pay database, after `db upgrade` and as the role that ran it: what it makes later is",
    "-- granted with what is there.",
    "BEGIN;",
)
# Never leave the database by a role that only reads; the tables have more such columns, which we never read.
BANK_ACCOUNT = {"payment_instrument_number"}
WITH_BANK_ACCOUNTS = ("cfs_accounts", "cfs_accounts_history")


def read_only_grants(role: str) -> str:
    """Return the GRANT statements for a role that only reads: the console's. No bank account number is among them."""
    name = _quoted(role)
    return "\n".join(
        [
            *_HEAD,
            f"GRANT USAGE ON SCHEMA public, {SCHEMA} TO {name};",
            *(f"GRANT SELECT{_columns(table)} ON public.{table} TO {name};" for table in PAY_TABLES),
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {name};",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT SELECT ON TABLES TO {name};",
            "COMMIT;",
        ]
    )


def _columns(table: str) -> str:
    """Return the columns to name in a grant: those we read, of a table that holds bank accounts; none of another."""
    if table not in WITH_BANK_ACCOUNTS:
        return ""
    return f" ({', '.join(column for column in PAY_TABLES[table] if column not in BANK_ACCOUNT)})"


def grants(role: str) -> str:
    """Return the GRANT statements for a role; whoever owns the tables runs them, in the pay database."""
    name = _quoted(role)
    tables = [
        f"GRANT {', '.join(('SELECT', *WRITTEN.get(table, ())))} ON public.{table} TO {name};" for table in PAY_TABLES
    ]
    own = [
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name};",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {name};",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO {name};",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name};",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT USAGE ON SEQUENCES TO {name};",
    ]
    sequences = statements(__package__)["grant_sequences"].text.strip()
    return "\n".join(
        [
            *_HEAD,
            f"GRANT USAGE ON SCHEMA public TO {name};",
            *tables,
            *own,
            sequences.format(role=_literal(role), tables=_inserted_into()),
            "COMMIT;",
        ]
    )


def _inserted_into() -> str:
    return ", ".join(f"'public.{table}'" for table, rights in WRITTEN.items() if "INSERT" in rights)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    escaped = text.replace("'", "''").replace("\\", "\\\\")
    return f"E'{escaped}'" if "\\" in text else f"'{escaped}'"
