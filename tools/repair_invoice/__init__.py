"""Finish an invoice that was settled outside and does not know it: by journal voucher, or from a routing slip.

Reads   the pay tables; `repair ejv-invoice`: the stored feedback files; `repair slip-invoice`: CFS (invoice, receipts)
Writes  invoices, invoice_references, receipts and payments of that invoice; of a refund the event that its product
        hears; the evidence in the run ledger
Never   changes CFS or sends anything to CGI; settles what CGI refused or CFS still wants money for; moves a final
        status; writes an amount that no feedback line or receipt has
Normal  the diagnosis of each invoice, which is that of STALE_INVOICE_REPORT; exit 3 where one needs attention

One invoice, one transaction: its rows are read again under lock, and where they are not those that were judged nothing
is written. Source: docs/specs/invoice-lifecycle.md sections 5.2, 5.3 and 7.
"""

import click

from jobs.job import Job
from jobs.parameters import REASON
from tasks.ejv_feedback_check import JOB as EJV_FEEDBACK_CHECK
from tasks.routing_slip_recreate import JOB as ROUTING_SLIP_RECREATE

INVOICE_ID = click.IntRange(1, 2**31 - 1)
INVOICE_ID.name = "invoice id (a number like 1234567)"
_IDS = click.Argument(["ids"], metavar="ID...", nargs=-1, required=True, type=INVOICE_ID)
_NO_JOURNAL = click.Option(
    ["--no-journal"], is_flag=True, help="CAS has no journal for it: cancel its reference, so that it is sent again."
)

EJV = Job(
    name="repair ejv-invoice",
    summary="Finish an invoice whose journal voucher CGI accepted, or free one whose journal it refused.",
    run="tools.repair_invoice.task:repair_ejv_invoices",
    arguments="tools.repair_invoice.arguments:EjvArguments",
    parameters=(_IDS, _NO_JOURNAL, REASON),
    examples=(
        'repair ejv-invoice 1234567 --reason "ticket 4711" --dry-run',
        'repair ejv-invoice 1234567 --reason "ticket 4711: the API overwrote it"',
        'repair ejv-invoice 1234567 --no-journal --reason "CAS has no journal for it"',
    ),
    needs=("CgiSettings", "EventSettings", "ObjectStoreSettings"),
    lock=EJV_FEEDBACK_CHECK.name,
)
SLIP = Job(
    name="repair slip-invoice",
    summary="Finish an invoice of a routing slip that is paid in CFS and not here.",
    run="tools.repair_invoice.task:repair_slip_invoices",
    arguments="tools.repair_invoice.arguments:SlipArguments",
    parameters=(_IDS, REASON),
    examples=(
        'repair slip-invoice 1234567 --reason "ticket 4711" --dry-run',
        'repair slip-invoice 1234567 --reason "ticket 4711: CREATE_INVOICES was killed"',
    ),
    needs=("CfsSettings",),
    lock=ROUTING_SLIP_RECREATE.name,
)
TOOLS = (EJV, SLIP)
