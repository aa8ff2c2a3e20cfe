"""Tell the life of one invoice, account, routing slip, journal batch or settlement file, in order.

Reads   the pay tables, and what the jobs kept: settlement rows, feedback lines, journals, the outbox, stored files
Writes  nothing
Never   shows a bank account number
Normal  a table of what happened and when (UTC), what it means, and for an open invoice the diagnosis without CFS
"""

import click

from jobs.job import Job

_TASK = "tools.explain.task"
_ARGUMENTS = "tools.explain.arguments:Arguments"


def _tool(subject: str, metavar: str, summary: str, example: str) -> Job:
    return Job(
        name=f"explain {subject}",
        summary=summary,
        run=f"{_TASK}:{subject}",
        arguments=_ARGUMENTS,
        parameters=(click.Argument(["subject"], metavar=metavar),),
        examples=(f"explain {subject} {example}",),
        reads_only=True,
    )


INVOICE = _tool("invoice", "ID", "The life of one invoice, and what its dates and status mean.", "1234567")
ACCOUNT = _tool("account", "AUTH_ACCOUNT", "One account: methods, settings, credits, open invoices, bounces.", "1234")
SLIP = _tool("slip", "NUMBER", "The life of one routing slip, its children and its corrections.", "206000010")
BATCH = _tool("batch", "NUMBER", "One journal voucher batch: its files, journals, and what came back.", "4321")
FILE = _tool(
    "file", "NAME", "One file that came in: its state, and what became of its rows.", "BCR_PAYMENT_APPL_20261105.csv"
)

TOOLS = (INVOICE, ACCOUNT, SLIP, BATCH, FILE)
