"""PAD_RECONCILE, told from top to bottom.

What applies a file is imported with the first file: a poll that finds nothing does not pay for it.
"""

from contextlib import closing
from pathlib import Path

from config.settings import CasSftpSettings, ObjectStoreSettings
from connectors.inbound.content import open_content
from connectors.inbound.ledger import InboundFile, set_state
from connectors.inbound.poll import poll
from connectors.inbound.take_in import Intake, register_local
from connectors.object_store import ObjectStore
from jobs.inbound import outcome_of_poll
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.pad_reconcile.after_commit import report_rejects, sync_all_credits, sync_touched_credits
from tasks.pad_reconcile.arguments import Arguments
from tasks.pad_reconcile.file_queue import (
    IF_HELD,
    SOURCE,
    WANTED,
    file_to_replay,
    reason_to_hold,
    stored_file,
    waiting_files,
)


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Fetch and apply the settlement files; or apply one, or only bring the credits in line with CFS."""
    if arguments.sync_all_credits:
        return sync_all_credits(context)
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        intake = Intake(SOURCE, WANTED, context.database, store, context.clock, context.run_id, context.stop.check)
        if arguments.file is not None:
            outcome = _apply_named(context, intake, arguments.file, allow_late=arguments.allow_late)
        else:
            outcome = outcome_of_poll(poll(context.settings(CasSftpSettings), intake), if_held=IF_HELD)
            outcome += _apply_waiting(context, store, arguments)
        outcome += report_rejects(context, store)
    outcome += sync_touched_credits(context)
    return outcome


def replay(context: RunContext, name: str, *, reason: str) -> Outcome:
    """Apply a file that was held or failed."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        with context.database.begin() as session:
            file = file_to_replay(session, name)
        context.log.info("file.replayed", file=file.name, was=file.state, reason=reason)
        outcome = _apply(context, store, file, reason=reason)
        outcome += report_rejects(context, store)
    outcome += sync_touched_credits(context)
    return outcome


def _apply_waiting(context: RunContext, store: ObjectStore, arguments: Arguments) -> Outcome:
    """Apply every file that is ready, in the order of business dates; what is late is held."""
    with context.database.begin() as session:
        waiting, held_back = waiting_files(session)
    outcome = Outcome()
    context.progress.begin(len(waiting))
    outcome.notes += [f"{file.name} waits until {held_back[0].name} can be moved." for file in held_back[1:]]
    if not waiting and not held_back:
        outcome.notes.append("No settlement file is waiting.")
    for file in waiting:
        context.stop.check()
        context.progress.step(file.name)
        outcome += _apply_or_hold(context, store, file, allow_late=arguments.allow_late)
        context.record_progress({"last_file": file.name})
        context.progress.advance()
    return outcome


def _apply_or_hold(context: RunContext, store: ObjectStore, file: InboundFile, *, allow_late: bool) -> Outcome:
    with context.database.begin() as session:
        reason = reason_to_hold(session, file, allow_late=allow_late)
        if reason is not None:
            set_state(session, file.id, "held", reason=reason, run_id=context.run_id)
    if reason is not None:
        context.log.warning("file.held", file=file.name, reason=reason)
        return Outcome(rejects=[Reject(file.name, "held", reason)])
    return _apply(context, store, file)


def _apply_named(context: RunContext, intake: Intake, name: str, *, allow_late: bool) -> Outcome:
    """Apply one file of this machine, or one that is stored and ready."""
    assert intake.store is not None
    path = Path(name)
    if not path.is_file():
        with context.database.begin() as session:
            file = stored_file(session, name)
        return _apply_or_hold(context, intake.store, file, allow_late=allow_late)
    recorded = register_local(path, intake)
    file = recorded.file
    if file.state == "received":
        return _apply_or_hold(context, intake.store, file, allow_late=allow_late)
    if file.state in {"applied", "known"}:
        return Outcome(
            notes=[f"{file.name}: this content was taken in before ({file.reason or file.state}); not applied."]
        )
    return Outcome(
        rejects=[
            Reject(file.name, file.state, f"{file.reason or 'see `files list`'}. {IF_HELD.replace('NAME', file.name)}")
        ]
    )


def _apply(context: RunContext, store: ObjectStore, file: InboundFile, *, reason: str | None = None) -> Outcome:
    from tasks.pad_reconcile.apply_file import Opened, apply_file

    settings = context.read_settings.get(CasSftpSettings)
    sftp = settings if isinstance(settings, CasSftpSettings) else None
    return apply_file(context, Opened(file, open_content(file, store=store, sftp=sftp)), reason=reason)
