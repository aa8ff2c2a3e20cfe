"""The EFT job, 20:00: what staff have linked to deposits is paid, what they took back is owed again, and what was asked
back is refunded.

Sources: docs/specs/invoice-lifecycle.md sections 1.2 and 2, docs/specs/cfs-api.md section 7.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sandbox.cfs.invoices import credit_balance
from sandbox.cfs.receipts import apply_receipt, create_receipt, reverse_receipt
from sandbox.world.actors.cas import MoneySource, line_of
from sandbox.world.model.records import ZERO, ModelInvoice, ModelPayment
from sandbox.world.pay_api import add_payment, settle
from sandbox.world.settlement_line import WIRE
from sandbox.world.world import World

_WIRES = 0.25
_TAKEN_BACK, _WITHIN = 0.01, timedelta(days=30)
# Staff do it in the afternoon.
_BEFORE = timedelta(hours=5)
_DEPOSITS = 1  # the one file of the bank, and the one short name in it


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


def take_payments_back(world: World) -> None:
    """Let what staff took back be owed again: receipt and payment are deleted."""
    draws = world.chance.of("EFT payments taken back", world.clock.today)
    for invoice, payment in list(_settled_lately(world)):
        if draws.happens(_TAKEN_BACK):
            world.clock.let_pass(5)
            _take_back(world, invoice, payment)


def receive_deposits(world: World) -> None:
    """Let the bank have told of deposits."""
    world.tables.add(
        "eft_files", id=_DEPOSITS, file_ref="TDI17", status_code="COMPLETED", created_on=world.clock.stored
    )
    world.tables.add(
        "eft_short_names",
        id=_DEPOSITS,
        short_name="PAYER",
        type="EFT",
        created_on=world.clock.stored,
        is_generated=False,
    )


def tell_of_wires(world: World) -> None:
    """CFS at night: what the EFT job applied is a line of the file, once, also where the file is late."""
    written = {line.source for file in [*world.kept_back, *world.early] for line in file.lines}
    applied = {one.receipt for one in world.model.payments if one.method == "EFT" and one.status == "CREATED"}
    untold = applied - written
    for invoice in world.books.invoices.values():
        for number in invoice.receipts:
            if number in untold:
                amount = world.books.receipts[number].applied[invoice.invoice_number]
                world.written.append(line_of(world, MoneySource("EFTP", WIRE, number), amount, invoice))


def _pay(world: World, invoice: ModelInvoice) -> None:
    world.model.chronicle.note("an EFT invoice is paid", f"invoice {invoice.id}")
    receipt, number = _new_receipt(world, invoice), invoice.number
    apply_receipt(world.books, world.books.receipts[receipt], world.books.invoices[number])
    with world.tables.together():
        settle(world, invoice, number=receipt, at=world.clock.stored)
        payment = ModelPayment(invoice.account, "EFT", "CREATED", number, receipt, invoice.total, invoice.total)
        add_payment(world, payment)
        _link(world, invoice, receipt, "COMPLETED")


def _new_receipt(world: World, invoice: ModelInvoice) -> str:
    number = f"EFTCIL{world.books.next_number('EFT link', 3001)}"
    site = world.books.sites[world.model.accounts[invoice.account].profiles["EFT"].site]
    day = world.clock.today.isoformat()
    create_receipt(world.books, site, number=number, date=day, amount=invoice.total, method=WIRE, by_cfs=True)
    return number


def _link(world: World, invoice: ModelInvoice, receipt: str, status: str) -> None:
    """Write what staff linked an invoice to, or took back."""
    at = world.clock.stored - _BEFORE
    left = invoice.total if status == "REFUNDED" else ZERO
    credit = world.tables.add(
        "eft_credits", amount=invoice.total, remaining_amount=left, eft_file_id=_DEPOSITS, short_name_id=_DEPOSITS,
        created_on=at,
    )  # fmt: skip
    world.tables.add(
        "eft_credit_invoice_links", invoice_id=invoice.id, eft_credit_id=credit, amount=invoice.total, created_on=at,
        status_code=status, receipt_number=receipt,
    )  # fmt: skip


def _settled_lately(world: World) -> Iterator[tuple[ModelInvoice, ModelPayment]]:
    """Return what was paid in the last weeks, of which CAS has told, and of which no partner has a share."""
    since = world.clock.today - _WITHIN
    shared = {one.invoice.id for one in world.model.shares}
    paid = {one.number: one for one in world.model.payments if (one.method, one.status) == ("EFT", "COMPLETED")}
    for invoice in world.model.invoices.values():
        is_eft = invoice.method == "EFT" and world.model.accounts[invoice.account].method == "EFT"
        if is_eft and invoice.status == "PAID" and invoice.day >= since and invoice.id not in shared:
            payment = paid.get(invoice.number)
            if payment is not None:
                yield invoice, payment


def _take_back(world: World, invoice: ModelInvoice, payment: ModelPayment) -> None:
    """Reverse the receipt in CFS, and let the invoice be as it was before it was paid."""
    world.model.chronicle.note("staff take an EFT payment back", f"invoice {invoice.id}", f"account {invoice.account}")
    (receipt,) = invoice.receipts
    _reverse(world, invoice, receipt.number)
    with world.tables.together():
        _link(world, invoice, receipt.number, "REFUNDED")
        world.tables.run("DELETE FROM payments WHERE receipt_number = :number AND payment_method_code = 'EFT'",
                         number=receipt.number)  # fmt: skip
        world.tables.run("DELETE FROM receipts WHERE invoice_id = :invoice", invoice=invoice.id)
        world.tables.run("UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id = :invoice"
                         " AND status_code = 'COMPLETED'", invoice=invoice.id)  # fmt: skip
        world.tables.change("invoices", invoice.id, invoice_status_code="APPROVED", paid=0, payment_date=None)
    world.model.payments.remove(payment)
    invoice.receipts, invoice.status, invoice.paid, invoice.payment_date = [], "APPROVED", ZERO, None
    for reference in invoice.references:
        reference.status = "ACTIVE" if reference.status == "COMPLETED" else reference.status


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
