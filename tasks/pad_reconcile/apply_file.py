"""Apply one settlement file: one file, one transaction."""

from collections import Counter
from contextlib import ExitStack
from typing import BinaryIO

from sqlalchemy.exc import DBAPIError

from config.business_time import naive_utc
from config.command_line import typed
from config.errors import InputRefused
from connectors.inbound.holds import HoldKind
from connectors.inbound.ledger import find_file, put_aside_if_known, set_state, supersede_cut_off
from connectors.local_copy import local_copy
from database.errors import explain, refuses_content
from database.sessions import Session
from database.sql import statements
from jobs.inbound.file_format import FileToApply
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.pad_reconcile.apply_rows import apply_rows
from tasks.pad_reconcile.blown_fuse import FileFuseBlown, frozen_accounts, hold_blown
from tasks.pad_reconcile.follow_ups import CREDIT_SYNC, REJECT_REPORT, note_follow_up
from tasks.pad_reconcile.messages import enqueue_messages
from tasks.pad_reconcile.report import outcome_of_rows, rule_table
from tasks.pad_reconcile.staging import create_tables, drop_tables, read_rows, stage
from tasks.pad_reconcile.weigh_file import weigh_file

sql = statements(__package__)

_APPLICABLE = {"received", "held", "failed"}


def apply_file(context: RunContext, opened: FileToApply) -> Outcome:
    """Apply a file whole, with its ledger rows and what follows from it, or not at all.

    Its rejects are reported afterwards by report_rejects, by a later run if this one dies.
    A file that cannot be read or does not add up is noted as failed, one whose harm would be far outside the usual as
    held, with the reason, in a transaction of its own.
    """
    file = opened.file
    with ExitStack() as kept:
        try:
            with opened.content as stream, context.database.begin() as session:
                current = find_file(session, file.id)
                if current is None or current.state not in _APPLICABLE:
                    return Outcome(notes=[f"{file.name} was dealt with by another run meanwhile."])
                known = put_aside_if_known(session, current, run_id=context.run_id)
                if known is not None:
                    return Outcome(notes=[f"{file.name}: {known}; not applied again."], counts=Counter(files_known=1))
                outcome = _apply(context, session, opened, stream, kept)
        except FileFuseBlown as blown:
            return hold_blown(context, opened, blown)
        except InputRefused as error:
            return _failed(context, opened, error)
        except DBAPIError as error:
            context.stop.check()
            if not refuses_content(error):
                raise
            return _held(context, opened, str(explain(error)).rstrip("."))
    context.log.info("file.applied", file=file.name, file_id=file.id, **outcome.counts)
    return outcome


def _apply(context: RunContext, session: Session, opened: FileToApply, stream: BinaryIO, kept: ExitStack) -> Outcome:
    """Apply the rows of a file and note that it was applied, inside the caller's transaction.

    kept  holds what must outlive the transaction if it is rolled back
    Raises FileFuseBlown where what the rows did is far outside the usual.
    """
    file, now = opened.file, naive_utc(context.clock())
    create_tables(session)
    totals = stage(session, file.id, read_rows(file, stream, today=context.today()), run_id=context.run_id)
    effects = apply_rows(session, totals, now=now, today=context.today(), source=file.name)
    verdict = weigh_file(session, file, totals, effects, today=context.today(), released=opened.released)
    if verdict.beyond:
        raise FileFuseBlown(verdict, kept.enter_context(local_copy(frozen_accounts(file, effects))))
    received = naive_utc(file.received_on)
    sql.run(session, "note_cas_settlement", name=file.name, received=received, processed=now)
    enqueue_messages(context, session, effects)
    outcome = outcome_of_rows(file.name, totals, effects)
    outcome.tables.insert(0, rule_table(file.name, effects.by_rule))
    outcome.counts["files_applied"] = 1
    set_state(
        session,
        file.id,
        "applied",
        reason=opened.reason,
        run_id=context.run_id,
        applied_on=context.clock(),
        details=opened.details_applied,
    )
    note_follow_up(session, CREDIT_SYNC, file, context.run_id)
    if effects.count("rejected"):
        note_follow_up(session, REJECT_REPORT, file, context.run_id)
    supersede_cut_off(session, file)
    context.keep_rejects(session, outcome.rejects)
    drop_tables(session)
    effects.drop_tables()
    return outcome


def _failed(context: RunContext, opened: FileToApply, error: InputRefused) -> Outcome:
    file, noted = opened.file, opened.details
    with context.database.begin() as session:
        set_state(
            session, file.id, "failed", reason=str(error), run_id=context.run_id, hold=HoldKind.FAILED, details=noted
        )
    context.log.error("file.failed", file=file.name, file_id=file.id, error=str(error))
    return Outcome(rejects=[Reject(file.name, error.title, error.full_text, typed("explain file", file.name))])


def _held(context: RunContext, opened: FileToApply, reason: str) -> Outcome:
    """Hold a file that the database refuses; the next one is applied."""
    file, noted = opened.file, opened.details
    with context.database.begin() as session:
        set_state(
            session, file.id, "held", reason=reason[:2000], run_id=context.run_id, hold=HoldKind.FAILED, details=noted
        )
    context.log.error("file.held", file=file.name, file_id=file.id, error=reason)
    detail = f"{reason}. Nothing of it was applied. Replay it once the cause is removed"
    return Outcome(rejects=[Reject(file.name, "held", detail, typed("files replay", file.name, reason=True))])
