"""Archive what the jobs wrote years ago and nothing open needs, delete it, and look into the archives.

Reads   pay_jobs; of the pay tables, whether an invoice or a batch is still open
Writes  archives to the object store (CSV, gzip), and a row in pay_jobs.archives for each
Never   deletes a row before its archive was read back and holds it exactly as it stands; touches a pay table
Normal  the rows of each table that were archived. The rule of each table: tools/database_prune/tables.py
"""

import click

from jobs.job import Job
from jobs.parameters import REASON
from tools.database_prune.arguments import YEARS

PRUNE = Job(
    name="db prune",
    summary="Archive and delete rows of pay_jobs that are older than so many years and that nothing open needs.",
    run="tools.database_prune.task:prune",
    arguments="tools.database_prune.arguments:PruneArguments",
    parameters=(
        click.Option(["--older-than"], type=YEARS, required=True, metavar="YEARS", help="Like 7y; 2y at least."),
        REASON,
    ),
    examples=(
        'db prune --older-than 7y --reason "ticket 4711" --dry-run',
        'db prune --older-than 7y --reason "ticket 4711"',
    ),
    needs=("ObjectStoreSettings",),
)
ARCHIVES = Job(
    name="db archives",
    summary="List the archives of pruned rows, or show the archived rows that contain a word.",
    run="tools.database_prune.task:archives",
    arguments="tools.database_prune.arguments:ArchivesArguments",
    parameters=(
        click.Option(["--find"], multiple=True, metavar="WORD", help="An id, a CFS number or a name. Repeatable."),
    ),
    examples=("db archives", "db archives --find REG00012345 --find 12345"),
    needs=("ObjectStoreSettings",),
    reads_only=True,
)
TOOLS = (PRUNE, ARCHIVES)
