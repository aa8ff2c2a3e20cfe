"""List everything that is half done outside, whatever made it.

Reads   the outbox, and the journals of routing slips, partial credits and resubmissions
Writes  nothing, not even a row in the run ledger
Never   asks CFS, CGI or any other system outside
Normal  an empty list, or messages that wait for the next delivery
"""

import click

from jobs.job import Job

JOB = Job(
    name="pending",
    summary="List what is half done outside, whatever made it, and the next command.",
    run="tools.pending.task:run",
    arguments="tools.pending.task:Arguments",
    parameters=(
        click.Option(
            ["--state", "states"],
            type=click.Choice(["planned", "sent", "answered", "lost", "refused"]),
            multiple=True,
            help="Only this state. planned: nothing has left; sent: it has left or may have; answered: done outside,"
            " not yet in our books; lost: the answer was lost; refused: needs attention. Repeatable.",
        ),
    ),
    examples=("pending", "pending --state lost --json"),
    reads_only=True,
)
