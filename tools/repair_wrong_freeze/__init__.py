"""Take back what bounces did that were no bounces: by a wrong file, or on one account.

Reads   pay_jobs.bounce_rows (what each bounce changed, as it was), the pay tables; CFS (invoice, site)
Writes  in CFS the NSF fee taken back by an adjustment, and PAD opened again on the site; invoices, invoice_references,
        receipts, payments, cfs_accounts and payment_accounts as they were; the fee invoice becomes CANCELLED, its NSF
        row is marked; settlement rows that were skipped for the bounce become rejected; the unlock event; one
        operation an account in pay_jobs.operations
Never   touches what the customer has paid since; unlocks an account of which another payment came back; takes anything
        back where CFS says that the invoice is due, or does not have it
Normal  the account is active again; exit 3 where something of it is left, or rows wait for repair pad-rejects

Killed at any point, the same command continues. Bounces that were applied before bounces kept what they change are
refused. Source: docs/specs/cas-settlement-csv.md section 8, docs/specs/cfs-api.md sections 3 and 5.
"""

import click

from jobs.job import Job
from jobs.parameters import REASON
from tasks.channels import CHANNELS
from tasks.pad_reconcile import JOB as PAD_RECONCILE

JOB = Job(
    name="repair wrong-freeze",
    summary="Take back what the bounces of a wrong file, or of one account, did.",
    run="tools.repair_wrong_freeze.task:run",
    arguments="tools.repair_wrong_freeze.arguments:Arguments",
    parameters=(
        click.Option(["--file", "file"], metavar="NAME", help="Every account that this settlement file bounced."),
        click.Option(
            ["--account"],
            metavar="ACCOUNT",
            help="One account, by its auth account id: what is still owed of its bounces.",
        ),
        REASON,
    ),
    examples=(
        'repair wrong-freeze --account 1301 --reason "ticket 4711: CAS confirms the payment" --dry-run',
        'repair wrong-freeze --file BCR_PAYMENT_APPL_20261105.csv --reason "ticket 4712: CAS sent a wrong file"',
    ),
    needs=("CfsSettings", "EventSettings"),
    lock=PAD_RECONCILE.name,
    delivers=CHANNELS,
    may_drop_messages=True,
)
