"""What speaks against sending a batch again, or voiding it: an answer that came, or may still come."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from config.business_days import age_in_business_days
from config.business_time import BUSINESS_ZONE
from config.errors import UsageError
from config.settings import CgiSettings, CgiSftpSettings
from connectors.sftp import SftpSession
from jobs.run.context import RunContext

LATE = 1

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
 WHERE batch.batch_number = :batch AND batch.state IN ('waiting', 'held')
 UNION ALL
SELECT file.name, 'in the bucket'
  FROM pay_jobs.cgi_mentions AS mention
  JOIN pay_jobs.cgi_files AS file ON file.id = mention.cgi_file_id
 WHERE mention.kind = 'batch' AND mention.number = CAST(:batch AS text) AND file.kind = 'feedback'
   AND NOT EXISTS (SELECT FROM pay_jobs.inbound_files AS known WHERE known.source = 'CGI' AND known.name = file.name)
 UNION ALL
SELECT name, state
  FROM pay_jobs.inbound_files
 WHERE source = 'CGI' AND name LIKE :feedback AND state IN ('stored', 'received')
   AND NOT EXISTS (SELECT FROM pay_jobs.feedback_batches AS batch WHERE batch.file_id = inbound_files.id)
 ORDER BY 1
"""
_SENT_ON = """
SELECT coalesce(max(coalesce(sent.done_on, sent.begun_on)), max(batch.created_on AT TIME ZONE 'UTC'))
  FROM ejv_files AS batch
  LEFT JOIN pay_jobs.resubmissions AS sent ON sent.batch_number = batch.id AND sent.state <> 'given_up'
 WHERE batch.id = :batch
"""


class Ours(NamedTuple):
    """A batch as our tables know it: its row of ejv_files, and (number, example) of its links by status."""

    batch: Row[Any]
    links: dict[str, tuple[int, int]]


def our_batch(session: Session, number: int) -> Ours:
    """Lock a batch and give it. Raises UsageError if there is none of that number."""
    batch = session.execute(text(_BATCH), {"batch": number}).one_or_none()
    if batch is None:
        raise UsageError(
            f"There is no batch {number} in ejv_files; EJV_FEEDBACK_CHECK --no-poll shows those there are."
        )
    links = session.execute(text(_LINKS), {"batch": number})
    return Ours(batch, {row.status: (row.number, row.example) for row in links})


def answers_stored(session: Session, number: int, feedback_prefix: str) -> list[str]:
    """Say which stored feedback is about the batch, or may be, and is not applied."""
    values = {"batch": number, "feedback": f"{feedback_prefix}%"}
    return [
        f"feedback {row.name} is stored and not applied ({row.state}): apply it first, "
        f"EJV_FEEDBACK_CHECK --file {row.name}"
        for row in session.execute(text(_STORED), values)
    ]


def answers_applied(ours: Ours) -> list[str]:
    """Say which answer to the batch is in our tables already."""
    reasons = []
    for status in ("COMPLETED", "ERRORED"):
        number, example = ours.links.get(status, (0, 0))
        if number:
            reasons.append(f"{number} of its links are {status} (link {example}, for one): CGI has answered them")
    if ours.batch.disbursement_status_code in {"COMPLETED", "ERRORED"}:
        reasons.append(
            f"it is {ours.batch.disbursement_status_code} in ejv_files"
            f" ({ours.batch.feedback_file_ref or ours.batch.message or 'no file named'}): it was answered or voided"
        )
    elif ours.batch.feedback_file_ref:
        reasons.append(f"its feedback {ours.batch.feedback_file_ref} was begun: find that file and apply it")
    return reasons


def answers_waiting(sftp: SftpSession, context: RunContext) -> list[str]:
    """Say which feedback lies in the CGI directory and was not fetched."""
    prefix = context.settings(CgiSettings).feedback_prefix
    directory = context.settings(CgiSftpSettings).directory
    names = [file.name for file in sftp.list(directory) if file.name.startswith(prefix)]
    return [f"{', '.join(names)} wait in the CGI directory: run EJV_FEEDBACK_CHECK first"] if names else []


def answer_due(session: Session, number: int, now: datetime) -> list[str]:
    """Say that the answer to what was sent last is not late yet, if so: CGI may still run it."""
    sent: datetime = session.execute(text(_SENT_ON), {"batch": number}).scalar_one().astimezone(UTC)
    if age_in_business_days(sent, now) >= LATE:
        return []
    return [
        f"it was sent {sent.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}, less than a business day ago, and CGI may still "
        "run it. Where CAS says that it never came, use --even-if-young"
    ]
