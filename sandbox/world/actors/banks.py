"""Customers pay by online banking and by wire, and CFS applies their money at night.

Source: docs/specs/cas-settlement-csv.md sections 5.2, 5.3, 6 and 7.
"""

from collections.abc import Iterator
from decimal import Decimal

from sandbox.cfs.books import BookedInvoice, BookedReceipt
from sandbox.cfs.receipts import apply_receipt, create_receipt
from sandbox.world.actors.cas import MoneySource, line_of
from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ZERO, ModelAccount, ModelPayment
from sandbox.world.pay_api import add_payment, settle
from sandbox.world.settlement_line import BANK, ON_ACCOUNT, WIRE, SettlementLine
from sandbox.world.world import World

ONLINE = "Online Banking Payments"
_PAYS, _WIRES = 0.35, 0.25
_TOO_MUCH = (*(ZERO,) * 6, Decimal("-3.00"), Decimal("-3.00"), Decimal("40.25"))


def receive_bank_payments(world: World) -> None:
    """CFS at night: money that lies on account pays what is open, then some pay what they owe, or about as much."""
    draws = world.chance.of("banks", world.clock.today)
    for account in [one for one in world.model.accounts.values() if one.method == "ONLINE_BANKING"]:
        world.written += _use_money_on_account(world, account)
        for invoice in draws.some_of(_open(world, account), _PAYS):
            world.written += _pay(world, account, invoice, draws)


def apply_deposits(world: World) -> None:
    """The EFT job, 20:00: staff have linked deposits to invoices, each is a receipt in CFS."""
    draws = world.chance.of("EFT", world.clock.today)
    for invoice in list(world.model.invoices.values()):
        is_due = invoice.method == "EFT" and invoice.status == "APPROVED" and invoice.reference("ACTIVE")
        if is_due and draws.happens(_WIRES):
            world.clock.let_pass(5)
            _apply_deposit(world, world.model.accounts[invoice.account], invoice.id)


def tell_of_wires(world: World) -> None:
    """CFS at night: what the EFT job applied is a line of the file."""
    told = {one.receipt for one in world.model.payments if one.method == "EFT" and one.status == "CREATED"}
    for invoice in world.books.invoices.values():
        for number in invoice.receipts:
            if number in told:
                amount = world.books.receipts[number].applied[invoice.invoice_number]
                world.written.append(line_of(world, MoneySource("EFTP", WIRE, number), amount, invoice))


def _apply_deposit(world: World, account: ModelAccount, invoice_id: int) -> None:
    invoice = world.model.invoices[invoice_id]
    receipt, number = f"EFTCIL{invoice.id}", invoice.number
    _receive(world, account, receipt, invoice.total, WIRE)
    apply_receipt(world.books, world.books.receipts[receipt], world.books.invoices[number])
    with world.tables.together():
        settle(world, invoice, number=receipt, at=world.clock.stored)
        add_payment(world, ModelPayment(account.id, "EFT", "CREATED", number, receipt, invoice.total, invoice.total))


def _open(world: World, account: ModelAccount) -> list[BookedInvoice]:
    return [one for one in world.books.invoices.values() if one.site_number == account.site and one.amount_due]


def _pay(world: World, account: ModelAccount, invoice: BookedInvoice, draws: RandomDraws) -> Iterator[SettlementLine]:
    """Pay an invoice: most exactly, some less, some more, which stays on account."""
    amount = invoice.amount_due + draws.one_of(_TOO_MUCH)
    if amount <= 0:
        return
    number = f"OBRC{world.books.next_number('bank receipt', 2000001)}"
    receipt = _receive(world, account, number, amount, ONLINE)
    applied = apply_receipt(world.books, receipt, invoice)
    yield line_of(world, MoneySource("BOLP", BANK, number), applied, invoice)
    if receipt.unapplied_amount:
        yield SettlementLine(
            record="ONAC",
            kind=BANK,
            source=number,
            application=int(world.books.next_number("application", 5000001)),
            day=world.clock.today,
            amount=receipt.unapplied_amount,
            account=account.cfs_account,
            number=number,
            original=receipt.unapplied_amount,
            outstanding=ZERO,
            status=ON_ACCOUNT,
            target="RECEIPT",
        )


def _use_money_on_account(world: World, account: ModelAccount) -> Iterator[SettlementLine]:
    """Money on account pays an invoice that it covers."""
    for receipt in _on_account(world, account):
        for invoice in _open(world, account):
            if receipt.unapplied_amount >= invoice.amount_due == invoice.total:
                amount = apply_receipt(world.books, receipt, invoice)
                yield line_of(world, MoneySource("ONAC", BANK, receipt.receipt_number), amount, invoice)


def _on_account(world: World, account: ModelAccount) -> list[BookedReceipt]:
    return [one for one in world.books.receipts.values() if one.site_number == account.site and one.unapplied_amount]


def _receive(world: World, account: ModelAccount, number: str, amount: Decimal, method: str) -> BookedReceipt:
    day = world.clock.today.isoformat()
    site = world.books.sites[account.site]
    return create_receipt(world.books, site, number=number, date=day, amount=amount, method=method, by_cfs=True)
