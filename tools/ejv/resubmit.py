"""Send the stored inbox file of a batch again, under a fresh name of the current business day.

Its content stays as it is, so batch number and journals map to the same rows. Refused wherever an answer to the batch
is known or may be on its way. Source: docs/specs/cgi-ejv-files.md section 8, operator procedure.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.business_days import next_business_day
from config.errors import InputRefused
from config.settings import CgiSettings, CgiSftpSettings
from connectors.object_store import ObjectStore
from connectors.sftp import SftpSession, connect_sftp
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.ejv_feedback_check.batches_in_file import Survey
from tasks.ejv_feedback_check.bucket import find_inbox, index_bucket
from tasks.ejv_feedback_check.file_index import INBOX
from tasks.ejv_feedback_check.file_lines import read_lines
from tasks.ejv_feedback_check.inbox import fiscal_year
from tasks.ejv_feedback_check.names import feeder_of, fresh_inbox_names
from tasks.ejv_feedback_check.resend_guards import (
    Ours,
    answer_due,
    answers_applied,
    answers_waiting,
    look_on_the_server,
    our_batch,
    unread_answers,
)
from tasks.ejv_feedback_check.sending import Resubmission, begin, send, unfinished

_APRIL = 4
_SENT_TODAY = """
SELECT new_name, begun_on FROM pay_jobs.resubmissions
 WHERE batch_number = :batch AND business_day = :day AND state <> 'given_up'
"""
_TAKEN = "SELECT EXISTS (SELECT FROM ejv_files WHERE file_ref = :name) OR EXISTS (SELECT FROM pay_jobs.resubmissions WHERE new_name = :name)"  # noqa: E501


@dataclass(frozen=True)
class Stored:
    """A stored inbox file: what is sent, and what it says."""

    key: str
    size: int
    sha256: str
    survey: Survey
    fiscal_year: str


def resubmit(
    context: RunContext, store: ObjectStore, batch: int, *, reason: str, closed_period: bool, skip_wait: bool
) -> Outcome:
    """Send a batch again, or finish what a run before this one began; nothing goes twice.

    Raises InputRefused with every reason there is against it.
    """
    settings = context.settings(CgiSettings)
    with connect_sftp(context.settings(CgiSftpSettings)) as sftp:
        with context.database.begin() as session:
            begun = [one for one in unfinished(session) if one.batch_number == batch]
        there = look_on_the_server(sftp, context)
        if begun and not answers_waiting(there) and not context.dry_run:
            return send(context, store, sftp, begun[0])
        outcome = index_bucket(context, store, (f"{settings.feedback_folder}/",))
        with context.database.begin() as session:
            ours = our_batch(session, batch)
            stored = _stored(context, store, ours)
            against = _against(context, session, ours) + unread_answers(session, context, ours, there)
            against += [] if skip_wait else answer_due(session, batch, context.clock())
            against += [] if closed_period else _closed(stored, context.today())
        if against:
            raise InputRefused(f"Batch {batch} is not sent again: {'; '.join(against)}")
        new = _new(context, sftp, ours, stored, reason)
        outcome.tables.append(_plan(ours, stored, new))
        if context.dry_run:
            outcome.notes.append(f"{new.old_name} would be sent again as {new.new_name}, then its trigger.")
            return outcome
        with context.database.begin() as session:
            new = begin(session, new, context.clock())
        outcome += send(context, store, sftp, new)
    return outcome


def _stored(context: RunContext, store: ObjectStore, ours: Ours) -> Stored:
    """Find and read the inbox file. Raises InputRefused if it is not there, or is not this batch alone."""
    settings, name, number = context.settings(CgiSettings), ours.batch.file_ref, ours.batch.id
    waiting = f"{settings.processing_folder}/{name}"
    if store.size_of(waiting) is not None:
        raise InputRefused(f"Batch {number} was never sent: {waiting} waits for the bucket poller. Start that one")
    key = find_inbox(context, store, name)
    if key is None:
        raise InputRefused(
            f"The inbox file {name} of batch {number} is not in the bucket (looked for "
            f"{settings.processed_folder}/{name} and in the index; `ejv index` indexes the rest)"
        )
    digest, size, year, survey = sha256(), 0, "", Survey()
    with closing(store.read(key)) as chunks:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
    with store.open(key) as stream:
        for _ in survey.read(INBOX.lines(stream)):
            pass
    with store.open(key) as stream:
        year = next((fiscal_year(raw) for _, raw in read_lines(stream)), "")
    numbers = [one.number for one in survey.batches]
    if numbers != [number] or survey.batches[0].faults or survey.outside:
        faults = [f"line {fault.line}: {fault.text}" for one in survey.batches for fault in one.faults[:3]]
        raise InputRefused(
            f"{key} cannot be sent again: it holds the batches {numbers} (expected {number} alone)"
            + (f" and is damaged: {'; '.join(faults)}" if faults else "")
        )
    return Stored(key, size, digest.hexdigest(), survey, year)


def _against(context: RunContext, session: Session, ours: Ours) -> list[str]:
    number, day = ours.batch.id, next_business_day(context.today())
    reasons = answers_applied(ours)
    for row in session.execute(text(_SENT_TODAY), {"batch": number, "day": day}):
        reasons.append(f"it was sent again this business day already, as {row.new_name}")
    return reasons


def _closed(stored: Stored, today: date) -> list[str]:
    """Say which accounting period its dates need that may be closed."""
    reasons = []
    past = sorted(day for day in stored.survey.effective if (day.year, day.month) < (today.year, today.month))
    if past:
        reasons.append(
            f"its effective dates ({past[0]} and others) lie in a month before {today:%B %Y}, which CAS may have "
            "closed: every line would come back with 0703. Rebuild it, or use --closed-period"
        )
    current = today.year + (today.month >= _APRIL)
    if stored.fiscal_year != str(current):
        reasons.append(
            f"its fiscal year is {stored.fiscal_year}, the current one is {current}. Rebuild it, or use --closed-period"
        )
    return reasons


def _new(context: RunContext, sftp: SftpSession, ours: Ours, stored: Stored, reason: str) -> Resubmission:
    directory = context.settings(CgiSftpSettings).directory
    settings = context.settings(CgiSettings)
    there = {file.name for file in sftp.list(directory)}
    feeder = feeder_of(ours.batch.file_ref) or stored.survey.batches[0].feeder
    for name in fresh_inbox_names(settings, feeder, context.clock()):
        with context.database.begin() as session:
            taken = session.scalar(text(_TAKEN), {"name": name})
        if not taken and not {name, name + settings.trigger_ending} & there:
            break
    return Resubmission(
        id=0,
        batch_number=ours.batch.id,
        old_name=ours.batch.file_ref,
        new_name=name,
        object_key=stored.key,
        size_bytes=stored.size,
        sha256=stored.sha256,
        business_day=next_business_day(context.today()),
        state="begun",
        reason=reason,
        run_id=context.run_id,
    )


def _plan(ours: Ours, stored: Stored, new: Resubmission) -> Table:
    batch = stored.survey.batches[0]
    days = sorted(str(day) for day in stored.survey.effective)
    made: datetime = ours.batch.created_on
    row = (
        ours.batch.id,
        new.old_name,
        f"{made:%Y-%m-%d %H:%M}",
        new.new_name,
        batch.items,
        batch.total,
        ", ".join(days[:5]),
    )
    return Table("Sent again", ("batch", "old name", "made (UTC)", "new name", "lines", "amount", "effective"), [row])
