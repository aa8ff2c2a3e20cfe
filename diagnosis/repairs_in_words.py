"""What became of the invoices that a repair was asked for, in one line."""

from config.plurals import counted
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome

_KINDS = (("not_repaired", "needs attention", "need attention"), ("to_wait_for", "waits", "wait"),
          ("nothing_to_do", "needs nothing", "need nothing"))  # fmt: skip


def answered(context: RunContext, outcome: Outcome) -> Outcome:
    """Add the line that people read first: how many invoices were, or would be, repaired, and the rest."""
    repaired = outcome.counts["invoices_repaired"]
    verb = "would be" if context.dry_run else "was" if repaired == 1 else "were"
    rest = [
        f"{number:,} {one if number == 1 else many}" for kind, one, many in _KINDS if (number := outcome.counts[kind])
    ]
    outcome.answer = "; ".join([f"{counted(repaired, 'invoice')} {verb} repaired", *rest]) + "."
    return outcome
