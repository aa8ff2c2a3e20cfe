"""What the pay API writes for a customer, into the pay tables and into the model.

Source: docs/specs/invoice-lifecycle.md sections 1 and 2.
"""

from datetime import datetime
from decimal import Decimal

from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ZERO, ModelInvoice, ModelLine, ModelPayment, ModelReceipt
from sandbox.world.world import World

PREFIX = "REG"
# Of those products whose events are heard by different topics, and of one that nobody listens to but a partner has.
PRODUCTS = {"ONLINE_BANKING": ("CP", "BEN"), "DIRECT_PAY": ("CP", "NRO", "VS")}
EVERY_PRODUCT = ("CP", "BEN", "PPR", "VS")
_SERVICE_FEES = (ZERO, Decimal("1.50"), Decimal("1.50"))
_GST = Decimal("0.05")
_CENT = Decimal("0.01")


def cfs_number(invoice: ModelInvoice) -> str:
    """Return the number under which CFS knows an invoice of its own."""
    return f"{PREFIX}{invoice.id:08}"


def make_invoice(
    world: World, draws: RandomDraws, *, account: int, profile: int | None, method: str, status: str,
    slip: str | None = None, most: str = "120",
) -> ModelInvoice:  # fmt: skip
    """Make an invoice of one to three lines."""
    product = draws.one_of(PRODUCTS.get(method, EVERY_PRODUCT))
    lines = [_line(draws, most, taxed=product == "VS") for _ in range(draws.one_of((1, 1, 2, 3)))]
    service = sum((one.service for one in lines), ZERO)
    gst = sum((one.fee_gst + one.service_gst for one in lines), ZERO)
    total = sum((one.base + one.ours for one in lines), ZERO)
    id_ = world.tables.add(
        "invoices",
        payment_account_id=account,
        cfs_account_id=profile,
        payment_method_code=method,
        invoice_status_code=status,
        corp_type_code=product,
        created_on=world.clock.stored,
        created_by="API",
        total=total,
        service_fees=service,
        gst=gst,
        paid=0,
        refund=0,
        routing_slip=slip,
    )
    for line in lines:
        line.id = _add_line(world, id_, line, product)
    invoice = ModelInvoice(id_, account, method, world.clock.today, total, status, lines, product=product, slip=slip)
    return world.model.add(invoice)


def _line(draws: RandomDraws, most: str, *, taxed: bool) -> ModelLine:
    fee, service = draws.amount("5", most), draws.one_of(_SERVICE_FEES)
    rate = _GST if taxed else ZERO
    return ModelLine(0, fee, service, *((amount * rate).quantize(_CENT) for amount in (fee, service)))


def _add_line(world: World, invoice: int, line: ModelLine, product: str) -> int:
    return world.tables.add(
        "payment_line_items",
        invoice_id=invoice,
        fee_schedule_id=world.schedules[product],
        fee_distribution_id=world.distributions[product],
        filing_fees=line.fee,
        total=line.fee,
        service_fees=line.service,
        service_fees_gst=line.service_gst,
        statutory_fees_gst=line.fee_gst,
        quantity=1,
        line_item_status_code="ACTIVE",
        description="A service",
    )


def add_reference(world: World, invoice: ModelInvoice, number: str, *, other: str | None = None,
                  consolidated: bool = False) -> None:  # fmt: skip
    """Give an invoice a number that it is collected under."""
    world.tables.add(
        "invoice_references",
        invoice_id=invoice.id,
        invoice_number=number,
        reference_number=other or f"R{invoice.id}",
        status_code="ACTIVE",
        created_on=world.clock.stored,
        is_consolidated=consolidated,
    )
    world.model.refer(invoice, number)


def settle(world: World, invoice: ModelInvoice, *, number: str, at: datetime) -> None:
    """Let an invoice be paid whole by a receipt: its reference in force is completed."""
    world.tables.change("invoices", invoice.id, invoice_status_code="PAID", paid=invoice.total, payment_date=at)
    world.tables.run("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = :invoice"
                     " AND status_code = 'ACTIVE'", invoice=invoice.id)  # fmt: skip
    add_receipt(world, invoice, number, invoice.total, at)
    invoice.status, invoice.paid, invoice.payment_date = "PAID", invoice.total, at
    for reference in invoice.references:
        reference.status = "COMPLETED" if reference.status == "ACTIVE" else reference.status


def add_receipt(world: World, invoice: ModelInvoice, number: str, amount: Decimal, at: datetime) -> None:
    """Add a receipt of an invoice."""
    world.tables.add("receipts", invoice_id=invoice.id, receipt_number=number, receipt_amount=amount, receipt_date=at)
    invoice.receipts.append(ModelReceipt(number, amount))


def add_payment(world: World, payment: ModelPayment, **more: object) -> int:
    """Add a payment."""
    world.model.payments.append(payment)
    row = {
        "payment_account_id": payment.account,
        "payment_system_code": "PAYBC",
        "payment_method_code": payment.method,
        "payment_status_code": payment.status,
        "invoice_number": payment.number,
        "receipt_number": payment.receipt,
        "invoice_amount": payment.invoice_amount,
        "paid_amount": payment.paid,
        "payment_date": world.clock.stored,
        "created_by": "API",
        "is_routing_slip": False,
    }
    return world.tables.add("payments", **row | more)


def note_refund(world: World, invoice: ModelInvoice) -> int:
    """Write the request for a refund of an invoice, and return its id."""
    return world.tables.add(
        "refunds",
        invoice_id=invoice.id,
        type="INVOICE",
        status="APPROVAL_NOT_REQUIRED",
        reason="Changed their mind",
        requested_by="staff",
        requested_date=world.clock.stored,
    )
