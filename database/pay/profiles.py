"""The CFS profiles (cfs_accounts) that invoices and routing slips go by."""

from collections.abc import Iterable
from typing import NamedTuple

from database.sessions import Session
from database.sql import statements

sql = statements(__package__)


class CfsProfile(NamedTuple):
    """Where in CFS something is kept; a part is None or blank while CFS has not made it.

    status  of the newest profile there could be, one in use before an inactive one
    """

    id: int
    status: str | None
    party: str | None
    account: str | None
    site: str | None


def profiles_of_invoices(session: Session, ids: list[int]) -> dict[int, CfsProfile]:
    """Return the profile of each invoice that has one: its own where that is complete, else its method's newest."""
    return {row[0]: CfsProfile._make(row[1:]) for row in sql.run(session, "read_invoice_profiles", ids=ids).all()}


def profiles_of_slips(session: Session, numbers: Iterable[str]) -> dict[str, CfsProfile]:
    """Return the INTERNAL profile of each routing slip that has one."""
    return {row[0]: CfsProfile._make(row[1:]) for row in sql.run(session, "read_slip_profiles", numbers=list(numbers))}
