"""Mark invoices as paid, owed again, or cancelled."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from database.sessions import Session
from database.sql import statements
from tasks.routing_slip_recreate.family.model import SlipFamily, SlipInvoice
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.pay_tables.slips import naive

sql = statements(__package__)


def settle_invoices(
    session: Session, inputs: OperationInputs, fresh: SlipFamily, payable: Iterable[SlipInvoice]
) -> list[str]:
    """Set each invoice to the status that CFS has for it; return which of them the deposit does not cover.

    One that was changed to something else meanwhile, as by a request to refund it, keeps that.
    """
    statuses = {one.id: one.status for one in fresh.invoices}
    notes = []
    for invoice in payable:
        there = inputs.view.invoice(inputs.family.root.site, invoice.number)
        assert there is not None
        if statuses.get(invoice.id) not in {"PAID", "CREATED"}:
            continue
        paid = there.total - there.amount_due
        if not there.amount_due:
            pay_invoice(session, invoice.id, now=inputs.now, paid=paid)
            continue
        reopen_invoice(session, invoice.id, now=inputs.now, paid=paid)
        notes.append(
            f"the deposit does not cover {invoice.number}: {there.amount_due:.2f} of {there.total:.2f} are still due"
        )
    return notes


def pay_invoice(session: Session, invoice_id: int, *, now: datetime, paid: Decimal) -> None:
    """Mark an invoice as paid, with its reference."""
    sql.run(session, "pay_invoice", id=invoice_id, now=naive(now), paid=paid)


def reopen_invoice(session: Session, invoice_id: int, *, now: datetime, paid: Decimal) -> None:
    """Mark an invoice as owed, all or in part."""
    sql.run(session, "reopen_invoice", id=invoice_id, now=naive(now), paid=paid)


def cancel_invoice(session: Session, invoice_id: int, *, now: datetime) -> None:
    """Mark an invoice as cancelled."""
    sql.run(session, "cancel_invoice", id=invoice_id, now=naive(now))


def fail_invoice_payment(session: Session, number: str) -> None:
    """Fail the payment of an invoice."""
    sql.run(session, "fail_invoice_payment", invoice_number=number)
