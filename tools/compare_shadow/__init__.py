"""Compare two pay databases that began as copies and worked the same inputs, one by the old system and one by this.

Reads   every pay table that the jobs write, of both databases (and of a second copy that the old system worked), each
        in one snapshot, a row at a time, in the order of business keys
Writes  nothing, save the page that is asked for
Never   changes a row, shows a password or a bank account number, or touches the database of this environment
Normal  exit 0 where each difference has its line in docs/decisions; exit 3 where one has none

    fitness    whether the databases can be compared at all
    tables     what is compared, by which key, and what is not and why
    reading    a table of one database as a stream of keys and values
    merging    the streams side by side
    decisions  which difference a decision explains, a module a job
    evidence   what our books know about the inputs, where a decision rests on it

docs/moving-over.md tells how the copies are made.
"""

import click

from jobs.job import Job
from jobs.parameters import DAY, NEW_FILE
from tools.compare_shadow.address import ADDRESS

JOB = Job(
    name="compare shadow",
    summary="Compare what the old system and this one made of the same inputs, in two copies of the pay database.",
    run="tools.compare_shadow.task:run",
    arguments="tools.compare_shadow.arguments:Arguments",
    parameters=(
        click.Option(["--theirs"], type=ADDRESS, required=True, help="The copy that the old system worked on."),
        click.Option(["--ours"], type=ADDRESS, required=True, help="The copy that this service worked on."),
        click.Option(["--theirs-again"], type=ADDRESS, help="Another copy that the old system worked on: its noise."),
        click.Option(["--since"], type=DAY, help="Only what was made on this day or later."),
        click.Option(["--html", "html_file"], type=NEW_FILE, help="Write one self-contained page."),
    ),
    examples=(
        "compare shadow --theirs postgresql://reader@old/pay --ours postgresql://reader@new/pay",
        "compare shadow --theirs postgresql://reader@old/pay --ours postgresql://reader@new/pay --since 2026-11-01",
    ),
    reads_only=True,
    on_pay_database=False,
)
