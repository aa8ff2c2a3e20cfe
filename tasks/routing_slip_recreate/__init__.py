"""Bring routing slips in line with CFS: links, voids, bounced cheques, corrections, refunds and write-offs.

Reads   routing_slips and their invoices, receipts, payments and CFS accounts; CFS
Writes  receipts and invoices in CFS, step by step; then, in one transaction a slip, routing_slips, invoices,
        invoice_references, receipts, payments, cfs_accounts, and for a bounced slip its fee invoice; every step in
        the journal (pay_jobs.operations)
Never   sends a step without looking in CFS first, repeats one whose answer was lost before it was looked up, or
        guesses: a slip whose state in CFS is no possible one is parked with an account of it, exit 3
Normal  a run that finds no slip in progress; a slip that waits for CREATE_CFS_ACCOUNTS or CREATE_INVOICES

Killed anywhere, the next run looks at each step again and ends where an undisturbed one would. A slip that already has
transactions is voided with `slips void`.

The rules are those of docs/specs/routing-slips.md;
departures from the reference are in docs/decisions/routing-slip-recreate.md.
"""

import click

from jobs.job import Job

JOB = Job(
    name="ROUTING_SLIP_RECREATE",
    summary="Link, void, bounce, correct and refund routing slips in CFS, where a receipt cannot be edited.",
    run="tasks.routing_slip_recreate.task:run",
    arguments="tasks.routing_slip_recreate.arguments:Arguments",
    parameters=(
        click.Option(["--slip"], metavar="NUMBER", help="Work on this slip only."),
        click.Option(
            ["--only"],
            type=click.Choice(("link", "void", "nsf", "correction", "adjust")),
            help="Do this kind of work only.",
        ),
        click.Option(
            ["--concurrency"],
            type=click.IntRange(1, 12),
            default=8,
            show_default=True,
            help="How many slips are worked at once.",
        ),
    ),
    examples=(
        "ROUTING_SLIP_RECREATE",
        "ROUTING_SLIP_RECREATE --dry-run",
        "ROUTING_SLIP_RECREATE --slip 206000010 --only correction",
    ),
    retired=(
        ("--list", "slips list"),
        ("--void", 'slips void NUMBER --reason "..."'),
        ("--plan", 'slips void NUMBER --plan FILE --reason "..."'),
        ("--cancel-all", 'slips void NUMBER --cancel-all --reason "..."'),
        ("--keep-all", 'slips void NUMBER --keep-all --reason "..."'),
    ),
    needs=("CfsSettings",),
)
