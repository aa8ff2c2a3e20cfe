"""What speaks against sending a batch again, or voiding it: an answer that came, or may still come."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from config.business_days import age_in_business_days
from config.business_time import BUSINESS_ZONE
from config.command_line import in_short
from config.errors import SourceRefused, UsageError
from config.settings import CgiSettings, CgiSftpSettings
from connectors.inbound.listing import printable
from connectors.sftp import RemoteFile, SftpSession, join
from database.sessions import Session
from database.sql import statements
from diagnosis.unread_feedback import ASK_FIRST, command_to_apply, since, unread_feedback
from jobs.run.context import RunContext
from tasks.ejv_feedback_check.file_names import may_be_feedback

sql = statements(__package__)

LATE = 1
_APRIL = 4
_SHOWN = 5
_CLOCKS_APART = timedelta(days=1)


@dataclass(frozen=True)
class SentBatch:
    """A batch as our tables know it, and (number, example) of its links by status."""

    id: int
    file_type: str
    file_ref: str
    disbursement_status_code: str
    message: str | None
    feedback_file_ref: str | None
    created_on: datetime
    links: dict[str, tuple[int, int]]


def lock_sent_batch(session: Session, number: int) -> SentBatch:
    """Lock a batch and return it. Raises UsageError if there is none of that number."""
    batch = sql.run(session, "lock_sent_batch", batch=number).one_or_none()
    if batch is None:
        raise UsageError(f"There is no batch {number} in ejv_files; `ejv outstanding` shows those there are.")
    links = sql.run(session, "count_links", batch=number)
    return SentBatch(**batch._mapping, links={row.status: (row.number, row.example) for row in links})


@dataclass(frozen=True)
class ServerListing:
    """What lies on CGI's server under names that may be feedback's: in its directory, and in the backup directory."""

    directory: list[RemoteFile]
    backup: list[RemoteFile]
    trigger_ending: str = ""


def list_server_files(sftp: SftpSession, context: RunContext) -> ServerListing:
    """List what lies on CGI's server and may be feedback, whatever the case of its name."""
    settings, cgi = context.settings(CgiSftpSettings), context.settings(CgiSettings)

    def listed(directory: str) -> list[RemoteFile]:
        entries = [entry for entry in sftp.list(directory) if may_be_feedback(cgi, entry.name)]
        return [entry for entry in entries if entry.is_regular or _leads_to_a_file(sftp, join(directory, entry.name))]

    return ServerListing(listed(settings.directory), listed(settings.backup_directory), cgi.trigger_ending)


def unread_answers(session: Session, context: RunContext, sent_batch: SentBatch, there: ServerListing) -> list[str]:
    """Return which feedback is about the batch and not applied, or may be about it because it was not read."""
    return [
        *answers_waiting(there),
        *answers_stored(session, sent_batch, context.settings(CgiSettings)),
        *answers_archived(session, sent_batch, there, context.settings(CgiSettings)),
    ]


def answers_stored(session: Session, sent_batch: SentBatch, settings: CgiSettings) -> list[str]:
    """Return which stored feedback is about the batch, or may be, and is not applied."""
    rows = sql.run(session, "list_unapplied_feedback", batch=sent_batch.id).all()
    all_unread = unread_feedback(session, settings.ack_prefix)
    holds = {file.name: file.hold for file in all_unread}
    reasons = [
        f"feedback {row.name} is stored and not applied ({row.state}): "
        f"{ASK_FIRST.get(holds.get(row.name) or '', 'apply it first,')} "
        f"{command_to_apply(row.name, holds.get(row.name))}"
        for row in rows
    ]
    about_it = {row.name for row in rows}
    unread = since(all_unread, sent_batch.created_on)
    reasons += [
        f"feedback {file.words} came since it was sent and was not read to its end, so it may hold the answer: "
        f"{file.command} once the cause is removed, or, once CAS confirms what it is, "
        f"{in_short('files ignore', file.name, reason=True)}"
        for file in unread
        if file.name not in about_it and not file.is_in_the_directory  # answers_waiting has just looked there
    ]
    return reasons


def answers_applied(sent_batch: SentBatch) -> list[str]:
    """Return which answer to the batch is in our tables already."""
    reasons = []
    for status in ("COMPLETED", "ERRORED"):
        if status in sent_batch.links:
            number, example = sent_batch.links[status]
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
    """Return which feedback lies in the CGI directory and was not fetched."""
    names = {file.name for file in there.directory}
    empty = {file.name for file in there.directory if not file.size}
    alone = {name for name in empty if name.removesuffix(there.trigger_ending) not in names}
    reasons = [_trigger_alone(name, name.removesuffix(there.trigger_ending)) for name in sorted(alone)[:_SHOWN]]
    waiting = [file for file in there.directory if file.name not in alone]
    if waiting:
        reasons.insert(
            0,
            f"{_names(waiting)} wait in the CGI directory: run EJV_FEEDBACK_CHECK first, and have CAS rename or take "
            "away what it leaves there",
        )
    return reasons


def _trigger_alone(trigger: str, name: str) -> str:
    """Return what to do about a trigger whose file is not there: it may have been taken in, or still come."""
    return (
        f"the trigger {printable(trigger)} lies in the CGI directory and {printable(name)} does not: run "
        "EJV_FEEDBACK_CHECK first, and if it leaves the trigger there, ask CAS for "
        f"{printable(name)}, or to take the trigger away where there is none"
    )


def answers_archived(session: Session, sent_batch: SentBatch, there: ServerListing, settings: CgiSettings) -> list[str]:
    """Return which feedback lies in the backup directory since the batch was sent and was never taken in."""
    sent = (sent_batch.created_on.replace(tzinfo=UTC) - _CLOCKS_APART).timestamp()
    known = set(sql.run(session, "list_known_feedback").scalars())
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
    """Return whether a link, if it is one, leads to a file, or to what the server does not show."""
    try:
        found = sftp.stat(path, follow=True)
    except SourceRefused:
        return True
    return found is not None and found.is_regular


def fiscal_year_on(day: date) -> int:
    """Return the fiscal year of a day: from April on it has the number of the next year."""
    return day.year + (day.month >= _APRIL)


def answer_due(session: Session, number: int, now: datetime) -> list[str]:
    """Return that the answer to what was sent last is not late yet, or nothing: CGI may still run it."""
    sent: datetime = sql.run(session, "find_sent_on", batch=number).scalar_one().astimezone(UTC)
    if age_in_business_days(sent, now) >= LATE:
        return []
    return [
        f"it was sent {sent.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}, less than a business day ago, and CGI may still "
        "run it. Use --skip-wait only if CAS confirms that it never arrived"
    ]
