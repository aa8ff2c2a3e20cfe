"""Hold the pay tables against what must be true of the money in them, and name every row that breaks it.

Reads   the pay tables, and what this service kept of files, feedback, slips and messages; in one snapshot
Writes  nothing, save with --baseline: what is wrong now is taken as known, and told again only once it changes
Never   changes a pay table, or asks CFS, CGI or any other system outside
Normal  exit 0 where nothing is wrong, 3 where something is: each row with what was expected, what was found and what
        to type next. The clock runs it at the end of the night, over the rows of the last two months, on Sundays over
        all; docs/verify.md lists what is held, and what is not
"""

import click

from jobs.job import Job
from jobs.parameters import DAY, MOST_DAYS

JOB = Job(
    name="verify",
    summary="Check the money in the pay tables against what must always hold, and name each row that breaks it.",
    run="tools.verify.task:run",
    arguments="tools.verify.arguments:Arguments",
    parameters=(
        click.Option(["--since"], type=DAY, metavar="DAY", help="Only rows of this day and later."),
        click.Option(["--days"], type=click.IntRange(1, MOST_DAYS), help="Only rows of the last so many days."),
        click.Option(["--account"], metavar="AUTH_ACCOUNT", help="Only rows of this account."),
        click.Option(["--only"], metavar="CODE", multiple=True, help="Only this invariant. Repeatable."),
        click.Option(["--list", "list_only"], is_flag=True, help="List the invariants; look at nothing."),
        click.Option(["--baseline"], is_flag=True, help="Take what is wrong now as known: told again once it changes."),
        click.Option(["--reason"], metavar="TEXT", help="With --baseline: who decided it, and why."),
    ),
    examples=(
        "verify",
        "verify --since 2026-11-01 --account 1234",
        "verify --days 62",
        "verify --only INV-PAID",
        "verify --list",
        'verify --baseline --reason "left by the old system, see ticket 4711"',
    ),
    exclusive=False,
    reads_only=True,
)
