"""The GL codes on either side of the journals of invoices: what somebody corrects where CGI refused one."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from database.sessions import Session
from database.sql import statements

sql = statements(__package__)


class GlCode(NamedTuple):
    """A distribution code that a journal of an invoice uses.

    owner  whose GL it is: the ministry, BC Registries, the partner
    gl     its segments, ? for one that is blank
    """

    invoice: int
    owner: str
    code: int
    gl: str


def gl_codes(
    session: Session, invoices: Iterable[int], *, today: date, is_disbursement: bool | None = None
) -> list[GlCode]:
    """Return the GL codes of invoices, for what a ministry pays or a partner gets, or both where that is not said."""
    rows = sql.run(
        session, "list_gl_codes", invoices=sorted(set(invoices)), today=today, is_disbursement=is_disbursement
    )
    return [GlCode(*tuple(row)) for row in rows]
