"""Runs of PAD_RECONCILE that can be told to end at a point (tests/forked_runs.py).

An order is {"settings": {...}, "database_url": ..., "minutes": 0, "end_at": 7 or null, "how": "kill" or "terminate"}.
The points are before and after every commit that wrote something, and before chosen statements of the one transaction
that applies a file; they are numbered from 0. To terminate ends every connection to the database, as its restart does.
"""

import os
import re
from datetime import timedelta
from typing import Any

import psycopg2
from sqlalchemy import Connection, Engine, event

from jobs.lifecycle.runner import RunRequest, execute
from sandbox.commits import listen_to_commits
from tasks.pad_reconcile import JOB
from tests.forked_runs import HeardPoints, die
from tests.settlement_factory import NOW

_WRITES = re.compile(r"(?:--[^\n]*\n|\s)*(?:WITH\b.*\b)?(INSERT|UPDATE|DELETE)\b", re.IGNORECASE | re.DOTALL)
_INSIDE = (
    "-- Create the table that holds the rows of one file as they were read",
    "-- Decide what becomes of each row",
    "-- Mark the invoices paid",
    "-- Create the NSF fee invoice",
    "-- Record every row",
    "-- Keep messages for delivery",
)


class _Listener:
    """Hears of the points of a run, and ends it at one of them."""

    def __init__(self, order: dict[str, Any], points: HeardPoints) -> None:
        self._order = order
        self._points = points

    def listen(self) -> None:
        """Hear of every statement and commit in this process."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        listen_to_commits(self._commit)

    def _statement(self, connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if _WRITES.match(statement):
            connection.info["wrote"] = statement.split("\n", maxsplit=1)[0][:60]
        if statement.startswith(_INSIDE):
            self._reach(statement.split("\n", maxsplit=1)[0][3:])

    def _commit(self, connection: Connection, when: str) -> None:
        wrote = connection.info.get("wrote") if when == "before" else connection.info.pop("wrote", None)
        if wrote is not None:
            self._reach(f"{when} the commit of: {wrote}")

    def _reach(self, name: str) -> None:
        if self._points.note(name) == self._order["end_at"]:
            if self._order["how"] == "kill":
                die()
            _terminate(self._order["database_url"])


def _terminate(database_url: str) -> None:
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


def carry_out(order: dict[str, Any], points: HeardPoints) -> int:
    """Carry out an order of the module's docstring and return the exit code."""
    os.environ.update(order["settings"], DATABASE_URL=order["database_url"])
    _Listener(order, points).listen()
    now = NOW + timedelta(minutes=order["minutes"])
    return int(execute(JOB, RunRequest(values={}), clock=lambda: now).exit_code)
