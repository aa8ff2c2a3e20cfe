"""Compare our books with CFS, by look-ups, because CFS has no export (docs/specs/invoice-lifecycle.md section 6).

Reads   invoices, cancelled invoices, credits and routing slips of ours; CFS, by look-ups only
Writes  how far the comparison has come and what it found, in pay_jobs.cfs_comparisons
Never   changes an invoice, or anything in CFS
Normal  exit 0 where both sides agree, 3 where they differ or CFS gave no usable answer

    task          the stages, one after the other, page by page
    compare_page  our side and theirs of one page of numbers
    rules         what must be equal, as pure functions
    store         how far a comparison has come, and what it found

Killed or stopped, the same command resumes after the last page that was committed.
"""

import click

from jobs.job import Job
from jobs.parameters import DAY, MOST_ROWS
from tasks.stale_invoice_report import METHODS

JOB = Job(
    name="compare cfs",
    summary="Compare invoices, receipts, credits and routing slips with CFS.",
    run="tools.compare_cfs.task:run",
    arguments="tools.compare_cfs.arguments:Arguments",
    parameters=(
        click.Option(["--since"], type=DAY, help="Invoices from this day; default 30 days back."),
        click.Option(["--sample"], type=click.IntRange(1, MOST_ROWS), help="Only so many CFS invoices."),
        click.Option(["--method"], type=click.Choice(METHODS, case_sensitive=False), help="Only this payment method."),
        click.Option(["--account"], help="Only this account (its auth account id)."),
    ),
    examples=("compare cfs", "compare cfs --since 2026-11-01 --sample 500"),
    needs=("CfsSettings",),
)
