"""PAD_RECONCILE from top to bottom.

What applies a file is imported with the first file: a poll that finds nothing does not pay for it.
"""

from collections.abc import Sequence
from contextlib import closing
from functools import partial

from config.command_line import typed
from config.settings import CasSftpSettings, ObjectStoreSettings
from connectors.inbound.ledger import InboundFile, list_same_as_of_another_day
from connectors.object_store import ObjectStore
from jobs.inbound.desk import InboundDesk
from jobs.inbound.file_format import FileFormat, FileToApply
from jobs.inbound.poll_outcome import outcome_of_poll
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
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
            report = desk.poll()
            outcome = outcome_of_poll(report)
            outcome += desk.apply_waiting()
            if outcome.counts["files_known"]:
                outcome.rejects += _of_another_day(context, report.known)
        outcome += report_rejects(context, store)
    outcome += sync_touched_credits(context)
    return outcome


def replay(
    context: RunContext, name: str, *, reason: str, despite: str | None = None, file_id: int | None = None
) -> Outcome:
    """Apply a file that is held or failed; `despite` names the hold, `file_id` tells files of one name apart."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        outcome = settlement_desk(context, store).replay(name, reason=reason, despite=despite, file_id=file_id)
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
        queue=partial(waiting_files, today=context.today()),
        apply=_apply,
        why_hold=partial(reasons_to_hold, today=context.today(), allow_late=allow_late),
    )
    return InboundDesk(context, store, settlement_files)


def _of_another_day(context: RunContext, known: Sequence[InboundFile]) -> list[Reject]:
    """Return the files of this run that hold what an earlier day's file held: the rows of their day did not come."""
    seen = {file.id for file in known}
    with context.database.read() as session:
        rows = list_same_as_of_another_day(session, SOURCE)
    return [
        Reject(
            row.name,
            "content of another day",
            f"It holds what {row.same_as} held, so the rows of {row.business_date} did not come. Ask CAS for them.",
            typed("explain file", row.name),
        )
        for row in rows
        if row.id in seen or row.run_id == context.run_id
    ]


def _apply(context: RunContext, file: FileToApply) -> Outcome:
    from tasks.pad_reconcile.apply_file import apply_file

    return apply_file(context, file)
