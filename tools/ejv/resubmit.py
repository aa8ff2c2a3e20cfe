"""Send the stored inbox file of a batch again, under a fresh name of the current business day.

Its content stays as it is, so batch number and journals map to the same rows. Refused wherever an answer to the batch
is known or may be on its way. Source: docs/specs/cgi-ejv-files.md section 8, operator procedure.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from config.business_days import next_business_day
from config.errors import InputRefused
from config.settings import CgiSettings, CgiSftpSettings
from connectors.object_store import ObjectStore
from connectors.sftp import SftpSession, connect_sftp
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.ejv_feedback_check.batches_in_file import BatchesInFile
from tasks.ejv_feedback_check.bucket_index import find_inbox, index_bucket
from tasks.ejv_feedback_check.file_index import INBOX
from tasks.ejv_feedback_check.file_lines import read_lines
from tasks.ejv_feedback_check.file_names import feeder_of, fresh_inbox_names
from tasks.ejv_feedback_check.inbox_lines import fiscal_year
from tasks.ejv_feedback_check.resend_guards import (
    SentBatch,
    answer_due,
    answers_applied,
    answers_waiting,
    fiscal_year_on,
    list_server_files,
    lock_sent_batch,
    unread_answers,
)
from tasks.ejv_feedback_check.resubmission import Resubmission, finish_resubmission, unfinished_resubmissions

sql = statements(__package__)


@dataclass(frozen=True)
class StoredInbox:
    """A stored inbox file: what is sent, and what it holds."""

    key: str
    sha256: str
    contents: BatchesInFile
    fiscal_year: str


def resubmit(
    context: RunContext, store: ObjectStore, batch: int, *, reason: str, closed_period: bool, skip_wait: bool
) -> Outcome:
    """Send a batch again, or finish what a run before this one began; nothing goes twice.

    Raises InputRefused with every reason there is against it.
    """
    settings = context.settings(CgiSettings)
    with connect_sftp(context.settings(CgiSftpSettings)) as sftp:
        with context.database.read() as session:
            begun = [one for one in unfinished_resubmissions(session) if one.subject == f"batch {batch}"]
        there = list_server_files(sftp, context)
        if begun and not answers_waiting(there):
            if context.dry_run:
                new_name = begun[0].plan["new_name"]
                return Outcome(
                    answer=f"Batch {batch} was begun to be sent again as {new_name}; that would be brought to its end."
                )
            return finish_resubmission(context, store, sftp, begun[0])
        outcome = index_bucket(context, store, (f"{settings.feedback_folder}/",))
        with context.database.begin() as session:
            sent_batch = lock_sent_batch(session, batch)
        inbox = _stored_inbox(context, store, sent_batch)
        with context.database.begin() as session:
            sent_batch = lock_sent_batch(session, batch)
            against = _against(context, session, sent_batch) + unread_answers(session, context, sent_batch, there)
            against += [] if skip_wait else answer_due(session, batch, context.clock())
            against += [] if closed_period else _closed(inbox, context.today())
        if against:
            raise InputRefused(f"Batch {batch} is not sent again: {'; '.join(against)}")
        new = _new(context, sftp, sent_batch, inbox)
        said = "would be sent again" if context.dry_run else "was sent again"
        outcome.answer = f"Batch {batch} {said} as {new.new_name}, then its trigger."
        outcome.tables.append(_plan(said, sent_batch, inbox, new))
        if context.dry_run:
            return outcome
        planned = new.planned(reason=reason, amount=inbox.contents.batches[0].total)
        outcome += finish_resubmission(context, store, sftp, planned)
    return outcome


def _stored_inbox(context: RunContext, store: ObjectStore, sent_batch: SentBatch) -> StoredInbox:
    """Find and read the inbox file. Raises InputRefused if it is not there, or is not this batch alone."""
    settings, name, number = context.settings(CgiSettings), sent_batch.file_ref, sent_batch.id
    waiting = f"{settings.processing_folder}/{name}"
    if store.size_of(waiting) is not None:
        raise InputRefused(f"Batch {number} was never sent: {waiting} waits for the bucket poller. Start that one")
    key = find_inbox(context, store, name)
    if key is None:
        raise InputRefused(
            f"The inbox file {name} of batch {number} is not in the bucket (looked for "
            f"{settings.processed_folder}/{name} and in the index; `ejv index` indexes the rest)"
        )
    digest, year, contents = sha256(), "", BatchesInFile()
    with closing(store.read(key)) as chunks:
        for chunk in chunks:
            digest.update(chunk)
    with store.open(key) as stream:
        for _ in contents.read(INBOX.lines(stream)):
            pass
    with store.open(key) as stream:
        year = next((fiscal_year(raw) for _, raw in read_lines(stream)), "")
    numbers = [one.number for one in contents.batches]
    if numbers != [number] or contents.batches[0].faults or contents.outside:
        faults = [f"line {fault.line}: {fault.text}" for one in contents.batches for fault in one.faults[:3]]
        raise InputRefused(
            f"{key} cannot be sent again: it holds the batches {numbers} (expected {number} alone)"
            + (f" and is damaged: {'; '.join(faults)}" if faults else "")
        )
    return StoredInbox(key, digest.hexdigest(), contents, year)


def _against(context: RunContext, session: Session, sent_batch: SentBatch) -> list[str]:
    number, day = sent_batch.id, next_business_day(context.today())
    reasons = answers_applied(sent_batch)
    for row in sql.run(session, "list_sent_today", batch=number, day=day):
        reasons.append(f"it was sent again this business day already, as {row.new_name}")
    return reasons


def _closed(inbox: StoredInbox, today: date) -> list[str]:
    """Return which accounting periods of its dates may be closed."""
    reasons = []
    past = sorted(day for day in inbox.contents.effective if (day.year, day.month) < (today.year, today.month))
    if past:
        reasons.append(
            f"its effective dates ({past[0]} and others) lie in a month before {today:%B %Y}, which CAS may have "
            "closed: every line would come back with 0703. Rebuild it, or use --closed-period"
        )
    current = fiscal_year_on(today)
    if inbox.fiscal_year != str(current):
        reasons.append(
            f"its fiscal year is {inbox.fiscal_year}, the current one is {current}. Rebuild it, or use --closed-period"
        )
    return reasons


def _new(context: RunContext, sftp: SftpSession, sent_batch: SentBatch, inbox: StoredInbox) -> Resubmission:
    directory = context.settings(CgiSftpSettings).directory
    settings = context.settings(CgiSettings)
    there = {file.name for file in sftp.list(directory)}
    feeder = feeder_of(sent_batch.file_ref) or inbox.contents.batches[0].feeder
    for name in fresh_inbox_names(settings, feeder, context.clock()):
        with context.database.read() as session:
            taken = sql.run(session, "is_name_taken", name=name).scalar_one()
        if not taken and not {name, name + settings.trigger_ending} & there:
            break
    return Resubmission(
        batch=sent_batch.id,
        old_name=sent_batch.file_ref,
        new_name=name,
        object_key=inbox.key,
        sha256=inbox.sha256,
        business_day=next_business_day(context.today()).isoformat(),
        begun_on=context.clock().isoformat(),
    )


def _plan(said: str, sent_batch: SentBatch, inbox: StoredInbox, new: Resubmission) -> Table:
    batch = inbox.contents.batches[0]
    days = sorted(str(day) for day in inbox.contents.effective)
    made: datetime = sent_batch.created_on
    row = (
        sent_batch.id,
        new.old_name,
        f"{made:%Y-%m-%d %H:%M}",
        new.new_name,
        batch.items,
        batch.total,
        ", ".join(days[:5]),
    )
    title = f"Batch {sent_batch.id} {said}"
    return Table(title, ("batch", "old name", "made (UTC)", "new name", "lines", "amount", "effective"), [row], "plan")
