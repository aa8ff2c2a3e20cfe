"""EJV_FEEDBACK_CHECK, told from top to bottom.

What applies a file is imported with the first file: a poll that finds nothing does not pay for it.
"""

from contextlib import closing
from functools import partial

from config.settings import CgiSettings, CgiSftpSettings, ObjectStoreSettings
from connectors.object_store import ObjectStore
from connectors.sftp import connect_sftp
from jobs.inbound.desk import InboundDesk
from jobs.inbound.file_format import FileFormat, FileToApply
from jobs.inbound.poll_outcome import outcome_of_poll
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.arguments import Arguments
from tasks.ejv_feedback_check.bucket_index import find_untaken_feedback, index_outstanding
from tasks.ejv_feedback_check.file_names import SOURCE, is_ack, wanted_names
from tasks.ejv_feedback_check.file_queue import waiting_files
from tasks.ejv_feedback_check.left_feedback import note_left_feedback
from tasks.ejv_feedback_check.outstanding import check_outstanding
from tasks.ejv_feedback_check.record_ack import record_ack
from tasks.ejv_feedback_check.resubmission import finish_resubmission, unfinished_resubmissions


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Fetch and apply what came, then show what is outstanding; or apply the one file that was named."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        desk = feedback_desk(context, store, despite_faults=arguments.despite_faults)
        outcome = index_outstanding(context, store)
        if arguments.file is not None:
            outcome += desk.apply_named(arguments.file, reason=arguments.reason)
            return outcome
        report = desk.poll()
        note_left_feedback(context, report)
        outcome += outcome_of_poll(report)
        outcome += desk.apply_waiting()
        outcome += _finish_resubmissions(context, store)
    outcome += check_outstanding(context)
    return outcome


def replay(
    context: RunContext, name: str, *, reason: str, despite: str | None = None, file_id: int | None = None
) -> Outcome:
    """Apply a file that is held or failed; `despite` names the hold, `file_id` tells files of one name apart."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        outcome = index_outstanding(context, store)
        outcome += feedback_desk(context, store).replay(name, reason=reason, despite=despite, file_id=file_id)
    return outcome


def feedback_desk(context: RunContext, store: ObjectStore, *, despite_faults: bool = False) -> InboundDesk:
    """Return the desk for the files of CGI."""
    settings = context.settings(CgiSettings)
    feedback_files = FileFormat(
        source=SOURCE,
        noun="feedback file",
        names=wanted_names(settings),
        sftp=CgiSftpSettings,
        queue=partial(waiting_files, settings=settings),
        apply=partial(_apply, despite_faults=despite_faults),
        find_key=partial(find_untaken_feedback, context, store),
        file_replays=True,
    )
    return InboundDesk(context, store, feedback_files)


def _apply(context: RunContext, file: FileToApply, *, despite_faults: bool) -> Outcome:
    """Record an ACK, or apply a feedback file."""
    from tasks.ejv_feedback_check.apply_file import apply_file

    settings, name = context.settings(CgiSettings), file.file.name
    if is_ack(settings, name):
        return record_ack(context, file)
    outcome = Outcome()
    fault = wanted_names(settings).date_fault(name)
    if fault is not None:
        outcome.notes.append(f"{name}: {fault}; it is read all the same.")
    outcome += apply_file(context, file, despite_faults=despite_faults)
    return outcome


def _finish_resubmissions(context: RunContext, store: ObjectStore) -> Outcome:
    """Finish what an earlier run began to send again, now that every answer that came is known."""
    outcome = Outcome()
    with context.database.read() as session:
        begun = unfinished_resubmissions(session)
    if not begun or context.dry_run:
        return outcome
    with connect_sftp(context.settings(CgiSftpSettings)) as sftp:
        for one in begun:
            outcome += finish_resubmission(context, store, sftp, one)
    return outcome
