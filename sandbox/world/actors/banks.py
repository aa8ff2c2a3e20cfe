"""Customers pay by online banking, and CFS applies their money at night.

Source: docs/specs/cas-settlement-csv.md sections 5.2, 5.3, 6 and 7.
"""

from collections.abc import Iterator
from decimal import Decimal

from sandbox.cfs.books import BookedInvoice, BookedReceipt
from sandbox.cfs.receipts import apply_receipt, create_receipt
from sandbox.world.actors.cas import MoneySource, by_site, line_of
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
    owed = by_site(one for one in world.books.invoices.values() if one.amount_due)
    on_account = by_site(one for one in world.books.receipts.values() if one.unapplied_amount)
    for account in [one for one in world.model.accounts.values() if _BY_BANK in one.profiles]:
        site = account.profiles[_BY_BANK].site
        world.written += _use_money_on_account(world, on_account[site], owed[site])
        for invoice in draws.some_of([one for one in owed[site] if one.amount_due], _PAYS):
            world.written += _pay(world, account, invoice, draws)


def _pay(world: World, account: ModelAccount, invoice: BookedInvoice, draws: RandomDraws) -> Iterator[SettlementLine]:
    """Pay an invoice: most exactly, some less, some more, which stays on account; not while money lies there."""
    too_much = draws.one_of(_TOO_MUCH)
    amount = invoice.amount_due + (min(too_much, ZERO) if _has_money_on_account(world, account) else too_much)
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


def _use_money_on_account(
    world: World, receipts: list[BookedReceipt], invoices: list[BookedInvoice]
) -> Iterator[SettlementLine]:
    """Money on account pays invoices, the last in part."""
    for receipt in receipts:
        for invoice in invoices:
            if receipt.unapplied_amount and invoice.amount_due:
                amount = apply_receipt(world.books, receipt, invoice)
                yield line_of(world, MoneySource("ONAC", BANK, receipt.receipt_number), amount, invoice)


def _has_money_on_account(world: World, account: ModelAccount) -> bool:
    site = account.profiles[_BY_BANK].site
    return any(one.unapplied_amount for one in world.books.receipts.values() if one.site_number == site)


def _receive(world: World, account: ModelAccount, number: str, amount: Decimal) -> BookedReceipt:
    day = world.clock.today.isoformat()
    site = world.books.sites[account.profiles[_BY_BANK].site]
    return create_receipt(world.books, site, number=number, date=day, amount=amount, method=ONLINE, by_cfs=True)
