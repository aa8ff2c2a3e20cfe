"""Apply the settlement files of CAS to invoices, payments, receipts and credits.

Reads   settlement CSV on the CAS SFTP server, or a local or stored file; the pay tables it settles; CFS, for credits
Writes  invoices, invoice_references, receipts, payments, credits, applied_credits, cas_settlements; for a bounced PAD
        also cfs_accounts, payment_accounts, non_sufficient_funds and the fee invoice; every row's outcome in
        pay_jobs.settlement_rows; the messages to CFS and others in pay_jobs.outbox; what is left to do for a file in
        the journal
Never   applies part of a file, or the same content twice; moves a credited, cancelled or refunded invoice back
Normal  a run that finds no file

The rules are those of docs/specs/cas-settlement-csv.md;
departures from the reference are in docs/decisions/pad-reconcile.md.
"""

import click

from jobs.job import Job
from jobs.parameters import INBOUND_FILE, RETIRED_FOR_FILES
from tasks.channels import CHANNELS

JOB = Job(
    name="PAD_RECONCILE",
    summary="Fetch the settlement files of CAS and apply them to invoices, payments and credits.",
    run="tasks.pad_reconcile.task:run",
    arguments="tasks.pad_reconcile.arguments:Arguments",
    parameters=(
        INBOUND_FILE,
        click.Option(
            ["--allow-late"],
            is_flag=True,
            help="Apply files older than the newest applied one as well; "
            "with --sync-all-credits, ask CFS although a file is late or not applied.",
        ),
        click.Option(["--sync-all-credits"], is_flag=True, help="Only bring every open credit in line with CFS."),
    ),
    examples=(
        "PAD_RECONCILE",
        "PAD_RECONCILE --dry-run",
        "PAD_RECONCILE --file BCR_PAYMENT_APPL_20261105.csv",
        "PAD_RECONCILE --sync-all-credits",
    ),
    retired=(
        *RETIRED_FOR_FILES,
        ("--retry-rejects", 'repair pad-rejects --reason "..."'),
    ),
    needs=("CasSftpSettings", "ObjectStoreSettings", "CfsSettings", "EventSettings"),
    delivers=CHANNELS,
)
