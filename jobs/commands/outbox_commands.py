"""`outbox`: list outgoing messages, retry those that were given up, drop those that must not be sent.

A retry or drop is one transaction with its row in the run ledger (job OUTBOX): what was done, by whom, and why.
"""

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy import Connection

from config.errors import ExitCode, UsageError
from config.masking import mask
from config.plurals import counted
from config.settings import PodSettings, read
from connectors.outbox import operator_actions as desk
from connectors.outbox.operator_actions import OutboxMessage
from jobs.commands.outbox_choice import CAUSE, COUNT, KIND, MessageChoice, causes_table, chosen_ids
from jobs.commands.pay_database import pay_connection
from jobs.commands.whole_help import WholeHelpGroup
from jobs.parameters import REASON_HELP, ROW_ID, ReasonOption, json_option, sandbox_option
from jobs.run import ledger
from jobs.run.bare_run import start_bare_run
from jobs.run.outcome import Table
from jobs.run.result import print_json
from jobs.terminal import show_table, whatever_is_shown

JOB = "OUTBOX"
OPEN = "open"
_STATES = {OPEN: ("pending", "dead"), "all": desk.STATES, **{state: (state,) for state in desk.STATES}}
_DONE = {"retry": "{} be delivered by the next run", "drop": "{} not be sent; what follows on its key {} move on"}
_DRY_RUN = click.option("--dry-run", is_flag=True, is_eager=True, help="Say what would be changed, and change nothing.")
_REASON = click.option("--reason", cls=ReasonOption, required=True, help=REASON_HELP)

_Action = Callable[[Connection, Sequence[int], str], list[OutboxMessage]]


@click.group("outbox", cls=WholeHelpGroup)
def outbox() -> None:
    """Outgoing messages: CFS calls, events and mail that follow from committed changes.

    A message is pending, delivered, dead (given up; it holds back what follows on its key) or dropped.
    """


@outbox.command("list")
@click.option("--state", type=click.Choice(list(_STATES)), default=OPEN, show_default=True, help="Which.")
@KIND
@CAUSE
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="How many.")
@json_option
@sandbox_option
def list_messages(*, state: str, kind: str | None, cause: str | None, limit: int, as_json: bool, sandbox: bool) -> None:
    """Show messages; by default those that are not delivered.

    Examples:

      python3 invoke_jobs.py outbox list

      python3 invoke_jobs.py outbox list --state dead --json

      python3 invoke_jobs.py outbox list --kind auth.lock --cause "no such topic"
    """
    with pay_connection("outbox list", sandbox=sandbox) as connection:
        choice, states = MessageChoice(kind, cause), _STATES[state]
        open_states = [one for one in states if one in _STATES[OPEN]]
        is_open = choice.of(connection, states=open_states)
        messages = choice.of(connection, states=states, limit=limit)
        counts = desk.count(connection, states)
    if as_json:
        print_json("outbox list", {"messages": [asdict(one) for one in messages]}, counts=counts)
        return
    click.echo(", ".join(f"{counts.get(one, 0):,} {one}" for one in states))
    show_table(causes_table(is_open))
    show_table(_table(f"Outbox: {state} (UTC)", messages))


@outbox.command("show")
@click.argument("message_id", metavar="ID", type=ROW_ID)
@json_option
@sandbox_option
def show(message_id: int, as_json: bool, sandbox: bool) -> None:
    """Show one message with its payload and what the receiver answered.

    Example:

      python3 invoke_jobs.py outbox show 17
    """
    with pay_connection("outbox show", sandbox=sandbox) as connection:
        message = desk.find(connection, message_id)
    if as_json:
        print_json("outbox show", {"message": [asdict(message)]})
        return
    fields = mask(asdict(message))
    rows = [(name.replace("_", " "), _cell(value)) for name, value in fields.items() if value is not None]
    show_table(Table(f"Outbox message {message_id} (UTC)", ("field", "value"), rows), most=None)


@outbox.command("retry")
@click.argument("ids", metavar="ID...", type=ROW_ID, nargs=-1)
@click.option("--all-dead", is_flag=True, help="Every dead message.")
@KIND
@CAUSE
@COUNT
@_REASON
@_DRY_RUN
@json_option
@sandbox_option
def retry(
    ids: tuple[int, ...], *, all_dead: bool, kind: str | None, cause: str | None, count: int | None, reason: str,
    dry_run: bool, as_json: bool, sandbox: bool,
) -> None:  # fmt: skip
    """Retry messages that were given up, or that wait for their next attempt.

    Examples:

      python3 invoke_jobs.py outbox retry 17 18 --reason "topic was missing, now there"

      python3 invoke_jobs.py outbox retry --all-dead --reason "CFS is back"

      python3 invoke_jobs.py outbox retry --cause "no such topic" --count 12 --reason "the topic is there now"
    """
    choice = MessageChoice(kind, cause)
    if [bool(ids), all_dead, choice.is_made].count(True) != 1:
        raise UsageError(
            "Name the messages, say --all-dead, or choose them by --kind and --cause: one of the three, like "
            "outbox retry 17 18 --reason ..."
        )
    with pay_connection("outbox retry", sandbox=sandbox) as connection:
        chosen = desk.dead_ids(connection) if all_dead else ids
        if choice.is_made:
            chosen = chosen_ids(connection, choice, verb="retry", count=count, dry_run=dry_run)
        _change(connection, "retry", desk.retry, chosen, reason, dry_run=dry_run, as_json=as_json)


@outbox.command("drop")
@click.argument("ids", metavar="ID...", type=ROW_ID, nargs=-1)
@KIND
@CAUSE
@COUNT
@_REASON
@_DRY_RUN
@json_option
@sandbox_option
def drop(
    ids: tuple[int, ...], *, kind: str | None, cause: str | None, count: int | None, reason: str, dry_run: bool,
    as_json: bool, sandbox: bool,
) -> None:  # fmt: skip
    """Drop messages for good; what follows on their keys moves on.

    Example:

      python3 invoke_jobs.py outbox drop 17 --reason "fee was charged by hand, ticket 4711"

      python3 invoke_jobs.py outbox drop --kind auth.lock --count 12 --reason "ticket 4711"
    """
    choice = MessageChoice(kind, cause)
    if bool(ids) == choice.is_made:
        raise UsageError(
            "Name the messages, or choose them by --kind and --cause: one of the two, like outbox drop 17 --reason ..."
        )
    with pay_connection("outbox drop", sandbox=sandbox) as connection:
        chosen: Sequence[int] = ids
        if choice.is_made:
            chosen = chosen_ids(connection, choice, verb="drop", count=count, dry_run=dry_run)
        _change(connection, "drop", desk.drop, chosen, reason, dry_run=dry_run, as_json=as_json)


def _change(
    connection: Connection,
    verb: str,
    action: _Action,
    ids: Sequence[int],
    reason: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Do it and write it down, in one transaction; a dry run takes both back."""
    settings = read(PodSettings)
    who = settings.operator or settings.trigger
    changed = action(connection, ids, f"{verb} by {who}: {reason.strip()}")
    run_id = _write_down(connection, settings, verb, ids, reason.strip())
    if dry_run:
        connection.rollback()
    else:
        connection.commit()
    with whatever_is_shown():
        _show_changed(verb, changed, None if dry_run else run_id, as_json=as_json)


def _show_changed(verb: str, changed: Sequence[OutboxMessage], run_id: int | None, *, as_json: bool) -> None:
    if as_json:
        messages = [asdict(one) for one in changed]
        print_json(f"outbox {verb}", {"messages": messages}, run_id=run_id, dry_run=run_id is None)
        return
    if not changed:
        click.echo("There are no such messages.")
        return
    done = _DONE[verb].replace("{}", "would" if run_id is None else "will")
    tried = " (dry run: nothing was changed)" if run_id is None else f" [run {run_id}]"
    click.echo(f"{counted(len(changed), 'message')}: {done}{tried}")
    show_table(_table(f"As they were before the {verb}", changed))


def _write_down(connection: Connection, pod: PodSettings, verb: str, ids: Sequence[int], reason: str) -> int:
    run_id = start_bare_run(
        connection,
        pod,
        job=JOB,
        arguments={"command": verb, "ids": list(ids)},
        command=shlex.join(["outbox", verb, *map(str, ids), "--reason", reason]),
        reason=reason,
    )
    ledger.finish(connection, run_id, status="done", exit_code=ExitCode.DONE, counts={f"outbox_{verb}": len(ids)})
    return run_id


def _table(title: str, messages: Sequence[OutboxMessage]) -> Table:
    columns = ("id", "state", "channel", "kind", "key", "written", "attempts", "next attempt", "held by", "last error")
    rows = [
        (
            one.id,
            one.state,
            one.channel,
            one.kind,
            one.ordering_key,
            f"{one.created_on:%Y-%m-%d %H:%M}",
            one.attempts,
            f"{one.next_attempt_on:%Y-%m-%d %H:%M}" if one.next_attempt_on else None,
            one.blocked_by,
            one.last_error,
        )
        for one in messages
    ]
    return Table(title, columns, rows)


def _cell(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) if isinstance(value, dict) else str(value)
