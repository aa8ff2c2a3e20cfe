"""Work one family: one operation after the other, each planned from what the database and CFS say at that moment."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.errors import InputRefused
from connectors.cfs import CfsClient, CfsOutcomeUnknown, CfsSite, CfsUnavailable
from jobs.context import RunContext
from jobs.outcome import Outcome, Reject
from tasks.routing_slip_recreate.arguments import Arguments
from tasks.routing_slip_recreate.check import differences
from tasks.routing_slip_recreate.closing.fee import find_fee
from tasks.routing_slip_recreate.engine import run_steps
from tasks.routing_slip_recreate.family.due import Due, due_for
from tasks.routing_slip_recreate.family.model import Family
from tasks.routing_slip_recreate.family.reading import read_family
from tasks.routing_slip_recreate.journal import Journal, close_operation, open_operation, park_operation
from tasks.routing_slip_recreate.look import Look
from tasks.routing_slip_recreate.operations.adjust import Mismatch
from tasks.routing_slip_recreate.operations.base import OperationKind, Plan, Work
from tasks.routing_slip_recreate.operations.catalogue import OPERATIONS
from tasks.routing_slip_recreate.steps.base import Undecided

GIVE_UP_AFTER = 3


@dataclass
class Report:
    """What became of a family.

    left  slip and reason of what the next run does
    calls the steps of a dry run: slip, operation, number, step, subject, request, what CFS has
    """

    outcome: Outcome = field(default_factory=Outcome)
    left: list[tuple[str, str]] = field(default_factory=list)
    calls: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass
class Worker:
    """Works families, one call of `work` each, from several threads.

    checkpoint  called with a name at every point where a process may die; tests die there
    """

    context: RunContext
    arguments: Arguments
    cfs: CfsClient
    prefix: str
    checkpoint: Callable[[str], None] = lambda _name: None
    _failures: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, root: str) -> Report:
        """Do all that is due for a family, in order; what cannot be done holds up what comes after it."""
        report, tried = Report(), set[tuple[str, str]]()
        family = self._read(root)
        self._let_go(family, report)
        while True:
            due = due_for(family, self.arguments.slip)
            following = next((one for one in due if (one.kind, one.slip.number) not in tried), None)
            if following is None:
                return report
            tried.add((following.kind, following.slip.number))
            changed = self._advance(family, following, report)
            if changed is None:
                self._hold_up(due[due.index(following) + 1 :], following, report)
                return report
            family = changed

    def _advance(self, family: Family, due: Due, report: Report) -> Family | None:
        """Do what is due if it can be done now; gives the family after it, None where it cannot go on."""
        number = due.slip.number
        if not self.arguments.wants(due.kind) or self.arguments.slip not in {None, number}:
            return None
        if due.refused:
            report.outcome.counts["slips_refused"] += 1
            report.outcome.rejects.append(Reject(number, f"{due.kind} refused", due.refused))
            return None
        if due.waits_for:
            report.outcome.counts["slips_waiting"] += 1
            report.outcome.notes.append(f"Slip {number}: its {due.kind} waits for {due.waits_for}.")
            return None
        if self._failures >= GIVE_UP_AFTER:
            report.left.append((number, "CFS is away"))
            return None
        try:
            changed = self._operate(family, due, report)
        except CfsUnavailable as error:
            with self._lock:
                self._failures += not isinstance(error, CfsOutcomeUnknown)
            self.context.log.warning("slip.left", slip=number, operation=due.kind, error=str(error))
            report.left.append((number, str(error)))
            return None
        except InputRefused as error:
            report.outcome.rejects.append(Reject(number, f"{due.kind} refused", error.full_text))
            return None
        except Undecided as undecided:
            self._park(due, undecided, report)
            return None
        with self._lock:
            self._failures = 0
        return changed

    def _operate(self, family: Family, due: Due, report: Report) -> Family | None:
        kind, look = OPERATIONS[due.kind], Look(self.cfs)
        work = self._prepared(family, due, look)
        plan = kind.plan(work)
        if self.context.dry_run:
            report.calls += _calls(kind, work, plan)
            return None
        with self.begin() as session:
            operation = open_operation(
                session, slip=due.slip.number, kind=kind.name, plan=plan.as_json, run_id=self.context.run_id
            )
        journal = Journal(self.begin, operation, self.context.run_id)
        self._safe_point("planned")
        count = run_steps(plan.steps, look, journal, self._safe_point)
        _look_once_more(family.root.site, plan, look)
        self._safe_point("before closing")
        with self.begin() as session:
            notes = kind.close(session, work, plan)
            close_operation(session, operation, run_id=self.context.run_id, why="; ".join(notes) or None)
        self.checkpoint("after closing")
        outcome = report.outcome
        outcome.counts[kind.counted_as] += 1
        outcome.counts["steps_sent"] += count.sent
        outcome.counts["steps_already_true"] += count.already_true
        outcome.rejects += [Reject(due.slip.number, kind.name, note) for note in notes]
        self.context.log.info("slip.done", slip=due.slip.number, operation=kind.name, sent=count.sent)
        return self._checked(family.root.number, due, look, report)

    def _checked(self, root: str, due: Due, look: Look, report: Report) -> Family:
        """Hold our receipts against CFS once more, as they were committed; gives the family as it is now."""
        family = self._read(root)
        problems = differences(family, look)
        report.outcome.counts["slips_checked"] += 1
        report.outcome.counts["slips_in_agreement"] += not problems
        report.outcome.rejects += [Reject(due.slip.number, "receipts differ", one) for one in problems]
        return family

    def _park(self, due: Due, undecided: Undecided, report: Report) -> None:
        """Leave a slip to a person, with a plain account of where it stands."""
        number, account = due.slip.number, undecided.account(due.slip.number)
        report.outcome.counts["slips_parked"] += 1
        report.outcome.rejects.append(Reject(number, f"{due.kind} parked", account))
        if self.context.dry_run:
            return
        earlier = due.slip.in_work
        with self.begin() as session:
            current = self._in_work(session, number) or open_operation(
                session,
                slip=number,
                kind=due.kind,
                plan=earlier.plan if earlier else {},
                run_id=self.context.run_id,
            )
            park_operation(session, current, why=account, run_id=self.context.run_id)
            if isinstance(undecided, Mismatch):
                session.execute(text("UPDATE routing_slips SET cas_mismatch = TRUE WHERE number = :n"), {"n": number})
        self.context.log.warning("slip.parked", slip=number, operation=due.kind, account=account)

    @staticmethod
    def _in_work(session: Session, number: str) -> int | None:
        found: int | None = session.scalar(
            text(
                "SELECT id FROM pay_jobs.slip_operations"
                " WHERE slip = :slip AND state IN ('planned', 'running', 'parked')"
            ),
            {"slip": number},
        )
        return found

    def _let_go(self, family: Family, report: Report) -> None:
        """Close what the journal has in work and no slip asks for any more: a person settled it."""
        if self.context.dry_run:
            return
        asked = {(one.kind, one.slip.number) for one in due_for(family, self.arguments.slip)}
        for slip in family.members:
            work = slip.in_work
            if work is None or (work.kind, slip.number) in asked or slip.cas_mismatch:
                continue
            why = f"the slip is {slip.status} and asks for no {work.kind} any more"
            with self.begin() as session:
                park_operation(session, work.id, why=why, run_id=self.context.run_id, state="dropped")
            report.outcome.notes.append(f"Slip {slip.number}: its {work.kind} was let go: {why}.")

    def _hold_up(self, following: list[Due], first: Due, report: Report) -> None:
        for due in following:
            if self.arguments.wants(due.kind) and self.arguments.slip in {None, due.slip.number}:
                report.outcome.counts["slips_waiting"] += 1
                report.outcome.notes.append(
                    f"Slip {due.slip.number}: its {due.kind} waits for the {first.kind} of slip {first.slip.number}."
                )

    def _prepared(self, family: Family, due: Due, look: Look) -> Work:
        @cache
        def nsf_fee() -> Any:
            with self.begin() as session:
                return find_fee(session, self.context.today())

        def new_invoice() -> int:
            if self.context.dry_run:
                return 0
            with self.begin() as session:
                return int(session.scalar(text("SELECT nextval('invoices_id_seq')")) or 0)

        return Work(family, due.slip, look, self.context.clock(), self.prefix, nsf_fee, new_invoice)

    def _read(self, root: str) -> Family:
        with self.begin() as session:
            family = read_family(session, root, prefix=self.prefix)
        assert family is not None
        return family

    def _safe_point(self, name: str) -> None:
        self.checkpoint(name)
        self.context.stop.check()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Give a transaction; the connection that holds the job's lock is asked by one thread at a time."""
        with self.context.database.begin() as session:
            yield session


def _look_once_more(site: CfsSite, plan: Plan, look: Look) -> None:
    """See what CFS has after the last change: that, and not what we sent, is written down."""
    for number in plan.receipts:
        look.forget(number)
        if look.receipt(site, number) is None:
            raise Undecided(
                cfs=f"there is no receipt {number} on site {site.site}",
                ours="it was worked on a moment ago",
                repair=f"have CFS show receipt {number} again",
            )


def _calls(kind: OperationKind, work: Work, plan: Plan) -> list[tuple[Any, ...]]:
    """Say what would be sent; what a step finds is known only where CFS was looked at already."""
    rows = []
    for number, step in enumerate(plan.steps, start=1):
        known = step.touches and work.look.knows(*step.touches)
        seen = step.look(work.look) if known else None
        found = "" if seen is None else f"{'already true: ' if seen.true else ''}{seen.found}"
        asked = ", ".join(f"{name} {value}" for name, value in step.request.items())
        rows.append((work.slip.number, kind.name, number, step.kind, step.subject, asked, found))
    return rows
