"""CREATE_INVOICES for routing slips, 19:05: what was asked back is cancelled, new transactions take from the deposits.

Source: docs/specs/routing-slips.md section 3.8.
"""

from sandbox.cfs.invoices import create_invoice, credit_balance
from sandbox.cfs.receipts import apply_receipt, unapply_receipt
from sandbox.world.model.records import ZERO, ModelInvoice, ModelPayment
from sandbox.world.model.slips import ModelSlip, apply_deposits
from sandbox.world.pay_api import add_payment, add_reference, cfs_number
from sandbox.world.world import World


def create_slip_invoices(world: World) -> None:
    """Cancel first, then create."""
    internal = [one for one in world.model.invoices.values() if one.method == "INTERNAL" and one.slip]
    for invoice in [one for one in internal if one.status == "REFUND_REQUESTED"]:
        world.clock.let_pass(1)
        with world.tables.together():
            _cancel(world, invoice)
    for invoice in [one for one in internal if one.status == "APPROVED"]:
        world.clock.let_pass(1)
        with world.tables.together():
            _create(world, invoice)


def _cancel(world: World, invoice: ModelInvoice) -> None:
    world.model.chronicle.note("a slip's transaction is cancelled", f"slip {invoice.slip}")
    in_cfs = world.books.invoices[invoice.number]
    by_receipt = {one.receipt: one for one in world.slips.values()}
    for receipt in invoice.receipts:
        by_receipt[receipt.number].free += unapply_receipt(world.books, world.books.receipts[receipt.number], in_cfs)
    credit_balance(world.books, in_cfs)
    world.tables.run("UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = :id", id=invoice.id)
    for reference in invoice.references:
        reference.status = "CANCELLED"
    invoice.status, invoice.refund_date = "REFUNDED", world.clock.stored
    world.tables.change("invoices", invoice.id, invoice_status_code="REFUNDED", refund_date=invoice.refund_date)


def _create(world: World, invoice: ModelInvoice) -> None:
    """Pay a transaction, unless what it needs is on a slip whose link is not worked yet: then it waits.

    Of a slip whose bounce was worked nothing is left, and the transaction is taken for paid all the same (section 4.6).
    """
    slip, number = world.slips[invoice.slip or ""], cfs_number(invoice)
    children = [one for one in world.slips.values() if one.parent == slip.number]
    members = [slip, *(one for one in children if one.profile != "ACTIVE")]
    if sum((one.free for one in members), ZERO) < invoice.total and len(members) <= len(children):
        world.model.chronicle.note("a slip's transaction waits for a link", f"slip {slip.number}")
        return
    made = create_invoice(world.books, world.books.sites[slip.site], number=number, total=invoice.total)
    due = apply_deposits(invoice, members)
    assert not due or slip.status == "NSF", f"slip {slip.number} was spent twice over: {due} of {invoice.id} is due"
    how = "taken for paid after a bounce" if due else f"paid, {len(members)} in the family"
    world.model.chronicle.note(f"a slip's transaction is {how}", f"slip {slip.number}")
    _write(world, invoice, slip, made.pbc_ref_number)


def _write(world: World, invoice: ModelInvoice, slip: ModelSlip, reference: str) -> None:
    number = cfs_number(invoice)
    for receipt in invoice.receipts:
        apply_receipt(world.books, world.books.receipts[receipt.number], world.books.invoices[number])
        world.tables.add("receipts", invoice_id=invoice.id, receipt_number=receipt.number,
                         receipt_amount=receipt.amount, receipt_date=world.clock.stored)  # fmt: skip
    add_reference(world, invoice, number, other=reference)
    world.tables.run("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = :id", id=invoice.id)
    invoice.references[-1].status = "COMPLETED"
    payment = ModelPayment(slip.account, "INTERNAL", "COMPLETED", number, None, invoice.total, invoice.total)
    add_payment(world, payment, payment_system_code="INTERNAL")
    invoice.status, invoice.paid, invoice.payment_date = "PAID", invoice.total, world.clock.stored
    world.tables.change("invoices", invoice.id, invoice_status_code="PAID", paid=invoice.total,
                        payment_date=invoice.payment_date)  # fmt: skip
