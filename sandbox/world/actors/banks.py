"""Customers pay by online banking, and CFS applies their money at night.

Source: docs/specs/cas-settlement-csv.md sections 5.2, 5.3, 6 and 7.
"""

from collections.abc import Iterator
from decimal import Decimal

from sandbox.cfs.books import BookedInvoice, BookedReceipt
from sandbox.cfs.receipts import apply_receipt, create_receipt
from sandbox.world.actors.cas import MoneySource, line_of
from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ZERO, ModelAccount
from sandbox.world.settlement_line import BANK, ON_ACCOUNT, SettlementLine
from sandbox.world.world import World

ONLINE = "Online Banking Payments"
_BY_BANK = "ONLINE_BANKING"
_PAYS = 0.35
_TOO_MUCH = (*(ZERO,) * 6, Decimal("-3.00"), Decimal("-1.25"), Decimal("40.25"))


def receive_bank_payments(world: World) -> None:
    """CFS at night: money that lies on account pays what is open, then some pay what they owe, or about as much."""
    draws = world.chance.of("banks", world.clock.today)
    for account in [one for one in world.model.accounts.values() if _BY_BANK in one.profiles]:
        world.written += _use_money_on_account(world, account)
        for invoice in draws.some_of(_open(world, account), _PAYS):
            world.written += _pay(world, account, invoice, draws)


def _open(world: World, account: ModelAccount) -> list[BookedInvoice]:
    site = account.profiles[_BY_BANK].site
    return [one for one in world.books.invoices.values() if one.site_number == site and one.amount_due]


def _pay(world: World, account: ModelAccount, invoice: BookedInvoice, draws: RandomDraws) -> Iterator[SettlementLine]:
    """Pay an invoice: most exactly, some less, some more, which stays on account; not while money lies there."""
    too_much = draws.one_of(_TOO_MUCH)
    amount = invoice.amount_due + (min(too_much, ZERO) if any(_on_account(world, account)) else too_much)
    if amount <= 0:
        return
    number = f"OBRC{world.books.next_number('bank receipt', 2000001)}"
    receipt = _receive(world, account, number, amount)
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
            account=account.profiles[_BY_BANK].cfs_account,
            number=number,
            original=receipt.unapplied_amount,
            outstanding=ZERO,
            status=ON_ACCOUNT,
            target="RECEIPT",
        )


def _use_money_on_account(world: World, account: ModelAccount) -> Iterator[SettlementLine]:
    """Money on account pays invoices, the last in part."""
    for receipt in _on_account(world, account):
        for invoice in _open(world, account):
            if receipt.unapplied_amount:
                amount = apply_receipt(world.books, receipt, invoice)
                yield line_of(world, MoneySource("ONAC", BANK, receipt.receipt_number), amount, invoice)


def _on_account(world: World, account: ModelAccount) -> list[BookedReceipt]:
    site = account.profiles[_BY_BANK].site
    return [one for one in world.books.receipts.values() if one.site_number == site and one.unapplied_amount]


def _receive(world: World, account: ModelAccount, number: str, amount: Decimal) -> BookedReceipt:
    day = world.clock.today.isoformat()
    site = world.books.sites[account.profiles[_BY_BANK].site]
    return create_receipt(world.books, site, number=number, date=day, amount=amount, method=ONLINE, by_cfs=True)
