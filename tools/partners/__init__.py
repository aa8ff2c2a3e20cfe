"""Tell the running account of each partner and GL code for a month, and every row that is wrong in it.

Reads   invoices, their lines and refunds, partner_disbursements, and the journals that were sent; in one snapshot
Writes  nothing, save the files that are asked for
Never   changes a pay table, or asks CGI or CFS
Normal  exit 0; exit 3 where money does not come back without a person, a row of partner_disbursements is missing or is
        there twice, or an account does not add up

    sql/create_entries   every movement, as a row: collected, service fees, refunded, disbursed, given back
    sql/create_items     what each invoice and partial refund comes to, and why
    accounts             the accounts as people read them
    faults               what is wrong, why, and what to type next
    workbook             the account as a workbook; tasks/stale_invoice_report/page makes the page

docs/partners.md tells what each figure means.
"""

import click

from jobs.job import Job
from jobs.parameters import MONTH, NEW_FILE

JOB = Job(
    name="partners",
    summary="Show the running account of each partner: collected, disbursed, in flight, given back, and what is wrong.",
    run="tools.partners.task:run",
    arguments="tools.partners.arguments:Arguments",
    parameters=(
        click.Argument(["partner"], required=False, metavar="[PARTNER]"),
        click.Option(["--gl"], type=click.IntRange(1, 2**31 - 1), metavar="CODE", help="Only this distribution code."),
        click.Option(["--month"], type=MONTH, required=True, help="The month, like 2026-11."),
        click.Option(["--xlsx", "xlsx_file"], type=NEW_FILE, help="Write a workbook: each figure with its rows."),
        click.Option(["--html", "html_file"], type=NEW_FILE, help="Write one self-contained page."),
    ),
    examples=(
        "partners --month 2026-11",
        "partners VS --month 2026-11 --xlsx vital-statistics.xlsx",
        "partners VS --gl 4 --month 2026-11",
    ),
    reads_only=True,
)
