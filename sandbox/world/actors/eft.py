"""The EFT job, 20:00: what staff have linked to deposits is paid, and what was asked back is refunded.

Sources: docs/specs/invoice-lifecycle.md sections 1.2 and 2, docs/specs/cfs-api.md section 7.
"""

from decimal import Decimal

from sandbox.cfs.invoices import credit_balance
from sandbox.cfs.receipts import apply_receipt, create_receipt, reverse_receipt
from sandbox.world.actors.cas import MoneySource, line_of
from sandbox.world.model.records import ModelInvoice, ModelPayment
from sandbox.world.pay_api import add_payment, settle
from sandbox.world.settlement_line import WIRE
from sandbox.world.world import World

_WIRES = 0.25


def apply_deposits(world: World) -> None:
    """Pay what is linked, and refund what was asked back."""
    draws = world.chance.of("EFT", world.clock.today)
    for invoice in [one for one in world.model.invoices.values() if one.method == "EFT"]:
        if invoice.status == "APPROVED" and invoice.reference("ACTIVE") and draws.happens(_WIRES):
            world.clock.let_pass(5)
            _pay(world, invoice)
        elif invoice.status == "REFUND_REQUESTED":
            world.clock.let_pass(5)
            _refund(world, invoice)


def tell_of_wires(world: World) -> None:
    """CFS at night: what the EFT job applied is a line of the file."""
    told = {one.receipt for one in world.model.payments if one.method == "EFT" and one.status == "CREATED"}
    for invoice in world.books.invoices.values():
        for number in invoice.receipts:
            if number in told:
                amount = world.books.receipts[number].applied[invoice.invoice_number]
                world.written.append(line_of(world, MoneySource("EFTP", WIRE, number), amount, invoice))


def _pay(world: World, invoice: ModelInvoice) -> None:
    receipt, number = _new_receipt(world, invoice), invoice.number
    apply_receipt(world.books, world.books.receipts[receipt], world.books.invoices[number])
    with world.tables.together():
        settle(world, invoice, number=receipt, at=world.clock.stored)
        payment = ModelPayment(invoice.account, "EFT", "CREATED", number, receipt, invoice.total, invoice.total)
        add_payment(world, payment)


def _new_receipt(world: World, invoice: ModelInvoice) -> str:
    number = f"EFTCIL{world.books.next_number('EFT link', 3001)}"
    site = world.books.sites[world.model.accounts[invoice.account].profiles["EFT"].site]
    day = world.clock.today.isoformat()
    create_receipt(world.books, site, number=number, date=day, amount=invoice.total, method=WIRE, by_cfs=True)
    return number


def _refund(world: World, invoice: ModelInvoice) -> None:
    """Bring the invoice to nothing in CFS, its money taken off first; receipt and payment stay in our books."""
    world.model.chronicle.note(
        f"an EFT invoice is refunded that was {'paid' if invoice.receipts else 'not paid'}", f"invoice {invoice.id}"
    )
    number = invoice.number
    for receipt in invoice.receipts:
        _reverse(world, invoice, receipt.number)
    credit_balance(world.books, world.books.invoices[number])
    with world.tables.together():
        world.tables.run(
            "UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = :id", id=invoice.id
        )
        for reference in invoice.references:
            reference.status = "CANCELLED"
        invoice.status, invoice.refund, invoice.refund_date = "REFUNDED", invoice.total, world.clock.stored
        world.tables.change("invoices", invoice.id, invoice_status_code="REFUNDED", refund=invoice.refund,
                            refund_date=invoice.refund_date)  # fmt: skip


def _reverse(world: World, invoice: ModelInvoice, receipt: str) -> None:
    """Reverse a receipt in CFS; CAS tells of it in its next file."""
    reverse_receipt(world.books, world.books.receipts[receipt], reason="PAYMENT REVERSAL", comment="Created In Error")
    in_cfs = world.books.invoices[invoice.number]
    world.written.append(line_of(world, MoneySource("EFTR", WIRE, receipt), Decimal("0.00"), in_cfs))
