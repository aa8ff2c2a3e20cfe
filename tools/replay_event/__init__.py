"""Publish a queue message once more: from a logged line, from JSON, or from our own outbox.

Reads   the line or JSON of a file or stdin, or pay_jobs.outbox
Writes  one event to its topic, under a new id: receivers remember ids and would ignore a known one
Never   publishes what is no CloudEvent, or a text that a logger or a terminal broke in two, unless that is asked for
Normal  shows the event first; `--dry-run` shows it and publishes nothing
"""

import click

from jobs.job import Job
from jobs.parameters import OWN_FILE, REASON, ROW_ID

JOB = Job(
    name="replay-event",
    summary="Publish a logged queue message again, under a new id.",
    run="tools.replay_event.task:run",
    arguments="tools.replay_event.arguments:Arguments",
    parameters=(
        click.Argument(["file"], required=False, type=OWN_FILE),
        click.Option(["--from-outbox"], type=ROW_ID, metavar="ID", help="Replay this message of our outbox."),
        click.Option(["--topic"], help="The topic to publish to; that of the outbox message if it comes from there."),
        click.Option(
            ["--line-breaks"],
            type=click.Choice(["drop", "keep"]),
            help="What to do with line breaks inside the texts of a logged line: it is refused without this.",
        ),
        REASON,
    ),
    examples=(
        'replay-event logged-line.txt --topic account-mailer-prod --reason "ticket 4711: mailer was down"',
        'replay-event - --topic account-mailer-prod --line-breaks drop --reason "ticket 4711" --dry-run',
        'replay-event --from-outbox 42 --reason "ticket 4711"',
    ),
    needs=("EventSettings",),
    exclusive=False,
)
