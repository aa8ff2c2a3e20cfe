"""What is known of a row that is unexplained, and what to type next."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from database.sql import statements

sql = statements(__package__)

UNKNOWN = "not known"


@dataclass(frozen=True)
class KnownCause:
    """What an unexplained thing is called, why it is so, and what to type next."""

    row: str
    cause: str
    next: str


def about_invoices(session: Session, ids: Sequence[int]) -> dict[int, KnownCause]:
    """Return the cause and the next command of each invoice."""
    causes = {row.invoice_id: row.cause for row in sql.run(session, "find_causes", invoices=list(ids))}
    return {one: KnownCause(f"invoice {one}", causes.get(one) or UNKNOWN, f"explain invoice {one}") for one in ids}


def about_credits(session: Session, ids: Sequence[int]) -> dict[int, KnownCause]:
    """Return the cause and the next command of each credit."""
    rows = sql.run(session, "find_credit_causes", credits=list(ids))
    return {
        row.credit_id: KnownCause(
            f"credit {row.credit_id}", row.cause or UNKNOWN, f"explain account {row.auth_account_id}"
        )
        for row in rows
    }


def about_slips(session: Session, ids: Sequence[int]) -> dict[int, KnownCause]:
    """Return the cause and the next command of each routing slip."""
    rows = sql.run(session, "find_slip_causes", slips=list(ids))
    return {
        row.slip_id: KnownCause(f"slip {row.number}", row.cause or UNKNOWN, f"explain slip {row.number}")
        for row in rows
    }


def about_pair(meeting: str, pair: str, row: str, origin: str) -> KnownCause:
    """Return what to call a thing that one side of an equation has otherwise, and what to type about it.

    >>> about_pair("journals", "17/3/31", "receipt 9", "FEEDBACK line 3").next
    'explain batch 17'
    """
    if meeting == "deposits":
        return KnownCause(f"slip {pair}", UNKNOWN, f"explain slip {pair}")
    return KnownCause(row, UNKNOWN, _next_of_pair(meeting, pair, origin))


def _next_of_pair(meeting: str, pair: str, origin: str) -> str:
    if meeting == "money in":
        return f"explain invoice {pair.split('/', maxsplit=1)[0]}"
    if meeting == "journals":
        return f"explain batch {pair.split('/', maxsplit=1)[0]}"
    if " line " in origin:
        return f"explain file {origin.split(' line ', maxsplit=1)[0]}"
    return "verify"
