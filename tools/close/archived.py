"""Days of which rows were archived by `db prune`: they cannot be counted any more."""

from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted
from database.closing.period import Period
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

_NAMED = 3


def refuse_archived(session: Session, period: Period) -> None:
    """Raise UsageError where rows that were booked in some days are archived."""
    values = period.values()
    archives = sql.run(session, "list_archived", since=values["since"], until=values["until"]).all()
    if not archives:
        return
    named = [f"{one.object_key} ({one.table_name} of {counted(one.files, 'file')})" for one in archives[:_NAMED]]
    more = [f"and {counted(len(archives) - _NAMED, 'more archive')}"] if len(archives) > _NAMED else []
    day = str(period.first) if period.first == period.last else f"{period.first} to {period.last}"
    refused = UsageError(
        f"{day} cannot be closed: rows that were booked then are archived, and what is left would add up to less. They "
        f"are in {', '.join([*named, *more])}."
    )
    refused.do_instead = (
        f"To look for a CFS number, an invoice or an account in them: {typed('db archives --find WORD')}"
    )
    raise refused
