"""What `doctor` asks of the pay database: the shape of its tables, and our rights to them.

A probe returns what it found and what to do about it, which is empty where all is well.
"""

from collections.abc import Callable

from sqlalchemy import Connection, text

from config.command_line import typed
from database.own_schema import SCHEMA
from database.pay.rights import PAY_TABLES, WRITTEN, differences
from database.sql import statements

sql = statements(__package__)


def pay_tables(connection: Connection) -> tuple[str, str]:
    """Hold the pay tables against those the jobs know."""
    if problems := differences(connection):
        return "; ".join(problems), "Connect to the pay database, at the revision the jobs know."
    return f"the {len(PAY_TABLES)} tables the jobs use are as expected", ""


def rights(connection: Connection) -> tuple[str, str]:
    """Hold what the user may do against what the jobs do: to the pay tables, their sequences, and our own schema."""
    needs = [(table, right) for table in PAY_TABLES for right in ("SELECT", *WRITTEN.get(table, ()))]
    lacking = sql.run(
        connection,
        "list_lacking_rights",
        tables=[table for table, _ in needs],
        rights=[right for _, right in needs],
        own=SCHEMA,
    )
    if missing := sorted(lacking.scalars()):
        user = connection.scalar(text("SELECT current_user"))
        return (
            f"not granted: {', '.join(missing)}",
            f"Have them granted; the statements: {typed('db grants --role', user)}",
        )
    return "all that the jobs do to the pay tables and to pay_jobs is allowed", ""


PROBES: dict[str, Callable[[Connection], tuple[str, str]]] = {"pay tables": pay_tables, "rights": rights}
