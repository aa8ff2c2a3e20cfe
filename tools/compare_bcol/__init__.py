"""Compare billing records of BC Online with our invoices, in both directions.

Reads   a CSV export of BC Online's billing records (a key such as REG01788290, an amount, a date); our DRAWDOWN
        invoices
Writes  nothing
Never   counts the service fee: BC Online sets its own, so amounts are compared without it
Normal  exit 0 when both sides agree, 3 when something is missing or different on either side
"""

import click

from jobs.job import Job
from jobs.parameters import EXISTING_FILE

JOB = Job(
    name="compare bcol",
    summary="Compare an export of BC Online billing records with our DRAWDOWN invoices, both ways.",
    run="tools.compare_bcol.task:run",
    arguments="tools.compare_bcol.arguments:Arguments",
    parameters=(
        click.Option(["--file", "file"], required=True, type=EXISTING_FILE, help="The CSV export."),
        click.Option(["--key-column"], default="KEY", show_default=True, help="The column of the key."),
        click.Option(["--amount-column"], default="AMOUNT", show_default=True, help="The column of the amount."),
        click.Option(["--date-column"], default="DATE", show_default=True, help="The column of the date."),
        click.Option(
            ["--date-format"], default="%Y-%m-%d", show_default=True, help="How dates are written (strptime)."
        ),
    ),
    examples=(
        "compare bcol --file billing-2026-11.csv",
        "compare bcol --file billing.csv --key-column BILLING_KEY --amount-column TOTAL --date-format %d-%b-%y",
    ),
    reads_only=True,
)
