"""Run journals again on a distribution code, after its GL was corrected."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from config.business_time import naive_utc
from config.command_line import in_short
from config.errors import InputRefused, UsageError
from config.plurals import counted
from database.pay.history import keep_versions
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tools.ejv.changed_rows import ChangedRow, changed_rows
from tools.ejv.next_payment import must_not_go, next_payment, table_of

sql = statements(__package__)

_SENDERS = {"PAYMENT": "EJV_PAYMENT", "DISBURSEMENT": "EJV_PARTNER"}


def unstop(context: RunContext, code: int, *, reason: str) -> Outcome:
    """Clear stop_ejv of one distribution code, and show what goes out next. Raises InputRefused as clear_stop does."""
    with context.database.begin() as session:
        row = sql.run(session, "find_distribution_code", code=code).one_or_none()
        if row is None:
            raise UsageError(f"There is no distribution code {code} (expected a distribution_code_id).")
        if not row.is_stopped:
            raise InputRefused(f"Distribution code {code} ({row.name}) is not stopped")
        clear_stop(context, session, [code])
        items = next_payment(session, [code])
        batch = sql.run(session, "find_stopping_batch", code=code).one_or_none()
        waiting = sql.run(session, "count_errored_disbursements", code=code).scalar_one()
    context.log.info("distribution_code.unstopped", code=code, reason=reason)
    outcome = Outcome()
    outcome.counts["codes_unstopped"] += 1
    segments = (row.client, row.responsibility_centre, row.service_line, row.stob, row.project_code)
    shown = (code, row.name, row.account_id, ".".join(str(part or "?") for part in segments), row.end_date)
    said = "would run" if context.dry_run else "run"
    outcome.answer = f"Journals {said} again on distribution code {code} ({row.name})."
    outcome.tables.append(Table("Distribution code", ("code", "name", "account", "GL", "ends"), [shown], "code"))
    outcome.notes.append(_origin(batch))
    if items:
        outcome.tables.append(table_of(items))
    if waiting:
        outcome.notes.append(
            f"No job takes up what is ERRORED: {counted(waiting, 'partner disbursement')} of this GL. "
            "`ejv rebuild` of their batch sets them back to WAITING_FOR_JOB."
        )
    return outcome


def _origin(batch: Row[Any] | None) -> str:
    """Return which batch stopped a code, as far as it is known, and what comes next: find_stopping_batch.sql."""
    if batch is None:
        return "No batch is known in which CGI refused anything over it: it may have been stopped by hand."
    return (
        f"The newest batch of it of which CGI refused anything is {batch.batch} ({counted(batch.links, 'link')}, "
        f"{batch.feedback or 'no file named'}): {(batch.message or 'no message').strip()}. "
        f"See {in_short('explain batch', batch.batch)}. "
        f"The next run of {_SENDERS[batch.file_type]} sends what waits for this GL."
    )


def clear_stop(context: RunContext, session: Session, codes: Sequence[int]) -> list[ChangedRow]:
    """Clear stop_ejv of distribution codes, and return those that were stopped.

    Raises InputRefused where the next EJV_PAYMENT would move money wrongly over them.
    """
    now = naive_utc(context.clock())
    stopped = sql.run(session, "lock_stopped_codes", codes=list(codes)).scalars().all()
    against = must_not_go(context, session, next_payment(session, stopped))
    if against:
        raise InputRefused(f"Journals stay stopped on distribution code {', '.join(map(str, stopped))}: {against}")
    keep_versions(session, "distribution_codes", stopped, now)
    return changed_rows(sql.run(session, "clear_stop", codes=list(stopped), now=now))
