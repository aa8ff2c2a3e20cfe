"""Which batches are without an answer: their state, age, what is stuck in them, and what to do next.

Source: docs/specs/cgi-ejv-files.md section 8.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from config.business_days import age_in_business_days, next_business_day
from config.business_time import business_date, naive_utc
from config.command_line import in_short, typed
from config.plurals import counted, is_or_are
from config.settings import CgiSettings
from database.sessions import Session
from database.sql import statements
from diagnosis.unread_feedback import ASK_FIRST, UnreadFile, command_to_apply, since, unread_feedback
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tasks.ejv_feedback_check.owed_items import owed_items
from tasks.ejv_feedback_check.resend_guards import LATE, fiscal_year_on

sql = statements(__package__)

ACT = 2
_SHOWN_DAYS = 2
_COLUMNS = ("batch", "type", "state", "age", "open", "amount", "sent as", "next", "command")
_ANSWERED = ("COMPLETED", "ERRORED")


class OutstandingBatch(NamedTuple):
    """A row of list_outstanding.sql, and what holds its answer; amount in CAD, None where it is not known."""

    batch: int
    file_type: str
    file_ref: str
    created_on: datetime
    status: str
    ack_file_ref: str | None
    feedback_file_ref: str | None
    open_items: int
    amount: Decimal | None
    is_applied: bool
    answer_name: str | None
    answer_state: str | None
    answer_reason: str | None
    resubmitted_as: str | None
    resubmitted_on: datetime | None
    resubmission_state: str | None
    answer_hold: str | None = None


class NextAction(NamedTuple):
    """The state of a batch and what to do: in words, and as a command where there is one."""

    state: str
    words: str
    command: str
    is_urgent: bool


def check_outstanding(context: RunContext) -> Outcome:
    """Show the batches that are outstanding or were answered lately; what is overdue or half applied is a reject."""
    now = context.clock()
    with context.database.read() as session:
        batches = list_outstanding(session, now - timedelta(days=_SHOWN_DAYS))
        unread = unread_feedback(session, context.settings(CgiSettings).ack_prefix)
    holds = {file.name: file.hold for file in unread}
    rows = [row._replace(answer_hold=holds.get(row.answer_name or "")) for row in batches]
    outcome = Outcome()
    shown = []
    for row in rows:
        age = age_in_business_days(_sent_on(row), now)
        action = next_action(row, age, now, since(unread, row.created_on))
        shown.append(
            (row.batch, row.file_type, action.state, None if _is_answered(row) else age, row.open_items, row.amount,
             row.resubmitted_as or row.file_ref, action.words, typed(action.command) if action.command else "")
        )  # fmt: skip
        if not _is_answered(row):
            outcome.counts["batches_outstanding"] += 1
        if action.is_urgent:
            where = f"batch {row.batch} ({row.file_type}, {row.resubmitted_as or row.file_ref})"
            stuck = f"{counted(row.open_items, 'item')}, {row.amount if row.amount is not None else '?'} CAD"
            outcome.counts["batches_overdue"] += age >= LATE
            outcome.rejects.append(
                Reject(
                    where,
                    f"{action.state}, {counted(age, 'business day')}",
                    f"{stuck}. {action.words}",
                    typed(action.command) if action.command else "",
                    row.amount,
                )
            )
    open_batches, overdue = outcome.counts["batches_outstanding"], outcome.counts["batches_overdue"]
    outcome.answer = (
        f"{counted(open_batches, 'batch')} {is_or_are(open_batches)} without an answer, {overdue} overdue."
        if open_batches
        else "No batch is without an answer."
    )
    outcome.tables.append(Table("Batches at CGI (age in business days)", _COLUMNS, shown, "outstanding"))
    return outcome


def list_outstanding(session: Session, since: datetime) -> list[OutstandingBatch]:
    """Return the batches that wait for an answer or have half of one, and after them those that were answered since."""
    owed: dict[int, list[Decimal]] = defaultdict(list)
    for item in owed_items(session):
        owed[item.batch].append(item.amount)
    rows = sql.run(session, "list_outstanding", since=naive_utc(since), owing=list(owed))
    batches = [OutstandingBatch(**row._mapping) for row in rows]
    owing = [
        row._replace(open_items=len(owed[row.batch]), amount=sum(owed[row.batch], Decimal(0)))
        if row.batch in owed
        else row
        for row in batches
    ]
    return sorted(owing, key=_is_answered)


def next_action(row: OutstandingBatch, age: int, now: datetime, unread: list[UnreadFile]) -> NextAction:
    """Return what is to be done with a batch.

    unread  feedback that came since it was sent and was not read: nothing is sent again or voided before it is
    """
    if row.resubmission_state not in {None, "done"}:
        return NextAction("resubmission unfinished", "The next run finishes it.", "EJV_FEEDBACK_CHECK", True)
    if _is_answered(row):
        return NextAction("completed" if row.status == "COMPLETED" else "errored", "", "", False)
    if row.answer_name is not None:
        why = f" ({row.answer_state}: {row.answer_reason})" if row.answer_reason else ""
        step = ASK_FIRST.get(row.answer_hold or "", "apply it.")
        words = f"Its feedback {row.answer_name} is stored and not applied{why}: {step}"
        command = command_to_apply(row.answer_name, row.answer_hold)
        return NextAction("feedback stored, not applied", words, command, True)
    if unread:
        more = f", and {len(unread) - 1} more," if len(unread) > 1 else ""
        ask = f"; {ASK_FIRST[unread[0].hold]}" if unread[0].hold in ASK_FIRST else "."
        words = f"{unread[0].words}{more} came since it was sent and was not read: its answer may be in it{ask}"
        return NextAction("feedback not read", words, unread[0].command, True)
    if row.status == "ERRORED":
        words = "CGI refused the batch and its items still wait for it: void it once the cause is removed."
        return NextAction("errored, half applied", words, in_short("ejv rebuild", row.batch, reason=True), True)
    if row.is_applied:
        words = (
            f"Its feedback was applied, not to the rest: `explain batch {row.batch}` shows what was rejected. Of what "
            "it does not answer, ask CAS. To release what CGI never ran:"
        )
        return NextAction("half applied", words, in_short("ejv rebuild", row.batch, reason=True), True)
    if row.feedback_file_ref is not None or row.status == "COMPLETED":
        name = row.feedback_file_ref or "its feedback"
        words = f"{name} was begun and not finished: apply it again, what is done already stays."
        command = in_short("EJV_FEEDBACK_CHECK --file", row.feedback_file_ref) if row.feedback_file_ref else ""
        return NextAction("half applied", words, command, True)
    has_it = bool(row.ack_file_ref) or row.status == "ACKNOWLEDGED"
    state = "acknowledged" if has_it else "uploaded"
    if row.resubmitted_as:
        state = f"resubmitted, {state}"
    if age < LATE:
        return NextAction(state, "Wait: feedback comes the same evening or the next day.", "", False)
    if age < ACT:
        words = "Late: look for it in the stored files."
        return NextAction(state, words, f"ejv search {row.batch}", True)
    ask = "CGI acknowledged it: ask CAS what became of it." if has_it else "Ask CAS whether it was received."
    if _is_of_past_period(row, now):
        words = f"{ask} Its dates are of a month that may be closed; if CAS will not run it:"
        return NextAction(state, words, in_short("ejv rebuild", row.batch, reason=True), True)
    words = f"{ask} Never send it again while they may still run it; if they will not:"
    return NextAction(state, words, in_short("ejv resubmit", row.batch, reason=True), True)


def _is_answered(row: OutstandingBatch) -> bool:
    return row.status in _ANSWERED and not row.open_items


def _sent_on(row: OutstandingBatch) -> datetime:
    return row.resubmitted_on or row.created_on.replace(tzinfo=UTC)


def _is_of_past_period(row: OutstandingBatch, now: datetime) -> bool:
    """Return whether `ejv resubmit` would take its month or fiscal year for closed: both follow the UTC clock."""
    made, today = row.created_on.date(), business_date(now)
    effective = next_business_day(made)
    is_past = (effective.year, effective.month) < (today.year, today.month)
    return is_past or fiscal_year_on(made) != fiscal_year_on(today)
