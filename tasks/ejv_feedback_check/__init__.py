"""Read the feedback of CGI on our journal vouchers and AP files, apply it, and show what is outstanding.

Reads   ACK and FEEDBACK files in the CGI directory, or one stored or local file; stored INBOX files; the pay tables
Writes  ejv_files, ejv_headers, ejv_links, invoices, invoice_references, receipts, payments, refunds_partial,
        partner_disbursements, distribution_codes.stop_ejv, routing_slips, refunds, eft_refunds; what became of each
        batch and line in pay_jobs.feedback_batches and pay_jobs.feedback_lines; an index of the files for `ejv search`;
        an INBOX file and its trigger where an earlier `ejv resubmit` was interrupted
Never   applies part of a batch, or the same batch twice; moves a credited or cancelled invoice to PAID; sends a batch
        again that was answered, or while feedback lies unread that may be its answer
Normal  a run that finds no file, and nothing overdue

The rules are those of docs/specs/cgi-ejv-files.md;
departures from the reference are in docs/decisions/ejv-feedback-check.md.
"""

import click

from jobs.job import Job
from jobs.parameters import INBOUND_FILE, RETIRED_FOR_FILES
from tasks.channels import CHANNELS

JOB = Job(
    name="EJV_FEEDBACK_CHECK",
    summary="Fetch and apply the feedback of CGI, and show the batches that are still without an answer.",
    run="tasks.ejv_feedback_check.task:run",
    arguments="tasks.ejv_feedback_check.arguments:Arguments",
    parameters=(
        INBOUND_FILE,
        click.Option(["--despite-faults"], is_flag=True, help="With --file: apply what can be read; needs --reason."),
        click.Option(["--reason"], help="Why; kept in the ledger."),
    ),
    examples=(
        "EJV_FEEDBACK_CHECK",
        "EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.20261117214512",
        'EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.20261117214512 --despite-faults --reason "ticket 4711: CAS agrees"',
    ),
    retired=(
        *RETIRED_FOR_FILES,
        ("--no-poll", "ejv outstanding"),
        ("--search", "ejv search NUMBER"),
        ("--index-bucket", "ejv index"),
        ("--resubmit", 'ejv resubmit BATCH --reason "..."'),
        ("--even-if-closed", 'ejv resubmit BATCH --closed-period --reason "..."'),
        ("--even-if-young", 'ejv resubmit BATCH --skip-wait --reason "..."'),
        ("--rebuild", 'ejv rebuild BATCH --reason "..."'),
        ("--unstop", 'ejv unstop CODE --reason "..."'),
    ),
    needs=("CgiSettings", "CgiSftpSettings", "ObjectStoreSettings", "EventSettings"),
    delivers=CHANNELS,
)
