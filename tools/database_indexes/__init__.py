"""Check the indexes of the pay database, and build broken ones anew without stopping anybody.

Reads   the catalogue; with amcheck installed, every index page
Writes  `db reindex` builds indexes anew, CONCURRENTLY, and removes what an interrupted build left behind
Never   removes a row: duplicate keys are listed, and a person decides
Normal  every index is sound
"""

import click

from jobs.job import Job
from jobs.parameters import REASON

CHECK = Job(
    name="db check-indexes",
    summary="Check that indexes are valid and, where amcheck is installed, sound.",
    run="tools.database_indexes.task:check",
    arguments="tools.database_indexes.arguments:CheckArguments",
    examples=("db check-indexes",),
    reads_only=True,
)
REINDEX = Job(
    name="db reindex",
    summary="Build broken indexes anew, concurrently; or one by name.",
    run="tools.database_indexes.task:reindex",
    arguments="tools.database_indexes.arguments:ReindexArguments",
    parameters=(
        click.Option(["--index"], help="Only this index; without it, every one that check-indexes finds broken."),
        REASON,
    ),
    examples=(
        'db reindex --index ix_invoices_payment_account_id --reason "ticket 4711: zero page at block 8311"',
        'db reindex --reason "ticket 4711" --dry-run',
    ),
)
TOOLS = (CHECK, REINDEX)
