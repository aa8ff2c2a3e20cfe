"""Apply one settlement file: one file, one transaction."""

from collections import Counter

from sqlalchemy.exc import DBAPIError

from config.business_time import naive_utc
from config.errors import InputRefused
from connectors.inbound.ledger import InboundFile, find_file, put_aside_if_known, set_state, supersede_cut_off
from database.errors import explain, refuses_content
from database.sql import statements
from jobs.inbound.file_format import FileToApply
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.pad_reconcile.apply_rows import apply_rows
from tasks.pad_reconcile.messages import enqueue_messages
from tasks.pad_reconcile.report import outcome_of_rows, rule_table
from tasks.pad_reconcile.staging import create_tables, drop_tables, read_rows, stage

sql = statements(__package__)

_APPLICABLE = {"received", "held", "failed"}


def apply_file(context: RunContext, opened: FileToApply) -> Outcome:
    """Apply a file whole, with its ledger rows and what follows from it, or not at all.

    Its rejects are reported afterwards by report_rejects, by a later run if this one dies.
    A file that cannot be read or does not add up is noted as failed, with the reason, in a transaction of its own.
    """
    file, reason, now = opened.file, opened.reason, naive_utc(context.clock())
    try:
        with opened.content as stream, context.database.begin() as session:
            current = find_file(session, file.id)
            if current is None or current.state not in _APPLICABLE:
                return Outcome(notes=[f"{file.name} was dealt with by another run meanwhile."])
            known = put_aside_if_known(session, current, run_id=context.run_id)
            if known is not None:
                return Outcome(notes=[f"{file.name}: {known}; not applied again."], counts=Counter(files_known=1))
            create_tables(session)
            totals = stage(session, file.id, read_rows(file, stream, today=context.today()), run_id=context.run_id)
            effects = apply_rows(session, totals, now=now, today=context.today(), source=file.name)
            received = naive_utc(file.received_on)
            sql.run(session, "note_cas_settlement", name=file.name, received=received, processed=now)
            enqueue_messages(context, session, effects)
            outcome = outcome_of_rows(file.name, totals, effects)
            outcome.tables.insert(0, rule_table(file.name, effects.by_rule))
            outcome.counts["files_applied"] = 1
            details = {"credit_sync": "pending", "rejects": "pending" if effects.count("rejected") else "none"}
            set_state(
                session,
                file.id,
                "applied",
                reason=reason,
                run_id=context.run_id,
                applied_on=context.clock(),
                details=details | ({"replayed": reason} if reason else {}),
            )
            supersede_cut_off(session, file)
            drop_tables(session)
            effects.drop_tables()
    except InputRefused as error:
        return _failed(context, file, error)
    except DBAPIError as error:
        context.stop.check()
        if not refuses_content(error):
            raise
        return _held(context, file, str(explain(error)).rstrip("."))
    context.log.info("file.applied", file=file.name, file_id=file.id, **outcome.counts)
    return outcome


def _failed(context: RunContext, file: InboundFile, error: InputRefused) -> Outcome:
    with context.database.begin() as session:
        set_state(session, file.id, "failed", reason=str(error), run_id=context.run_id)
    context.log.error("file.failed", file=file.name, file_id=file.id, error=str(error))
    return Outcome(rejects=[Reject(file.name, error.title, error.full_text)])


def _held(context: RunContext, file: InboundFile, reason: str) -> Outcome:
    """Hold a file that the database refuses; the next one is applied."""
    with context.database.begin() as session:
        set_state(session, file.id, "held", reason=reason[:2000], run_id=context.run_id)
    context.log.error("file.held", file=file.name, file_id=file.id, error=reason)
    command = f'files replay {file.name} --reason "..."'
    detail = f"{reason}. Nothing of it was applied. Once the cause is removed: {command}"
    return Outcome(rejects=[Reject(file.name, "held", detail)])
