"""Compare our books with CFS, by look-ups, because CFS has no export (docs/specs/invoice-lifecycle.md section 6).

    task    the stages, one after the other, page by page
    sides   our side and theirs of one number
    rules   what must be equal, as pure functions
    store   how far a comparison has come, and what it found

Killed or stopped, the same command goes on after the last page that was committed.
"""

from tasks.stale_invoice_report.comparison.task import compare_with_cfs

__all__ = ["compare_with_cfs"]
