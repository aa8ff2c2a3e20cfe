"""EJV_FEEDBACK_CHECK, told from top to bottom."""

from contextlib import closing
from pathlib import Path

from config.settings import CgiSettings, CgiSftpSettings, ObjectStoreSettings
from connectors.inbound.content import open_content
from connectors.inbound.ledger import InboundFile, list_files
from connectors.inbound.poll import poll
from connectors.inbound.take_in import Intake, register_local
from connectors.object_store import ObjectStore
from connectors.sftp import connect_sftp
from jobs.inbound import outcome_of_poll
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.acks import record_ack
from tasks.ejv_feedback_check.apply_file import Opened, apply_file
from tasks.ejv_feedback_check.arguments import Arguments
from tasks.ejv_feedback_check.bucket import index_outstanding
from tasks.ejv_feedback_check.left_feedback import note_left_feedback
from tasks.ejv_feedback_check.names import SOURCE, is_ack, is_feedback, wanted
from tasks.ejv_feedback_check.outstanding import check_outstanding
from tasks.ejv_feedback_check.sending import send, unfinished
from tasks.ejv_feedback_check.stored_files import SETTLED, stored

IF_HELD = "Once it is right: EJV_FEEDBACK_CHECK --file NAME; what was answered already is not applied twice."


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Fetch and apply what came, then show what is outstanding; or apply the one file that was named."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        if arguments.file is not None:
            return apply_named(context, store, arguments.file, despite_faults=arguments.despite_faults)
        outcome = index_outstanding(context, store)
        report = poll(context.settings(CgiSftpSettings), intake(context, store))
        note_left_feedback(context, report)
        outcome += outcome_of_poll(report, if_held=IF_HELD)
        outcome += _take_in(context, store)
        outcome += _finish_resubmissions(context, store)
    outcome += check_outstanding(context)
    return outcome


def intake(context: RunContext, store: ObjectStore) -> Intake:
    """Return how feedback files are taken in."""
    names = wanted(context.settings(CgiSettings))
    return Intake(SOURCE, names, context.database, store, context.clock, context.run_id, context.stop.check)


def _finish_resubmissions(context: RunContext, store: ObjectStore) -> Outcome:
    """Finish what a run before this one began to send again, now that every answer that came is known."""
    outcome = Outcome()
    with context.database.begin() as session:
        begun = unfinished(session)
    if not begun or context.dry_run:
        return outcome
    with connect_sftp(context.settings(CgiSftpSettings)) as sftp:
        for one in begun:
            outcome += send(context, store, sftp, one)
    return outcome


def _take_in(context: RunContext, store: ObjectStore) -> Outcome:
    """Record every ACK and apply every feedback file that is ready, the oldest first."""
    settings = context.settings(CgiSettings)
    with context.database.begin() as session:
        waiting = list_files(session, SOURCE, ["received"])
        again = [file for file in list_files(session, SOURCE, ["known"]) if "acknowledged" not in file.details]
    outcome = Outcome()
    context.progress.begin(len(waiting))
    for file in [*waiting, *(file for file in again if is_ack(settings, file.name))]:
        context.stop.check()
        context.progress.step(file.name)
        fault = wanted(settings).date_fault(file.name)
        if fault is not None:
            outcome.notes.append(f"{file.name}: {fault}; it is read all the same.")
        if is_ack(settings, file.name):
            outcome += record_ack(context, file, _opened(context, store, file).content)
        elif is_feedback(settings, file.name):
            outcome += apply_file(context, _opened(context, store, file))
        context.record_progress({"last_file": file.name})
        context.progress.advance()
    return outcome


def apply_named(context: RunContext, store: ObjectStore, name: str, *, despite_faults: bool = False) -> Outcome:
    """Apply one file of this machine, or one that is stored: taken in before, or lying in the bucket."""
    desk = intake(context, store)
    path = Path(name)
    file = register_local(path, desk).file if path.is_file() else stored(context, store, desk, name)
    if file.state in SETTLED:
        return Outcome(notes=[f"{file.name} is {file.state} ({file.reason or 'nothing to do'}): not applied again."])
    if is_ack(context.settings(CgiSettings), file.name):
        return record_ack(context, file, _opened(context, store, file).content)
    return apply_file(context, _opened(context, store, file), despite_faults=despite_faults)


def _opened(context: RunContext, store: ObjectStore, file: InboundFile) -> Opened:
    settings = context.read_settings.get(CgiSftpSettings)
    sftp = settings if isinstance(settings, CgiSftpSettings) else None
    return Opened(file, open_content(file, store=store, sftp=sftp))
