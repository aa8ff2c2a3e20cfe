"""Diagnose PAD invoices that stay APPROVED, and apply the settlement row that was rejected.

Reads   the pay tables, pay_jobs.settlement_rows, CFS (invoice, site), stored settlement files that were not applied
Writes  what PAD_RECONCILE writes for the one CFS number; the evidence in the run ledger
Never   settles what CFS still wants money for; moves a final status; applies a row that says the payment bounced
Normal  the diagnosis of each invoice, which is that of STALE_INVOICE_REPORT; exit 3 where one needs attention

Source: docs/specs/invoice-lifecycle.md sections 5.1 and 7. A CFS number belongs to a whole group of invoices, which
is always diagnosed and settled together.
"""

import click

from jobs.job import Job
from jobs.parameters import REASON
from tasks.pad_reconcile import JOB as PAD_RECONCILE

INVOICE_ID = click.IntRange(1, 2**31 - 1)
INVOICE_ID.name = "invoice id (a number like 1234567)"
JOB = Job(
    name="repair pad-invoice",
    summary="Diagnose PAD invoices that stay APPROVED, and apply a settlement row that was rejected.",
    run="tools.repair_pad_invoice.task:run",
    arguments="tools.repair_pad_invoice.arguments:Arguments",
    parameters=(
        click.Argument(["ids"], metavar="ID...", nargs=-1, required=True, type=INVOICE_ID),
        REASON,
    ),
    examples=(
        'repair pad-invoice 1234567 --reason "ticket 4711" --dry-run',
        'repair pad-invoice 1234567 1234570 --reason "ticket 4711: account number corrected"',
    ),
    needs=("CfsSettings", "EventSettings", "ObjectStoreSettings"),
    lock=PAD_RECONCILE.name,
)
