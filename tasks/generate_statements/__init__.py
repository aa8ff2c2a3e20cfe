"""Make the account statements: daily, weekly rest ("gap"), weekly and monthly.

Reads   statement_settings, payment_accounts, invoices, interim statements
Writes  statements, statement_invoices
Never   touches an interim statement, makes a second statement for the same account, frequency and period, or owes a
        notification for a statement that was made under a date
Normal  every night at 01:01, without arguments, for the day before; a second run for the same day changes nothing

The rules are those of docs/specs/statements.md;
departures from the reference are in docs/decisions/generate-statements.md.
"""

import click

from jobs.job import Job
from jobs.parameters import DAY

JOB = Job(
    name="GENERATE_STATEMENTS",
    summary="Make the daily, weekly and monthly account statements; find and fill those that are missing.",
    run="tasks.generate_statements.task:run",
    arguments="tasks.generate_statements.arguments:Arguments",
    parameters=(
        click.Argument(["day"], type=DAY, required=False),
        click.Argument(["account"], required=False),
        click.Option(["--from", "first"], type=DAY, help="Regenerate every day from this one ..."),
        click.Option(["--to", "last"], type=DAY, help="... to this one."),
        click.Option(["--gaps"], is_flag=True, help="Only list the statements that are missing; exit 3 if any."),
        click.Option(["--fill-gaps"], is_flag=True, help="Make exactly the statements that are missing."),
        click.Option(["--since"], type=DAY, help="Look for gaps from this day; default a year before --until."),
        click.Option(["--until"], type=DAY, help="Look for gaps to this day; default the day before yesterday."),
        click.Option(["--account", "only_account"], help="Only this account (its auth account id)."),
        click.Option(
            ["--parallel"],
            type=click.IntRange(1, 16),
            default=1,
            show_default=True,
            help="How many shards are worked at once, each in a transaction of its own.",
        ),
    ),
    examples=(
        "GENERATE_STATEMENTS 2022-06-25",
        "GENERATE_STATEMENTS",
        "GENERATE_STATEMENTS 2022-06-25 1234",
        "GENERATE_STATEMENTS --from 2022-06-20 --to 2022-06-25 --account 1234",
        "GENERATE_STATEMENTS --gaps --since 2022-01-01",
        "GENERATE_STATEMENTS --fill-gaps --since 2022-01-01 --dry-run",
        "GENERATE_STATEMENTS 2022-06-25 --shard 3/16",
    ),
    shardable=True,
    after_failure=(
        "Nothing was lost: run the same command again. It makes the statements of the day before only that day; "
        "afterwards GENERATE_STATEMENTS --fill-gaps makes those that are missing."
    ),
)
