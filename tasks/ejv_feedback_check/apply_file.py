"""Apply one feedback file: each of its batches in a transaction of its own.

Where a batch cannot be applied, it is held with the reason and the others go on. A file that was begun is taken up
where it was left: the row of each batch holds its state.
"""

import json
from collections import Counter
from contextlib import closing
from functools import partial

from sqlalchemy.exc import DBAPIError

from config.business_time import naive_utc
from config.command_line import typed
from config.errors import InputRefused
from config.settings import EventSettings
from connectors.inbound.holds import HoldKind, in_words
from connectors.inbound.ledger import InboundFile, find_file, put_aside_if_known, set_state
from connectors.outbox import enqueue
from database.errors import explain, is_deadlock, refuses_content
from jobs.inbound.file_format import FileToApply
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.ejv_feedback_check.apply_batch import apply_batch
from tasks.ejv_feedback_check.batch_report import outcome_of, reversal_events
from tasks.ejv_feedback_check.batch_result import BatchResult, FeedbackBatch
from tasks.ejv_feedback_check.batches_in_file import NO_BATCH, BatchesInFile
from tasks.ejv_feedback_check.file_index import (
    FEEDBACK,
    RegisteredBatch,
    batches_of,
    index_file,
    register_batches,
    set_batch_state,
)
from tasks.ejv_feedback_check.fuse import BatchFuseBlown, figures_of, weigh_batch
from tasks.ejv_feedback_check.line_spool import LineSpool

DONE = ("applied", "already_applied")


def apply_file(context: RunContext, opened: FileToApply, *, despite_faults: bool = False) -> Outcome:
    """Apply every batch of a file that is not applied yet, and note what became of the file."""
    file = opened.file
    with context.database.begin() as session:
        current = find_file(session, file.id)
        known = current and put_aside_if_known(session, current, run_id=context.run_id)
    if known:
        return Outcome(notes=[f"{file.name}: {known}; not applied again."], counts=Counter(files_known=1))
    if current is None or current.state not in {"received", "failed", "held"}:
        return Outcome(notes=[f"{file.name} was taken care of meanwhile."])
    outcome = Outcome()
    with closing(LineSpool()) as spool:
        try:
            contents = _register(context, opened, spool)
        except (InputRefused, DBAPIError) as error:
            context.stop.check()
            return _held_unread(context, file, _why_refused(error))
        with context.database.read() as session:
            rows = batches_of(session, file.id)
        for row, batch in zip(rows, contents.batches, strict=True):
            context.stop.check()
            if row.state in DONE:
                continue
            if batch.number is None or (batch.faults and not despite_faults):
                outcome += _held(file, row, row.reason or "", hold=HoldKind.FAULTS)
                continue
            outcome += _apply(context, opened, row, batch.feeder, spool, despite_faults=despite_faults)
    is_damaged = any(
        batch.number is not None and (contents.outside or (batch.faults and row.state not in DONE))
        for row, batch in zip(rows, contents.batches, strict=True)
    )
    hold = HoldKind.FAULTS if is_damaged and not despite_faults else HoldKind.FAILED
    if outcome.counts["batches_held_by_fuse"]:
        hold = HoldKind.FUSE
    outcome += _settle_file(context, opened, contents, hold, despite_faults=despite_faults)
    return outcome


def _register(context: RunContext, opened: FileToApply, spool: LineSpool) -> BatchesInFile:
    """Read the file: into the spool, and what it is about into the index."""
    file = opened.file
    with opened.content as content, context.database.begin() as session:
        contents = index_file(
            session,
            content,
            FEEDBACK,
            object_key=file.object_key,
            name=file.name,
            now=context.clock(),
            keep=spool.keep,
        )
        register_batches(session, file.id, contents, run_id=context.run_id)
    return contents


def _apply(
    context: RunContext,
    opened: FileToApply,
    row: RegisteredBatch,
    feeder: str,
    spool: LineSpool,
    *,
    despite_faults: bool,
) -> Outcome:
    """Apply a batch or hold it; where the database ends its transaction to solve a deadlock, once more from its start.

    A service that adds rows of many invoices at once locks them in an order of its own.
    """
    file, now = opened.file, context.clock()
    answer = FeedbackBatch(file.id, file.name, row.batch_type, row.number, feeder, row.first_line, row.last_line)
    attempt = partial(_apply_whole, context, opened, row, answer, spool, despite_faults=despite_faults)
    try:
        try:
            outcome, state = attempt()
        except DBAPIError as error:
            if not is_deadlock(error):
                raise
            context.log.warning("batch.deadlock", file=file.name, batch=answer.number)
            outcome, state = attempt()
    except (BatchFuseBlown, InputRefused, DBAPIError) as error:
        context.stop.check()
        is_blown = isinstance(error, BatchFuseBlown)
        reason = str(error) if isinstance(error, BatchFuseBlown) else _why_refused(error)
        held = _held(file, row, reason, hold=HoldKind.FUSE if is_blown else HoldKind.FAILED)
        with context.database.begin() as session:
            set_batch_state(session, row.id, "held", reason=reason, run_id=context.run_id, now=now)
            context.keep_rejects(session, held.rejects)
        return held
    outcome.counts[f"batches_{state}"] += 1
    if state == "already_applied":
        outcome.notes.append(f"{file.name} batch {answer.number}: every line of it was answered the same way before.")
    return outcome


def _apply_whole(
    context: RunContext,
    opened: FileToApply,
    row: RegisteredBatch,
    answer: FeedbackBatch,
    spool: LineSpool,
    *,
    despite_faults: bool,
) -> tuple[Outcome, str]:
    """Apply a batch, or nothing of it, in one transaction; return what it did and the batch's state."""
    now = context.clock()
    with context.database.begin() as session:
        lines = spool.section(row.first_line)
        result = apply_batch(
            session, answer, lines, now=naive_utc(now), today=context.today(), despite_faults=despite_faults
        )
        if HoldKind.FUSE not in opened.released:
            weigh_batch(session, answer, result)
        state = _state(result)
        with_dates = context.settings(EventSettings).product_dates
        events = reversal_events(result, answer, with_dates=with_dates)
        enqueue(session, events, run_id=context.run_id, created_on=now)
        counts = json.dumps(result.lines | figures_of(result))
        set_batch_state(
            session, row.id, state, reason=_reason(result, state), run_id=context.run_id, now=now, counts=counts
        )
        outcome = outcome_of(result, answer)
        context.keep_rejects(session, outcome.rejects)
    context.log.info("batch.applied", file=opened.file.name, batch=answer.number, state=state, **result.lines)
    return outcome, state


def _why_refused(error: InputRefused | DBAPIError) -> str:
    """Return why a content cannot be applied; any other error is raised again."""
    if isinstance(error, InputRefused):
        return str(error).rstrip(".")
    if not refuses_content(error):
        raise error
    return str(explain(error)).rstrip(".")


def _state(result: BatchResult) -> str:
    """Return what became of the batch."""
    if result.is_held:
        return "held"
    if result.effects:
        return "applied"
    return "already_applied" if result.lines.get("already_applied") else "applied"


def _reason(result: BatchResult, state: str) -> str | None:
    if state == "held":
        return "none of its lines could be applied (`files replay` shows why)"
    return result.refusal or None


def _held(file: InboundFile, row: RegisteredBatch, reason: str, *, hold: HoldKind) -> Outcome:
    where = f"{file.name} batch {row.number or '?'} (lines {row.first_line} to {row.last_line})"
    if row.number is None:
        command = typed("files ignore", file.name, reason=True)
        step = "Ask CAS to send it again, and once that has come, put this one aside"
    elif hold is HoldKind.FAULTS:
        command = typed("EJV_FEEDBACK_CHECK --despite-faults --file", file.name, reason=True)
        step = "Ask CAS to send it again; or apply what can be read"
    elif hold is HoldKind.FUSE:
        command = typed(f"files replay --despite {hold}", file.name, reason=True)
        step = "Ask CGI whether it is right. If it is, replay it"
    else:
        command, step = typed("files replay", file.name, reason=True), "Replay it once the cause is removed"
    detail = f"{reason}. Nothing of the batch was applied. {step}"
    counts = Counter(batches_held=1) + Counter(batches_held_by_fuse=int(hold is HoldKind.FUSE))
    said = in_words(hold) if hold is HoldKind.FUSE else "held"
    return Outcome(rejects=[Reject(where, said, detail, command)], counts=counts)


def _held_unread(context: RunContext, file: InboundFile, reason: str) -> Outcome:
    """Hold a file that could not even be read; the files behind it are applied."""
    with context.database.begin() as session:
        set_state(session, file.id, "held", reason=f"it could not be read: {reason}", run_id=context.run_id,
                  hold=HoldKind.FAILED)  # fmt: skip
    context.log.error("file.held", file=file.name, file_id=file.id, error=reason)
    detail = f"It could not be read: {reason}. Replay it once the cause is removed"
    command = typed("files replay", file.name, reason=True)
    return Outcome(rejects=[Reject(file.name, "held", detail, command)], counts=Counter(files_held=1))


def _settle_file(
    context: RunContext, opened: FileToApply, contents: BatchesInFile, hold: HoldKind, *, despite_faults: bool
) -> Outcome:
    """Note what became of the file, and name the lines that belong to no batch: they may be another batch's answer."""
    outcome, file = Outcome(), opened.file
    with context.database.begin() as session:
        rows = batches_of(session, file.id)
        open_batches = [row for row in rows if row.state not in DONE]
        reasons = [f"batch {row.number or '?'} is {row.state}: {row.reason}" for row in open_batches]
        if not rows:
            reasons.append(NO_BATCH)
            outcome.rejects.append(
                Reject(file.name, "no batch", f"{NO_BATCH}; ask CAS what it is", typed("files show", file.name))
            )
        reasons += [f"line {fault.line} belongs to no batch: {fault.text}" for fault in contents.outside[:1]]
        is_read = bool(rows) and not open_batches and (despite_faults or not contents.outside)
        set_state(
            session,
            file.id,
            "applied" if is_read else "failed",
            reason="; ".join(reasons)[:2000] or None,
            run_id=context.run_id,
            applied_on=context.clock() if is_read else None,
            hold=None if is_read else hold,
            details=opened.details_applied,
        )
    command = typed("files show", file.name)
    outcome.rejects += [
        Reject(f"{file.name} line {fault.line}", "outside", fault.text, command) for fault in contents.outside
    ]
    outcome.counts["files_applied" if is_read else "files_failed"] += 1
    context.log.info("file.done", file=file.name, file_id=file.id, batches=len(rows), open=len(open_batches))
    return outcome
