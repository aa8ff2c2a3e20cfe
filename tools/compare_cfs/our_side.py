"""Our side of a page of keys, read as a set."""

from collections.abc import Mapping
from decimal import Decimal

from connectors.cfs import CfsSite
from database.pay.numbers import invoice_number
from database.pay.profiles import profiles_of_invoices, profiles_of_slips
from database.sessions import Session
from database.sql import statements
from diagnosis.read_evidence import read_slips
from tools.compare_cfs.rules import OurCredit, OurInvoice, OurSlip, OurUnsentInvoice

sql = statements(__package__)


def our_invoices(session: Session, numbers: list[str]) -> list[OurInvoice]:
    """Return our side of invoice numbers."""
    rows = sql.run(session, "read_invoices", keys=numbers).all()
    sites = _sites(session, {row.invoice: row.slip for row in rows})
    return [
        OurInvoice(
            number=row.number,
            total=row.total or Decimal(0),
            is_paid=row.is_paid,
            is_open=row.is_open,
            receipts=frozenset(number for listed in row.receipts for number in listed.split(",")),
            site=sites.get(row.invoice),
        )
        for row in rows
    ]


def our_unsent_invoices(session: Session, keys: list[str], *, prefix: str) -> list[OurUnsentInvoice]:
    """Return invoices that were cancelled before they were sent; the keys are their ids."""
    rows = sql.run(session, "read_unsent", keys=keys).all()
    sites = _sites(session, {row.id: row.slip for row in rows})
    return [OurUnsentInvoice(invoice_number(prefix, row.id), row.total, sites.get(row.id)) for row in rows]


def our_credits(session: Session, keys: list[str]) -> list[OurCredit]:
    """Return credits with the sites they may be on; the keys are their ids."""
    rows = sql.run(session, "read_credits", keys=keys)
    return [
        OurCredit(
            number=row.number or "",
            amount=row.amount,
            remaining=row.remaining,
            sites=tuple(site for place in row.places if (site := CfsSite.where_complete(*place)) is not None),
        )
        for row in rows
    ]


def our_slips(session: Session, numbers: list[str]) -> list[OurSlip]:
    """Return routing slips with the receipts that hold their money."""
    records = read_slips(session, numbers)
    rows = sql.run(session, "read_slips", keys=numbers)
    return [
        OurSlip(**row._mapping, site=records[row.number].site, receipts=records[row.number].receipts) for row in rows
    ]


def _sites(session: Session, slips: Mapping[int, str | None]) -> dict[int, CfsSite | None]:
    """Return the site of each invoice that has one: that of its routing slip, where it has a slip."""
    own = profiles_of_invoices(session, [id_ for id_, slip in slips.items() if not slip])
    of_slips = profiles_of_slips(session, {slip for slip in slips.values() if slip})
    found = own | {id_: of_slips[slip] for id_, slip in slips.items() if slip in of_slips}
    return {id_: CfsSite.where_complete(one.party, one.account, one.site) for id_, one in found.items()}
