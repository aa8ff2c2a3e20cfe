"""What is wrong on the accounts of partners: why, and what to type next."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from config.business_time import business_date
from config.command_line import in_short, typed
from database.sessions import Session
from database.sql import statements
from jobs.run.outcome import Table
from tools.verify.catalogue import statement_of

sql = statements(__package__)
_FOR_EVER = {"since": None, "first_invoice": 0}

_WHY = {
    "in_flight": "batch {batch} is at CGI and has no answer yet",
    "refused": "CGI refused batch {batch}",
    "twice": "disbursed, or given back, more often than it was due",
    "kept": "given back, though the customer was not refunded",
    "wrong_amount": "disbursed, or given back, another amount than the partner's share",
    "waiting": "its parts do not go together",
    "ahead": "disbursed before the customer paid",
}
_WAY = {
    "next_batch": "refunded after it was disbursed; the next partner batch takes it back",
    "stopped": "refunded after it was disbursed; GL code {stopped_gl} is stopped, so nothing takes it back",
    "no_row": "refunded after it was disbursed; no row of partner_disbursements takes it back",
    "part_without_row": "refunded in part; no row of partner_disbursements takes the part back",
    "switched_off": "refunded after it was disbursed; the AP job takes nothing back from a partner without a GL",
    "not_selected": "{status} after it was disbursed; the partner job does not select it",
}
_COMES_BACK = {"next_batch", "in_flight", "ahead"}


@dataclass(frozen=True)
class BelowZero:
    """An invoice that takes an account below zero; balance in CAD."""

    partner: str
    gl: int
    invoice_id: int
    balance: Decimal
    why: str
    since: date
    next: str
    needs_attention: bool


@dataclass(frozen=True)
class RowFault:
    """A row of partner_disbursements that is missing, or there twice; amount in CAD."""

    kind: str
    partner: str
    row: str
    amount: Decimal
    why: str
    since: date
    next: str


def read_below_zero(session: Session) -> list[BelowZero]:
    """Return the invoices that take an account below zero, the largest first."""
    return [_below_zero(row) for row in sql.run(session, "list_below_zero")]


def _below_zero(row: Any) -> BelowZero:
    code = row.way or row.part
    why = (_WAY[row.way] if row.way else _WHY[row.part]).format(**row._mapping)
    command = (
        in_short("ejv unstop", row.stopped_gl, reason=True)
        if code == "stopped"
        else f"explain invoice {row.invoice_id}"
    )
    if code in ("refused", "in_flight"):
        command = f"explain batch {row.batch}"
    return BelowZero(
        row.partner, row.gl, row.invoice_id, row.balance, why, _day(row.last_on), command, code not in _COMES_BACK
    )


def read_row_faults(session: Session, **values: object) -> list[RowFault]:
    """Return the rows of partner_disbursements that are missing, then those that are there twice."""
    return [
        RowFault(what, row.partner, row.row, row.amount, row.why, _day(row.made_on), row.next)
        for what, statement, invariant in (
            ("missing", "list_missing_rows", "partner_row_is_there"),
            ("twice", "list_doubled_rows", "partner_row_is_there_once"),
        )
        for row in session.execute(
            text(sql[statement].text.replace("{rows}", statement_of(invariant))), values | _FOR_EVER
        )
    ]


def below_zero_table(below: list[BelowZero]) -> Table:
    """Return the invoices below zero as a table."""
    rows = [(one.invoice_id, one.partner, one.gl, one.balance, one.why, one.since, typed(one.next)) for one in below]
    columns = ("invoice", "partner", "GL", "balance (CAD)", "why", "since", "next command")
    return Table("Invoices that take an account below zero", columns, rows, "below_zero")


def row_fault_table(faults: list[RowFault]) -> Table:
    """Return the wrong rows of partner_disbursements as a table."""
    rows = [(one.kind, one.row, one.partner, one.amount, one.why, one.since, typed(one.next)) for one in faults]
    columns = ("fault", "row", "partner", "amount (CAD)", "why", "since", "next command")
    return Table("Rows of partner_disbursements that are missing, or are there twice", columns, rows, "partner_rows")


def _day(moment: datetime) -> date:
    return business_date(moment.replace(tzinfo=UTC))
