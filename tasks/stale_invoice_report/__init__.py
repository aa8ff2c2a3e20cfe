"""Return which invoices are stuck, why, and what to do about each.

Reads   invoices with all that hangs on them; settlement and feedback files as other jobs keep them; CFS, by look-ups
        only; the reports before this one
Writes  its own reports: pay_jobs.stale_*, files asked for, copies in the object store, a mail on request
Never   changes an invoice, or anything in CFS
Normal  every weekday at 07:00; exit code 3 while something is stuck

Without CFS (--no-cfs, or CFS is away) the report is made all the same and says which diagnoses are weaker.
`compare cfs` holds our books against CFS.

The rules are those of docs/specs/invoice-lifecycle.md sections 3 to 6;
departures are in docs/decisions/stale-invoice-report.md.
"""

import click

from jobs.job import Job
from jobs.parameters import DAY, MOST_DAYS, MOST_ROWS, NEW_FILE

METHODS = ("PAD", "EJV", "EFT", "INTERNAL", "ONLINE_BANKING", "DIRECT_PAY", "CC")

JOB = Job(
    name="STALE_INVOICE_REPORT",
    summary="Say which invoices are stuck, why, and what to do.",
    run="tasks.stale_invoice_report.task:run",
    arguments="tasks.stale_invoice_report.arguments:Arguments",
    parameters=(
        click.Option(
            ["--days"],
            type=click.IntRange(0, MOST_DAYS),
            default=20,
            show_default=True,
            help="Age from which the count by payment method begins.",
        ),
        click.Option(["--method"], type=click.Choice(METHODS, case_sensitive=False), help="Only this payment method."),
        click.Option(["--account"], help="Only this account (its auth account id)."),
        click.Option(["--as-of"], type=DAY, help="Count ages to the end of this day; default now."),
        click.Option(["--no-cfs"], is_flag=True, help="Ask CFS nothing; some diagnoses are weaker."),
        click.Option(
            ["--max-stuck"],
            metavar="N",
            type=click.IntRange(0, MOST_ROWS),
            default=0,
            help="Exit 3 only if more than N invoices are stuck.",
        ),
        click.Option(["--csv", "csv_file"], type=NEW_FILE, help="Write the report as CSV."),
        click.Option(["--xlsx", "xlsx_file"], type=NEW_FILE, help="Write the report as a workbook."),
        click.Option(["--html", "html_file"], type=NEW_FILE, help="Write the report as one self-contained page."),
        click.Option(["--mail"], is_flag=True, help="Mail the summary to operations."),
    ),
    examples=(
        "STALE_INVOICE_REPORT",
        "STALE_INVOICE_REPORT --days 20 --method PAD --no-cfs",
        "STALE_INVOICE_REPORT --html stuck.html --xlsx stuck.xlsx",
        "STALE_INVOICE_REPORT --max-stuck 50 --mail",
    ),
    retired=(
        ("--compare-cfs", "compare cfs"),
        ("--since", "compare cfs --since DATE"),
        ("--sample", "compare cfs --sample N"),
        ("--fail-over", "STALE_INVOICE_REPORT --max-stuck N"),
    ),
    needs=("CfsSettings",),
)
