"""Read the feedback of CGI on our journal vouchers and AP files, say what is missing, and put it right.

Reads   ACK and FEEDBACK files in the CGI directory, or one stored or local file; stored INBOX files; the pay tables
Writes  ejv_files, ejv_headers, ejv_links, invoices, invoice_references, receipts, payments, refunds_partial,
        partner_disbursements, distribution_codes.stop_ejv, routing_slips, refunds, eft_refunds; what became of each
        batch and line in pay_jobs.feedback_batches and pay_jobs.feedback_lines; an index of the files for --search;
        with --resubmit also an INBOX file and its trigger in the CGI directory
Never   applies part of a batch, or the same batch twice; moves a credited or cancelled invoice to PAID; sends a batch
        again that was answered, or while feedback lies unread that may be its answer
Normal  a run that finds no file, and nothing overdue

The rules are those of docs/specs/cgi-ejv-files.md; departures from the reference are in docs/decisions.md.
"""

import click

from jobs.job import Job

JOB = Job(
    name="EJV_FEEDBACK_CHECK",
    summary="Fetch and apply the feedback of CGI, and show the batches that are still without an answer.",
    run="tasks.ejv_feedback_check.task:run",
    arguments="tasks.ejv_feedback_check.arguments:Arguments",
    parameters=(
        click.Option(["--no-poll"], is_flag=True, help="Only show what is outstanding."),
        click.Option(["--file", "file"], metavar="NAME", help="Apply one stored or local file instead of polling."),
        click.Option(["--despite-faults"], is_flag=True, help="With --file: apply what can be read; needs --reason."),
        click.Option(
            ["--search"], metavar="NUMBER", multiple=True, help="Find an invoice, batch or journal in stored files."
        ),
        click.Option(["--index-bucket"], is_flag=True, help="Index what lies in the bucket and is not indexed yet."),
        click.Option(["--resubmit"], metavar="BATCH", type=int, help="Send the stored inbox file of a batch again."),
        click.Option(["--even-if-closed"], is_flag=True, help="With --resubmit: although its dates are of the past."),
        click.Option(["--even-if-young"], is_flag=True, help="With --resubmit or --rebuild: CAS says it never came."),
        click.Option(["--rebuild"], metavar="BATCH", type=int, help="Void a batch, so that a new one is made."),
        click.Option(["--ignore"], metavar="NAME", help="Put a feedback file aside that is held or failed."),
        click.Option(["--unstop"], metavar="CODE", type=int, help="Clear stop_ejv of a distribution code."),
        click.Option(["--reason"], help="Why; kept in the ledger."),
    ),
    examples=(
        "EJV_FEEDBACK_CHECK",
        "EJV_FEEDBACK_CHECK --no-poll",
        "EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.20261117214512",
        "EJV_FEEDBACK_CHECK --search 7654321 --search FI00008801",
        'EJV_FEEDBACK_CHECK --resubmit 4321 --reason "ticket 4711: CAS never got it" --dry-run',
        'EJV_FEEDBACK_CHECK --rebuild 4321 --reason "ticket 4711: November is closed; clear stop_ejv 1234"',
        'EJV_FEEDBACK_CHECK --ignore FEEDBACK.F3535.20261117214512 --reason "ticket 4713: CAS sent it again"',
        'EJV_FEEDBACK_CHECK --unstop 1234 --reason "ticket 4712: the ministry confirmed the new GL"',
    ),
    needs=("CgiSettings", "CgiSftpSettings", "ObjectStoreSettings", "EventSettings"),
    delivers=True,
)
