"""Write the journal."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.orm import Session

from config.errors import PayJobsError
from database.sql import run_sql
from tasks.routing_slip_recreate.steps.base import Json, Seen, Step

PACKAGE = __package__


def open_operation(
    session: Session, *, slip: str, kind: str, plan: Json, run_id: int | None, reason: str | None = None
) -> int:
    """Begin an operation, or go on with the one of this kind that is in work; gives its id."""
    row = run_sql(
        session, PACKAGE, "open_operation", slip=slip, kind=kind, plan=json.dumps(plan), reason=reason, run_id=run_id
    ).one_or_none()
    if row is None:
        raise PayJobsError(f"Slip {slip} has another operation in work than {kind}; see --list.")
    found: int = row.id
    return found


def close_operation(session: Session, operation_id: int, *, run_id: int | None, why: str | None = None) -> None:
    """Say that an operation is done, inside the transaction that did the last of it."""
    run_sql(session, PACKAGE, "end_operation", id=operation_id, state="done", why=why, run_id=run_id)


def park_operation(session: Session, operation_id: int, *, why: str, run_id: int | None, state: str = "parked") -> None:
    """Leave an operation to a person, or (`dropped`) let go of it, and say why."""
    run_sql(session, PACKAGE, "end_operation", id=operation_id, state=state, why=why, run_id=run_id)


class Journal:
    """The steps of one operation; each entry is a transaction of its own."""

    def __init__(
        self, begin: Callable[[], AbstractContextManager[Session]], operation_id: int, run_id: int | None
    ) -> None:
        self._begin = begin
        self.operation_id = operation_id
        self._run_id = run_id

    def mark(self, number: int, step: Step, seen: Seen) -> None:
        """Note a step that needs no sending."""
        self._write("mark_step", step, number=number, found=seen.found, **self._asked(step))

    def intend(self, number: int, step: Step, seen: Seen) -> None:
        """Note a step before it is sent."""
        self._write("intend_step", step, number=number, found=seen.found, **self._asked(step))

    def answer(self, step: Step, state: str, answer: Json) -> None:
        """Note what became of a step: done, lost or refused."""
        self._write("answer_step", step, state=state, answer=json.dumps(answer))

    def _asked(self, step: Step) -> dict[str, Any]:
        return {"request": json.dumps(step.request), "run_id": self._run_id}

    def _write(self, statement: str, step: Step, **values: Any) -> None:
        with self._begin() as session:
            run_sql(
                session,
                PACKAGE,
                statement,
                operation_id=self.operation_id,
                kind=step.kind,
                subject=step.subject,
                **values,
            )
