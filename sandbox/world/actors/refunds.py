"""Customers ask for their money back, whole or in part, and the pay API does what their method allows.

Source: docs/specs/invoice-lifecycle.md section 1.2.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sandbox.cfs.invoices import create_memo
from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ZERO, ModelCredit, ModelInvoice, ModelRefund
from sandbox.world.partner_rows import take_part_back, take_share_back
from sandbox.world.pay_api import note_refund
from sandbox.world.world import World

_WHOLE, _PART = 0.02, 0.015
_WITHIN = timedelta(days=10)
_CREDITED = {"PAD": "pad_credit", "ONLINE_BANKING": "ob_credit"}
_REFUNDABLE = {
    "PAD": ("APPROVED", "PAID"),
    "ONLINE_BANKING": ("PAID",),
    "DIRECT_PAY": ("PAID",),
    "EJV": ("APPROVED", "PAID"),
    "EFT": ("APPROVED", "PAID"),
}


def ask_for_refunds(world: World) -> None:
    """Let some of the last days' invoices be refunded."""
    draws = world.chance.of("refunds", world.clock())
    for invoice in list(_refundable(world)):
        if draws.happens(_WHOLE):
            world.clock.let_pass(draws.number(5, 60))
            with world.tables.together():
                _refund(world, invoice)
        elif draws.happens(_PART) and invoice.status == "PAID" and invoice.method != "EFT":
            world.clock.let_pass(draws.number(5, 60))
            with world.tables.together():
                _refund_part(world, invoice, draws)


def confirm_card_refunds(world: World) -> None:
    """DIRECT_PAY_REFUND: PayBC has sent back what was asked for."""
    for invoice in world.model.invoices.values():
        if invoice.method == "DIRECT_PAY" and invoice.status == "REFUND_REQUESTED":
            _end(world, invoice, "REFUNDED")


def _refundable(world: World) -> Iterator[ModelInvoice]:
    since = world.clock.today - _WITHIN
    for invoice in world.model.invoices.values():
        may_be = invoice.status in _REFUNDABLE.get(invoice.method, ())
        if may_be and invoice.day >= since and invoice.refund_date is None:
            yield invoice


def _refund(world: World, invoice: ModelInvoice) -> None:
    reference = invoice.reference("ACTIVE", "COMPLETED")
    world.model.chronicle.note(
        f"refund of {invoice.method} {invoice.status}, {reference.status if reference else 'not sent'}",
        f"invoice {invoice.id}",
        f"account {invoice.account}",
    )
    note_refund(world, invoice)
    take_share_back(world, invoice)
    is_sent = invoice.reference("ACTIVE", "COMPLETED") is not None
    if invoice.method == "DIRECT_PAY" or (invoice.method in {"EJV", "EFT"} and is_sent):
        world.tables.change("invoices", invoice.id, invoice_status_code="REFUND_REQUESTED", refund=invoice.total)
        invoice.status, invoice.refund = "REFUND_REQUESTED", invoice.total
    elif is_sent:
        _credit(world, invoice, invoice.total)
        _end(world, invoice, "CREDITED")
    else:
        _end(world, invoice, "CANCELLED")


def _refund_part(world: World, invoice: ModelInvoice, draws: RandomDraws) -> None:
    """Give back a part of a fee; the invoice stays paid."""
    line = draws.one_of(invoice.lines)
    amount = draws.amount("0.01", str(line.fee))
    world.model.chronicle.note(
        f"partial refund of {invoice.method}", f"invoice {invoice.id}", f"account {invoice.account}"
    )
    refund = note_refund(world, invoice)
    status = "REFUND_REQUESTED" if invoice.method == "EJV" else "REFUND_PROCESSED"
    id_ = world.tables.add(
        "refunds_partial",
        invoice_id=invoice.id,
        payment_line_item_id=line.id,
        refund_id=refund,
        refund_type="BASE_FEES",
        refund_amount=amount,
        is_credit=invoice.method in _CREDITED,
        status=status,
        created_by="API",
        created_on=world.clock.stored,
    )
    part = ModelRefund(id_, invoice, amount, status)
    world.model.partial_refunds.append(part)
    take_part_back(world, part)
    if invoice.method in _CREDITED:
        _credit(world, invoice, amount)
    invoice.refund, invoice.refund_date = amount, world.clock.stored
    world.tables.change("invoices", invoice.id, refund=amount, refund_date=invoice.refund_date)


def _credit(world: World, invoice: ModelInvoice, amount: Decimal) -> None:
    """Make a credit memo in CFS, which CFS takes for the next invoice of the site."""
    account = world.model.accounts[invoice.account]
    site = account.profiles[invoice.method].site
    memo = create_memo(world.books, world.books.sites[site], total=ZERO - amount)
    world.tables.add(
        "credits",
        cfs_identifier=memo.credit_memo_number,
        is_credit_memo=True,
        amount=amount,
        remaining_amount=amount,
        account_id=account.id,
        created_on=world.clock.stored,
        created_invoice_id=invoice.id,
        cfs_site=site,
    )
    world.model.credits[memo.credit_memo_number] = ModelCredit(
        memo.credit_memo_number, account.id, invoice.method, amount, is_memo=True
    )
    left = world.model.credit_of(account, invoice.method)
    world.tables.change("payment_accounts", account.id, **{_CREDITED[invoice.method]: left})


def _end(world: World, invoice: ModelInvoice, status: str) -> None:
    invoice.status, invoice.refund, invoice.refund_date = status, invoice.total, world.clock.stored
    world.tables.change("invoices", invoice.id, invoice_status_code=status, refund=invoice.refund,
                        refund_date=invoice.refund_date)  # fmt: skip
