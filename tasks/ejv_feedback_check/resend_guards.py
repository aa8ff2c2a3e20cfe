"""What speaks against sending a batch again, or voiding it: an answer that came, or may still come."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from config.business_days import age_in_business_days
from config.business_time import BUSINESS_ZONE
from config.errors import UsageError
from config.settings import CgiSettings, CgiSftpSettings
from connectors.inbound.listing import printable
from connectors.inbound.unread_feedback import since, unread_feedback
from connectors.sftp import RemoteFile, SftpSession, join
from jobs.run.context import RunContext
from tasks.ejv_feedback_check.file_names import may_be_feedback

LATE = 1
_SHOWN = 5
_CLOCKS_APART = timedelta(days=1)

_BATCH = "SELECT * FROM ejv_files WHERE id = :batch FOR UPDATE"
_LINKS = """
SELECT coalesce(link.disbursement_status_code, 'none') AS status, count(*) AS number, min(link.id) AS example
  FROM ejv_headers AS header
  JOIN ejv_links AS link ON link.ejv_header_id = header.id
 WHERE header.ejv_file_id = :batch
 GROUP BY 1
"""
_STORED = """
SELECT file.name, batch.state
  FROM pay_jobs.feedback_batches AS batch
  JOIN pay_jobs.inbound_files AS file ON file.id = batch.file_id
 WHERE batch.batch_number = :batch AND batch.state IN ('waiting', 'held') AND file.state <> 'ignored'
 UNION ALL
SELECT file.name, 'in the bucket'
  FROM pay_jobs.cgi_mentions AS mention
  JOIN pay_jobs.cgi_files AS file ON file.id = mention.cgi_file_id
 WHERE mention.kind = 'batch' AND mention.number = CAST(:batch AS text) AND file.kind = 'feedback'
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS known
                    WHERE known.source = 'CGI'
                      AND (   known.object_key = file.object_key
                           OR known.sha256 = file.sha256
                           OR file.sha256 IS NULL AND known.name = file.name))
 ORDER BY 1
"""
_ARCHIVED = """
SELECT archived_as FROM pay_jobs.inbound_files WHERE source = 'CGI' AND archived_as IS NOT NULL
 UNION
SELECT repeat ->> 'archived_as' FROM pay_jobs.inbound_files, jsonb_array_elements(details -> 'repeats') AS repeat
 WHERE source = 'CGI'
 UNION
SELECT name FROM pay_jobs.inbound_files WHERE source = 'CGI'
 UNION
SELECT name FROM pay_jobs.cgi_files WHERE kind = 'feedback'
"""
_SENT_ON = """
SELECT coalesce(max(coalesce(sent.done_on, sent.begun_on)), max(batch.created_on AT TIME ZONE 'UTC'))
  FROM ejv_files AS batch
  LEFT JOIN pay_jobs.resubmissions AS sent ON sent.batch_number = batch.id AND sent.state <> 'given_up'
 WHERE batch.id = :batch
"""


class SentBatch(NamedTuple):
    """A batch as our tables know it: its row of ejv_files, and (number, example) of its links by status."""

    batch: Row[Any]
    links: dict[str, tuple[int, int]]


def lock_sent_batch(session: Session, number: int) -> SentBatch:
    """Lock a batch and give it. Raises UsageError if there is none of that number."""
    batch = session.execute(text(_BATCH), {"batch": number}).one_or_none()
    if batch is None:
        raise UsageError(f"There is no batch {number} in ejv_files; `ejv outstanding` shows those there are.")
    links = session.execute(text(_LINKS), {"batch": number})
    return SentBatch(batch, {row.status: (row.number, row.example) for row in links})


@dataclass(frozen=True)
class ServerListing:
    """What lies on CGI's server under names that may be feedback's: in its directory, and in the backup directory."""

    directory: list[RemoteFile]
    backup: list[RemoteFile]


def list_server_files(sftp: SftpSession, context: RunContext) -> ServerListing:
    """List what lies on CGI's server and may be feedback, whatever the case of its name."""
    settings, cgi = context.settings(CgiSftpSettings), context.settings(CgiSettings)

    def listed(directory: str) -> list[RemoteFile]:
        entries = [entry for entry in sftp.list(directory) if may_be_feedback(cgi, entry.name)]
        return [entry for entry in entries if entry.is_regular or _leads_to_a_file(sftp, join(directory, entry.name))]

    return ServerListing(listed(settings.directory), listed(settings.backup_directory))


def unread_answers(session: Session, context: RunContext, sent_batch: SentBatch, there: ServerListing) -> list[str]:
    """Say which feedback is about the batch and not applied, or may be about it because it was not read."""
    return [
        *answers_waiting(there),
        *answers_stored(session, sent_batch, context.settings(CgiSettings)),
        *answers_archived(session, sent_batch, there, context.settings(CgiSettings)),
    ]


def answers_stored(session: Session, sent_batch: SentBatch, settings: CgiSettings) -> list[str]:
    """Say which stored feedback is about the batch, or may be, and is not applied."""
    rows = session.execute(text(_STORED), {"batch": sent_batch.id}).all()
    reasons = [
        f"feedback {row.name} is stored and not applied ({row.state}): apply it first, "
        f"EJV_FEEDBACK_CHECK --file {row.name}"
        for row in rows
    ]
    about_it = {row.name for row in rows}
    unread = since(unread_feedback(session, settings.ack_prefix), sent_batch.created_on)
    reasons += [
        f"feedback {file.words} came since it was sent and was not read to its end, so it may hold the answer: "
        f"EJV_FEEDBACK_CHECK --file {file.name} once the cause is removed, or, where CAS says what it is, "
        f'files ignore {file.name} --reason "..."'
        for file in unread
        if file.name not in about_it and not file.is_in_the_directory  # answers_waiting has just looked there
    ]
    return reasons


def answers_applied(sent_batch: SentBatch) -> list[str]:
    """Say which answer to the batch is in our tables already."""
    reasons = []
    for status in ("COMPLETED", "ERRORED"):
        number, example = sent_batch.links.get(status, (0, 0))
        if number:
            reasons.append(f"{number} of its links are {status} (link {example}, for one): CGI has answered them")
    if sent_batch.disbursement_status_code in {"COMPLETED", "ERRORED"}:
        reasons.append(
            f"it is {sent_batch.disbursement_status_code} in ejv_files"
            f" ({sent_batch.feedback_file_ref or sent_batch.message or 'no file named'}): it was answered or voided"
        )
    elif sent_batch.feedback_file_ref:
        reasons.append(f"its feedback {sent_batch.feedback_file_ref} was begun: find that file and apply it")
    return reasons


def answers_waiting(there: ServerListing) -> list[str]:
    """Say which feedback lies in the CGI directory and was not fetched."""
    if not there.directory:
        return []
    return [
        f"{_names(there.directory)} wait in the CGI directory: run EJV_FEEDBACK_CHECK first, and have CAS rename or "
        "take away what it leaves there"
    ]


def answers_archived(session: Session, sent_batch: SentBatch, there: ServerListing, settings: CgiSettings) -> list[str]:
    """Say which feedback lies in the backup directory since the batch was sent and was never taken in."""
    sent = (sent_batch.created_on.replace(tzinfo=UTC) - _CLOCKS_APART).timestamp()
    known = set(session.execute(text(_ARCHIVED)).scalars())
    trigger = settings.trigger_ending.upper()
    found = [
        file
        for file in there.backup
        if file.modified >= sent and file.name not in known and trigger not in file.name.upper()
    ]
    if not found:
        return []
    return [
        f"{_names(found)} lie in the backup directory and were never taken in: fetch them, and apply each with "
        "EJV_FEEDBACK_CHECK --file PATH"
    ]


def _names(files: list[RemoteFile]) -> str:
    names = sorted(printable(file.name) for file in files)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _leads_to_a_file(sftp: SftpSession, path: str) -> bool:
    """Return whether a link, if it is one, leads to a file."""
    found = sftp.stat(path)
    return found is not None and found.is_regular


def answer_due(session: Session, number: int, now: datetime) -> list[str]:
    """Say that the answer to what was sent last is not late yet, if so: CGI may still run it."""
    sent: datetime = session.execute(text(_SENT_ON), {"batch": number}).scalar_one().astimezone(UTC)
    if age_in_business_days(sent, now) >= LATE:
        return []
    return [
        f"it was sent {sent.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}, less than a business day ago, and CGI may still "
        "run it. Where CAS says that it never came, use --skip-wait"
    ]
