"""Write the journal."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from config.errors import PayJobsError, SourceUnavailable
from connectors.effects import ClaimLost
from database.sql import statements
from tasks.routing_slip_recreate.steps.base import CfsStep, Json, StepState

sql = statements(__package__)


def open_operation(
    session: Session, *, slip: str, kind: str, plan: Json, run_id: int | None, reason: str | None = None
) -> int:
    """Begin an operation, or continue the one of this kind that is in progress and return its id."""
    row = sql.run(
        session, "open_operation", slip=slip, kind=kind, plan=json.dumps(plan), reason=reason, run_id=run_id
    ).one_or_none()
    if row is None:
        raise PayJobsError(f"Slip {slip} has an operation other than {kind} in progress: `slips list` shows it.")
    found: int = row.id
    return found


def park_operation(session: Session, *, slip: str, kind: str, why: str, run_id: int | None) -> None:
    """Park what is in progress on a slip, or was about to begin: it needs a decision."""
    sql.run(session, "park_operation", slip=slip, kind=kind, why=why, run_id=run_id)


def drop_operation(session: Session, operation_id: int, *, why: str, run_id: int | None) -> None:
    """Drop an operation."""
    sql.run(session, "end_operation", id=operation_id, state="dropped", why=why, run_id=run_id)


class SlipChanged(SourceUnavailable):
    """Nothing was sent: the next run judges the slip anew."""


class OperationJournal:
    """One operation and its steps.

    What is about to be sent is committed before it is sent, and with it the plan and what became of the steps before
    it. What is not committed yet when the process dies is looked up in CFS again.

    judged    status and total of the slip when the plan was made
    is_begun  whether an earlier run has sent a step: then the operation goes to its end, whatever the slip is now
    """

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Session]],
        *,
        slip: str,
        kind: str,
        plan: Json,
        run_id: int | None,
        judged: tuple[str, Decimal],
        is_begun: bool = False,
    ) -> None:
        self._begin = begin
        self._judged = dict(zip(("status", "total"), judged, strict=True))
        self._is_begun = is_begun
        self._operation: dict[str, Any] = {"slip": slip, "kind": kind, "plan": plan, "run_id": run_id}
        self._run_id = run_id
        self._id: int | None = None
        self._noted: list[tuple[str, dict[str, Any]]] = []
        self._intended: dict[str, Any] = {}

    def open(self) -> None:
        """Commit the plan by itself."""
        with self._begin() as session:
            operation = self._write(session)
        self._id = operation

    def mark(self, number: int, step: CfsStep, seen: StepState) -> None:
        """Note a step that needs no sending."""
        self._note("mark_step", step, number=number, found=seen.found, **self._asked(step))

    def intend(self, number: int, step: CfsStep, seen: StepState) -> None:
        """Commit a step before it is sent."""
        self._note("intend_step", step, number=number, found=seen.found, **self._asked(step))
        self.save()

    def still_intended(self) -> None:
        """Make sure that the step that was committed last is still this run's to send.

        Raises ClaimLost where it is not, SlipChanged where nothing was sent yet and the slip is not what was judged.
        """
        with self._begin() as session:
            row = sql.run(
                session, "still_intended", operation_id=self._id, **self._intended, **self._judged
            ).one_or_none()
            is_changed = row is not None and not row.is_asked_for and not self._is_begun
            if is_changed:
                sql.run(session, "withdraw_step", operation_id=self._id, **self._intended)
        if is_changed:
            raise SlipChanged(f"it is no longer {self._judged['status']} over {self._judged['total']}")
        if row is None:
            raise ClaimLost(
                f"'{self._intended['kind']} {self._intended['subject']}' was taken over by another run before it was "
                "sent."
            )

    def answer(self, step: CfsStep, state: str, answer: Json) -> None:
        """Note what became of a step: done, lost or refused."""
        self._is_begun = True
        self._note("answer_step", step, state=state, answer=json.dumps(answer))

    def save(self) -> None:
        """Commit what was noted."""
        if self._noted:
            self.open()
            self._noted.clear()

    def close(self, session: Session, *, why: str | None = None) -> None:
        """Mark the operation as done, inside the transaction that does the last of it."""
        operation = self._write(session)
        sql.run(session, "end_operation", id=operation, state="done", why=why, run_id=self._run_id)

    def _write(self, session: Session) -> int:
        operation = self._id or open_operation(session, **self._operation)
        for statement, values in self._noted:
            row = sql.run(session, statement, operation_id=operation, **values)
            if statement == "intend_step":
                self._intended = {name: values[name] for name in ("kind", "subject")} | {"attempts": row.scalar_one()}
        return operation

    def _asked(self, step: CfsStep) -> dict[str, Any]:
        return {"request": json.dumps(step.request), "run_id": self._run_id}

    def _note(self, statement: str, step: CfsStep, **values: Any) -> None:
        self._noted.append((statement, {"kind": step.kind, "subject": step.subject, **values}))
