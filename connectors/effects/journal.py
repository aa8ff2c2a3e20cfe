"""The one journal of operations outside: what is planned, then each step of it, committed before the step is sent.

An operation is a plan about a subject (`slip 206000010`, `invoice 31`, `batch 4321`); a subject has one open operation
at most. What is about to be sent is committed before it is sent, and with it the plan and the answers to the steps
before it; the last answers are committed in the transaction that closes the operation and brings the books in line.
What was not committed when a process died is looked up outside again.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.errors import PayJobsError, SourceUnavailable
from connectors.effects.last_check import ClaimLost
from connectors.effects.states import OPEN_STATES, EffectState, PendingEffect
from connectors.effects.steps import Json, Step
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)
Begin = Callable[[], AbstractContextManager[Session]]


class PlanOutdated(SourceUnavailable):
    """Nothing was sent: the next run judges it anew."""


@dataclass(frozen=True, kw_only=True)
class PlannedOperation:
    """An operation as it is written down before anything is sent.

    kind     like `partial credit`; what `pending` and `explain` call it
    subject  what it changes: a word and a number
    plan     all that a later run needs to go on with it
    command  what to type next while it is open
    amount   in CAD, None where it is not known
    why      a word to the person who finds it half done
    reason   why somebody asked for it
    """

    kind: str
    subject: str
    plan: dict[str, Any]
    command: str
    amount: Decimal | None = None
    why: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class StepEntry:
    """What the journal has of a step: `attempts` says how often it was on its way outside."""

    kind: str
    subject: str
    state: EffectState
    answer: dict[str, Any] | None
    attempts: int

    @property
    def story(self) -> str:
        """The step and its state, with what was said where it was not done."""
        said = (self.answer or {}).get("error") or (self.answer or {}).get("reason")
        words = f"{self.kind} {self.subject}: {self.state}"
        return f"{words} ({said.rstrip('.')})" if said and self.state != EffectState.ANSWERED else words


@dataclass(frozen=True, kw_only=True)
class Operation(PlannedOperation):
    """An operation as the journal has it, its steps in the order in which they were last noted."""

    id: int
    state: EffectState
    run_id: int | None
    created_on: datetime
    steps: tuple[StepEntry, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor dropped."""
        return self.state in OPEN_STATES

    @property
    def was_sent(self) -> bool:
        """Whether any step of it was ever on its way outside."""
        return any(step.attempts for step in self.steps)

    @property
    def last_step(self) -> StepEntry | None:
        """The step that was noted last."""
        return self.steps[-1] if self.steps else None

    def step(self, kind: str) -> StepEntry | None:
        """Return the step of a kind that was noted last."""
        return next((step for step in reversed(self.steps) if step.kind == kind), None)


def read_operations(session: Session, subjects: Sequence[str]) -> list[Operation]:
    """Return every operation on some subjects, the oldest first."""
    return _read(session, subjects=list(subjects), kind=None, only_open=False)


def open_operations(session: Session, kind: str | None = None) -> list[Operation]:
    """Return the open operations, or those of one kind, the oldest first."""
    return _read(session, subjects=None, kind=kind, only_open=True)


def find_open(session: Session, subject: str) -> Operation | None:
    """Return the open operation on a subject, if there is one."""
    return next(iter(_read(session, subjects=[subject], kind=None, only_open=True)), None)


def pending_operations(session: Session) -> list[PendingEffect]:
    """Return the open operations as `pending` lists them, each with the step it is at."""
    return [
        PendingEffect(
            what=one.kind.replace("_", " "),
            subject=one.subject,
            state=one.state,
            since=one.created_on,
            amount=one.amount,
            why=". ".join(filter(None, (one.last_step.story if one.last_step else "no step was taken yet", one.why))),
            command=one.command,
        )
        for one in open_operations(session)
    ]


def open_operation(session: Session, planned: PlannedOperation, run_id: int | None) -> int:
    """Write an operation down, or continue the open one of its kind under this plan; return its id.

    Raises PayJobsError where an operation of another kind is open on the subject.
    """
    row = sql.run(session, "open_operation", **_values(planned), run_id=run_id).one_or_none()
    if row is None:
        raise PayJobsError(f"Another operation than this {planned.kind} is open on {planned.subject}: see `pending`.")
    return int(row.id)


def park_operation(session: Session, planned: PlannedOperation, run_id: int | None) -> None:
    """Park what is open on a subject, or was about to begin: it needs a decision, and `why` says which."""
    sql.run(session, "park_operation", **_values(planned), run_id=run_id)


def drop_operation(session: Session, operation_id: int, *, why: str, run_id: int | None) -> None:
    """Give an operation up. Raises PayJobsError where it is over already."""
    _end(session, operation_id, EffectState.DROPPED, why=why, run_id=run_id)


def close_operation(session: Session, operation_id: int, *, run_id: int | None, why: str | None = None) -> None:
    """Mark an operation as done, in the transaction that brings the books in line. Raises as `drop_operation`."""
    _end(session, operation_id, EffectState.DONE, why=why, run_id=run_id)


class OperationJournal:
    """What a run writes of one operation.

    planned   opened with the first step that is sent, unless `open` or `open_in` does so before
    changed   asked with the claim before each request until the first was sent: what of that which was judged is no
              longer so, nothing where all of it is
    is_begun  whether an earlier run has sent a step: then the operation goes to its end
    """

    def __init__(
        self,
        begin: Begin,
        planned: PlannedOperation,
        *,
        run_id: int | None,
        changed: Callable[[Session], str] = lambda _session: "",
        is_begun: bool = False,
    ) -> None:
        self._begin = begin
        self._planned = planned
        self._run_id = run_id
        self._changed = changed
        self._is_begun = is_begun
        self._id: int | None = None
        self.last_answer: Json = {}
        self._noted: list[tuple[str, dict[str, Any]]] = []
        self._sent: dict[str, Any] = {}

    def open(self) -> None:
        """Commit the plan, and what was noted."""
        with self._begin() as session:
            operation = self.open_in(session)
        self._id = operation
        self._noted.clear()

    def open_in(self, session: Session) -> int:
        """Write the plan, and what was noted, in a transaction of the caller; return the operation's id."""
        operation = self._id or open_operation(session, self._planned, self._run_id)
        for statement, values in self._noted:
            row = sql.run(session, statement, operation_id=operation, **values)
            if statement == "send_step":
                attempts = row.scalar_one_or_none()
                if attempts is None:
                    raise self._claim_lost(values)
                self._sent = {"kind": values["kind"], "subject": values["subject"], "attempts": attempts}
        return operation

    def mark(self, number: int, step: Step, found: str) -> None:
        """Note a step that needs no sending."""
        self._note("mark_step", step, number=number, found=found, **self._asked(step))

    def intend(self, number: int, step: Step, found: str) -> None:
        """Commit a step before it is sent."""
        self._note("send_step", step, number=number, found=found, **self._asked(step))
        self.save()

    def still_sent(self) -> None:
        """Make sure that the step that was committed last is still this run's to send.

        Raises ClaimLost where it is not, PlanOutdated where nothing was sent yet and what was judged has changed.
        """
        with self._begin() as session:
            is_ours = sql.run(session, "is_still_sent", operation_id=self._id, **self._sent).scalar_one()
            changed = self._changed(session) if is_ours and not self._is_begun else ""
            if changed:
                sql.run(session, "withdraw_step", operation_id=self._id, **self._sent)
        if changed:
            raise PlanOutdated(changed)
        if not is_ours:
            raise self._claim_lost(self._sent)

    def still_ours(self) -> None:
        """Make sure that the operation is open and this run's. Raises ClaimLost where it is not."""
        with self._begin() as session:
            found = find_open(session, self._planned.subject)
        if found is None or (found.id, found.run_id) != (self._id, self._run_id):
            raise ClaimLost(f"The {self._planned.kind} of {self._planned.subject} was moved on by another run.")

    def note_sent(self) -> None:
        """Note that something has left: from now on the operation goes to its end, whatever is judged otherwise."""
        self._is_begun = True

    def answer(self, step: Step, state: EffectState, answer: Json) -> None:
        """Note what became of a step: answered, lost or refused."""
        self._is_begun = True
        self.last_answer = answer
        self._note("answer_step", step, state=state, answer=json.dumps(answer))

    def advise(self, command: str, why: str) -> None:
        """Note what to type next from now on, and why."""
        self._noted.append(("advise", {"command": command, "why": why}))

    def save(self) -> None:
        """Commit what was noted."""
        if self._noted:
            self.open()

    def close(self, session: Session, *, why: str | None = None) -> None:
        """Mark the operation as done, inside the transaction that brings the books in line.

        Raises PayJobsError where it is over already.
        """
        close_operation(session, self.open_in(session), run_id=self._run_id, why=why)

    def drop(self, session: Session, why: str) -> None:
        """Give the operation up, with what was noted. Raises PayJobsError where it is over already."""
        drop_operation(session, self.open_in(session), why=why, run_id=self._run_id)

    def _claim_lost(self, step: dict[str, Any]) -> ClaimLost:
        return ClaimLost(f"'{step['kind']} {step['subject']}' was taken over by another run before it was sent.")

    def _asked(self, step: Step) -> dict[str, Any]:
        return {"request": json.dumps(step.request), "run_id": self._run_id}

    def _note(self, statement: str, step: Step, **values: Any) -> None:
        self._noted.append((statement, {"kind": step.kind, "subject": step.subject, **values}))


def _read(session: Session, **which: Any) -> list[Operation]:
    return [
        Operation(
            **{
                **row._mapping,
                "state": EffectState(row.state),
                "steps": tuple(StepEntry(**{**step, "state": EffectState(step["state"])}) for step in row.steps),
            }
        )
        for row in sql.run(session, "read_operations", **which)
    ]


def _values(planned: PlannedOperation) -> dict[str, Any]:
    names = ("kind", "subject", "amount", "command", "why", "reason")
    return {"plan": json.dumps(planned.plan)} | {name: getattr(planned, name) for name in names}


def _end(session: Session, operation_id: int, state: EffectState, *, why: str | None, run_id: int | None) -> None:
    if sql.run(session, "end_operation", id=operation_id, state=state, why=why, run_id=run_id).one_or_none() is None:
        raise PayJobsError(f"Operation {operation_id} was ended by another run.")
