"""Return an account that pays by PAD a credit for part of a paid invoice.

Reads   the invoice, its lines and their GL codes, earlier refunds; CFS (site, credit memo)
Writes  a credit memo in CFS; refunds, refunds_partial, credits, payment_accounts.pad_credit, invoices.refund and
        refund_date; the operation and its step in pay_jobs.operations and
        operation_steps, before and after CFS is called
Never   credits more than a line has, or than was paid less what was refunded; credits where the API would refuse, or
        where a second person has to approve; credits GST; takes anything back from partners; makes a second memo for a
        lost answer
Normal  one memo; the invoice stays PAID; the credit is used up by later invoices of the account

CFS chooses the number of a memo, so one whose answer was lost cannot be looked up. It is parked: a person finds out
and says `--memo NUMBER` or `--not-made`. Source: docs/specs/invoice-lifecycle.md section 1.2, cfs-api.md section 6.
"""

import click

from jobs.job import Job
from jobs.parameters import REASON

INVOICE_ID = click.IntRange(1, 2**31 - 1)
INVOICE_ID.name = "invoice id (a number like 1234567)"
JOB = Job(
    name="repair pad-partial-credit",
    summary="Credit part of a PAID invoice to an account that pays by PAD.",
    run="tools.repair_partial_credit.task:run",
    arguments="tools.repair_partial_credit.arguments:Arguments",
    parameters=(
        click.Argument(["invoice"], type=INVOICE_ID),
        click.Option(
            ["--line", "lines"],
            multiple=True,
            metavar="LINE=AMOUNT",
            help="Credit this much of a line item's fee; LINE:service=AMOUNT for its service fee. Repeatable.",
        ),
        click.Option(["--memo"], metavar="NUMBER", help="The answer was lost; this is the memo that CFS made."),
        click.Option(["--not-made"], is_flag=True, help="The answer was lost, and CFS has made no memo."),
        REASON,
    ),
    examples=(
        'repair pad-partial-credit 1234567 --line 89=10.00 --reason "ticket 4711" --dry-run',
        'repair pad-partial-credit 1234567 --line 89=10.00 --line 89:service=1.50 --reason "ticket 4711"',
        'repair pad-partial-credit 1234567 --memo 20001 --reason "CAS found the memo"',
        'repair pad-partial-credit 1234567 --not-made --reason "CAS has no such memo"',
    ),
    needs=("CfsSettings",),
)
