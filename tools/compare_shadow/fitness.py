"""Whether databases can be compared at all: different ones, of which this role may read what is compared."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from config.errors import UsageError
from config.visible import visible
from database.sql import statements
from tools.compare_shadow.tables import TABLES

sql = statements(__package__)

_PAY = [f"public.{table.name}" for table in TABLES]
# What decisions and invariants rest on.
_OURS = [
    f"pay_jobs.{table}"
    for table in (
        "feedback_batches", "feedback_lines", "inbound_files", "job_runs", "known_findings", "operation_steps",
        "operations", "outbox", "settlement_rows",
    )
]  # fmt: skip
_SHOWN = 3


def require_fit(connections: Mapping[str, Connection]) -> None:
    """Raise UsageError where databases, by the option of each, cannot be compared."""
    known: dict[str, str] = {}
    for option, connection in connections.items():
        database = str(sql.run(connection, "tell_database").scalar_one())
        if database in known:
            raise UsageError(
                f"{known[database]} and {option} lead to the same database: it would agree with itself. "
                "Nothing was compared."
            )
        known[database] = option
        _require_tables(option, connection, _PAY)
    _require_tables("--ours", connections["--ours"], _OURS)


def _require_tables(option: str, connection: Connection, tables: Sequence[str]) -> None:
    lacking = list(sql.run(connection, "list_unreadable", tables=list(tables)))
    missing = [row.name for row in lacking if not row.is_there]
    if missing and missing[0].startswith("pay_jobs."):
        raise UsageError(
            f"The database of {option} has no {missing[0]}: no job of this service has worked on it, or its schema is "
            "older than this program. Are --theirs and --ours swapped? Nothing was compared."
        )
    if missing:
        raise UsageError(
            f"The database of {option} lacks {some(missing)}: it is not a copy of the pay database. "
            "Nothing was compared."
        )
    if lacking:
        role = lacking[0].role
        names = [row.name for row in lacking]
        schemas = "public, pay_jobs" if option == "--ours" else "public"
        raise UsageError(
            f"In the database of {option} {role} may not read {some(names)}. Nothing was compared. "
            f"GRANT USAGE ON SCHEMA {schemas} TO {role} and GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO {role} "
            "are enough."
        )


def some(names: Sequence[str]) -> str:
    """Return the first of some names as text, and how many more there are."""
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(visible(name) for name in names[:_SHOWN]) + more
