"""repair pad-rejects: the rejected rows once more, then the credits they touched."""

from contextlib import closing
from dataclasses import dataclass

from config.settings import ObjectStoreSettings
from connectors.object_store import ObjectStore
from jobs.parameters import require_reason
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.pad_reconcile.after_commit import sync_touched_credits
from tasks.pad_reconcile.retry_rejects import retry_rejects


@dataclass(frozen=True)
class Arguments:
    """Why the rows are tried again."""

    reason: str

    def __post_init__(self) -> None:
        require_reason(self.reason)


def run(context: RunContext, _arguments: Arguments) -> Outcome:
    """Apply the rejected rows that can be applied now."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        outcome = retry_rejects(context, store)
    outcome += sync_touched_credits(context)
    return outcome
