"""PAD_RECONCILE from top to bottom.

What applies a file is imported with the first file: a poll that finds nothing does not pay for it.
"""

from contextlib import closing
from functools import partial

from config.settings import CasSftpSettings, ObjectStoreSettings
from connectors.object_store import ObjectStore
from jobs.inbound.desk import InboundDesk
from jobs.inbound.file_format import FileFormat, FileToApply
from jobs.inbound.poll_outcome import outcome_of_poll
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.pad_reconcile.after_commit import report_rejects, sync_all_credits, sync_touched_credits
from tasks.pad_reconcile.arguments import Arguments
from tasks.pad_reconcile.file_queue import SOURCE, WANTED, reasons_to_hold, waiting_files


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Fetch and apply the settlement files; or apply one, or only bring the credits in line with CFS."""
    if arguments.sync_all_credits:
        return sync_all_credits(context, allow_late=arguments.allow_late)
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        desk = settlement_desk(context, store, allow_late=arguments.allow_late)
        if arguments.file is not None:
            outcome = desk.apply_named(arguments.file)
        else:
            outcome = outcome_of_poll(desk.poll())
            outcome += desk.apply_waiting()
        outcome += report_rejects(context, store)
    outcome += sync_touched_credits(context)
    return outcome


def replay(context: RunContext, name: str, *, reason: str, despite: str | None = None) -> Outcome:
    """Apply a file that is held or failed; `despite` names the hold."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        outcome = settlement_desk(context, store).replay(name, reason=reason, despite=despite)
        outcome += report_rejects(context, store)
    outcome += sync_touched_credits(context)
    return outcome


def settlement_desk(context: RunContext, store: ObjectStore, *, allow_late: bool = False) -> InboundDesk:
    """Return the desk for settlement files."""
    settlement_files = FileFormat(
        source=SOURCE,
        noun="settlement file",
        names=WANTED,
        sftp=CasSftpSettings,
        queue=waiting_files,
        apply=_apply,
        why_hold=partial(reasons_to_hold, allow_late=allow_late),
    )
    return InboundDesk(context, store, settlement_files)


def _apply(context: RunContext, file: FileToApply) -> Outcome:
    from tasks.pad_reconcile.apply_file import apply_file

    return apply_file(context, file)
