"""The statements that give a database role what the jobs need, and no more."""

from database.own_schema import SCHEMA
from database.pay.rights import PAY_TABLES, WRITTEN


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
    return "\n".join(
        [
            "-- Run them in the pay database, after `db upgrade` and as the role that ran it: what it makes later is",
            "-- granted with what is there.",
            "BEGIN;",
            f"GRANT USAGE ON SCHEMA public TO {name};",
            *tables,
            *own,
            _SEQUENCES_AND_TEMPORARY_TABLES.format(role=_literal(role), tables=_inserted_into()),
            "COMMIT;",
        ]
    )


_SEQUENCES_AND_TEMPORARY_TABLES = """\
DO $$
DECLARE
    sequence text;
BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), {role});
    FOR sequence IN
        SELECT DISTINCT pg_get_serial_sequence(attrelid::regclass::text, attname)
          FROM pg_attribute
         WHERE attrelid = ANY (ARRAY[{tables}]::regclass[]) AND attnum > 0 AND NOT attisdropped
    LOOP
        IF sequence IS NOT NULL THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', sequence, {role});
        END IF;
    END LOOP;
END $$;"""


def _inserted_into() -> str:
    return ", ".join(f"'public.{table}'" for table, rights in WRITTEN.items() if "INSERT" in rights)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    escaped = text.replace("'", "''").replace("\\", "\\\\")
    return f"E'{escaped}'" if "\\" in text else f"'{escaped}'"
