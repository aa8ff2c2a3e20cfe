"""List the routing slips in progress, and void a slip that has transactions.

Reads   routing_slips and their invoices, receipts and CFS accounts; `void` also CFS
Writes  `void`: what ROUTING_SLIP_RECREATE writes, for the one slip, and HOLD on it at once; a dry run writes the plan
        in which a person decides CANCEL or KEEP for each transaction
Never   voids a slip whose transactions are not all decided
Normal  a table of slips in progress; one slip voided

`void` holds the lock of ROUTING_SLIP_RECREATE. Killed anywhere, the next run of that job finishes it.
Source: docs/specs/routing-slips.md section 7.
"""

import click

from jobs.job import Job
from jobs.parameters import OWN_FILE, REASON
from tasks.routing_slip_recreate import JOB as ROUTING_SLIP_RECREATE

LIST = Job(
    name="slips list",
    summary="Show the routing slips in progress, the step each is at, and what blocks it.",
    run="tools.slips.task:show_slips",
    arguments="tools.slips.arguments:SlipListArguments",
    parameters=(click.Option(["--slip"], metavar="NUMBER", help="This slip and its family only."),),
    examples=("slips list", "slips list --slip 206000010"),
    reads_only=True,
)
VOID = Job(
    name="slips void",
    summary="Void a routing slip that has transactions.",
    run="tools.slips.task:void_slip",
    arguments="tools.slips.arguments:VoidArguments",
    parameters=(
        click.Argument(["slip"], metavar="NUMBER"),
        click.Option(["--plan"], type=OWN_FILE, help="What to do with each transaction; a dry run writes it."),
        click.Option(["--cancel-all"], is_flag=True, help="Cancel every transaction of the slip."),
        click.Option(["--keep-all"], is_flag=True, help="Keep every transaction, owed until another slip is linked."),
        REASON,
    ),
    examples=(
        "slips void 206000010 --dry-run",
        'slips void 206000010 --plan void-206000010.json --reason "ticket 4711: deposited twice"',
    ),
    needs=("CfsSettings",),
    lock=ROUTING_SLIP_RECREATE.name,
)
TOOLS = (LIST, VOID)
