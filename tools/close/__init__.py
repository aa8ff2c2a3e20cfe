"""Close a business day, a month or a year: what was owed, what came in, what went out, figure by figure, with rows.

Reads   the pay tables, and what this service kept of files, feedback, bounces and slips; in one snapshot
Writes  with --record the figures of the day, their rows and what is open at its end (pay_jobs.closed_days), and a
        copy of the report in the object store; without a day, of each day since the last recorded one
Never   changes a pay table, or asks anybody outside
Normal  exit 0 where every equation holds row by row, 3 where something is unexplained: each row with its cause where
        one is known. The clock records every morning (entry CLOSE). docs/closing.md says what each figure means
"""

import click

from jobs.job import Job
from jobs.parameters import DAY, MONTH, NEW_FILE

JOB = Job(
    name="close",
    summary="Close a day, a month or a year to the cent: what was owed, came in and went out, and what is off.",
    run="tools.close.task:run",
    arguments="tools.close.arguments:Arguments",
    parameters=(
        click.Argument(["day"], type=DAY, required=False, metavar="[DAY]"),
        click.Option(["--month"], type=MONTH, metavar="YYYY-MM", help="Close the days of this month that are over."),
        click.Option(["--year"], metavar="YYYY", help="Close the days of this year that are over, by month."),
        click.Option(["--open", "open_figure"], metavar="FIGURE", help="List the rows that a figure adds up."),
        click.Option(["--xlsx", "xlsx_file"], type=NEW_FILE, help="Write a workbook: a sheet a figure, with its rows."),
        click.Option(["--html", "html_file"], type=NEW_FILE, help="Write one self-contained page with the rows."),
        click.Option(
            ["--record"], is_flag=True, help="Keep the figures of the day; what changes later is told by verify."
        ),
        click.Option(["--mail"], is_flag=True, help="With --record: mail the verdict to operations."),
        click.Option(["--reason"], metavar="TEXT", help="With --record: who closes it, and why."),
    ),
    examples=(
        "close 2026-11-05",
        "close 2026-11-05 --open invoices.settled",
        'close 2026-11-05 --record --reason "month end, J. Doe"',
        'close --record --mail --reason "every day since the last recorded one"',
        "close --month 2026-11 --xlsx november.xlsx --html november.html",
        "close --year 2026",
    ),
)
