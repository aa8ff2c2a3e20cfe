"""What follows an applied file outside its transaction, and is made up for by the next run if this one dies."""

from sqlalchemy import text

from config.settings import CfsSettings, ObjectStoreSettings
from connectors.cfs import CfsClient
from connectors.inbound import find_file, set_state
from connectors.object_store import ObjectStore
from jobs.context import RunContext
from jobs.outcome import Outcome
from tasks.pad_reconcile.credit_sync import open_credits, sync_credits
from tasks.pad_reconcile.rejects import as_csv, read_rejects


def store_rejects(context: RunContext) -> Outcome:
    """Write the rejects of applied files to the object store, for each file that still lacks them."""
    outcome = Outcome()
    pending = _pending(context, "rejects_csv")
    if context.dry_run or not pending:
        return outcome
    store = ObjectStore(context.settings(ObjectStoreSettings))
    try:
        for file_id in pending:
            with context.database.begin() as session:
                file = find_file(session, file_id)
                assert file is not None
                key = f"rejects/{context.today():%Y/%m/%d}/{file.name}.{file_id}.csv"
                store.put_verified(key, as_csv(read_rejects(session, file_id)))
                set_state(session, file_id, file.state, reason=file.reason, details={"rejects_csv": key})
            outcome.artifacts.append(key)
    finally:
        store.close()
    return outcome


def sync_touched_credits(context: RunContext, *, everything: bool = False) -> Outcome:
    """Bring the credits of the accounts that files touched, or of all, in line with CFS.

    CFS being away makes a note: the files keep their mark, and the next run makes up for it.
    """
    pending = _pending(context, "credit_sync")
    if context.dry_run or not (pending or everything):
        return Outcome()
    credits_ = open_credits(context.database, None if everything else pending)
    outcome = Outcome()
    context.progress.begin(len(credits_), "credits")
    with CfsClient(context.settings(CfsSettings)) as cfs:
        report = sync_credits(context.database, cfs, credits_, stop_check=context.stop.check)
    outcome.counts.update(credits_looked_up=report.looked_at, credits_changed=report.changed)
    outcome.rejects += report.rejects
    if report.unavailable:
        outcome.notes.append(f"Some credits could not be looked up ({report.unavailable}); the next run does it.")
        return outcome
    with context.database.begin() as session:
        for file_id in pending:
            file = find_file(session, file_id)
            assert file is not None
            set_state(session, file_id, file.state, reason=file.reason, details={"credit_sync": "done"})
    return outcome


def _pending(context: RunContext, step: str) -> list[int]:
    with context.database.begin() as session:
        return list(
            session.scalars(
                text(
                    "SELECT id FROM pay_jobs.inbound_files WHERE state = 'applied' AND details ->> :step = 'pending'"
                    " ORDER BY id"
                ),
                {"step": step},
            )
        )
