"""repair pad-rejects: retry the rejected rows, then look up the credits they touched."""

from contextlib import closing
from dataclasses import dataclass

from config.plurals import counted
from config.settings import ObjectStoreSettings
from connectors.object_store import ObjectStore
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.pad_reconcile.after_commit import sync_touched_credits
from tasks.pad_reconcile.retry_rejects import retry_rejects


@dataclass(frozen=True)
class Arguments:
    """Why the rows are retried."""

    reason: str


def run(context: RunContext, _arguments: Arguments) -> Outcome:
    """Apply the rejected rows that can be applied now."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        outcome = retry_rejects(context, store)
    if outcome.counts["rows_read"]:
        outcome.answer = _answer(context, outcome)
    outcome += sync_touched_credits(context)
    return outcome


def _answer(context: RunContext, outcome: Outcome) -> str:
    applied, rejected = outcome.counts["rows_applied"], outcome.counts["rows_rejected"]
    verb = "would be" if context.dry_run else "was" if applied == 1 else "were"
    stay = "would stay rejected" if context.dry_run else "stays rejected" if rejected == 1 else "stay rejected"
    return f"{counted(applied, 'rejected row')} {verb} applied; {rejected:,} {stay}."
