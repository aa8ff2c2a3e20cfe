"""Try rejected rows again, so that a row the database refuses stops no other.

All of them are tried in one transaction. Where the database refuses what they lead to, each half of the CFS numbers is
tried by itself, until what is refused is known by its number.
"""

from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from connectors.object_store import ObjectStore
from database.errors import explain, refuses_content
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.pad_reconcile.apply_file import retry_rejects

sql = statements(__package__)


def retry_what_is_accepted(
    context: RunContext, store: ObjectStore | None, *, numbers: Sequence[str] | None = None
) -> Outcome:
    """Apply the rejected rows that can be applied now; those the database refuses stay rejected, with its words.

    store    where the files are kept; None where they lie on this machine
    numbers  only rows about these CFS numbers; None for all
    """
    try:
        return retry_rejects(context, store, numbers=numbers)
    except DBAPIError as error:
        context.stop.check()
        if not refuses_content(error):
            raise
        if numbers is not None and len(numbers) == 1:
            return _refused(context, numbers[0], str(explain(error)).rstrip("."))
    found = list(numbers) if numbers is not None else _rejected_numbers(context)
    half = (len(found) + 1) // 2
    outcome = Outcome()
    for part in filter(None, (found[:half], found[half:])):
        outcome += retry_what_is_accepted(context, store, numbers=part)
    return outcome


def _rejected_numbers(context: RunContext) -> list[str]:
    with context.database.begin() as session:
        return list(sql.run(session, "list_rejected_numbers").scalars())


def _refused(context: RunContext, number: str, reason: str) -> Outcome:
    context.log.error("rejects.refused", number=number, error=reason)
    detail = f'{reason}. Its rows stay rejected. Once the cause is removed: repair pad-rejects --reason "..."'
    return Outcome(rejects=[Reject(f"rejected rows of {number}", "refused by the database", detail)])
