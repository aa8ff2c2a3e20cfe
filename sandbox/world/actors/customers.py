"""Customers buy services, and the pay API bills them. Source: docs/specs/invoice-lifecycle.md section 2."""

from collections import defaultdict

from sandbox.world.chance import RandomDraws
from sandbox.world.model.records import ModelAccount, ModelInvoice, ModelPayment
from sandbox.world.partner_rows import share_with_partner
from sandbox.world.pay_api import add_payment, add_reference, cfs_number, make_invoice, settle
from sandbox.world.world import World

_STILL_BUY = 6
_STARTS_AS = {"PAD": "APPROVED", "EFT": "APPROVED", "EJV": "APPROVED"}


def buy(world: World) -> None:
    """Let a day's invoices be made: more on a weekday."""
    draws = world.chance.of("customers", world.clock.today)
    most = 3 if world.clock.today.isoweekday() < 6 else 1
    for account in _customers(world):
        for _ in range(draws.number(0, most)):
            if account.owes_since is None and not account.leaves_eft:
                world.clock.let_pass(draws.number(5, 60))
                bill(world, account, draws)


def _customers(world: World) -> list[ModelAccount]:
    """Return the accounts that still buy: of each method the newest; whoever came before them has gone elsewhere."""
    by_method: defaultdict[str, list[ModelAccount]] = defaultdict(list)
    for account in world.model.accounts.values():
        by_method[account.method].append(account)
    return [account for accounts in by_method.values() for account in accounts[-_STILL_BUY:]]


def bill(world: World, account: ModelAccount, draws: RandomDraws) -> ModelInvoice:
    """Make an invoice for an account; one by card is paid at once, or left."""
    with world.tables.together():
        profile = account.profiles.get(account.method)
        invoice = make_invoice(world, draws, account=account.id, profile=profile.id if profile else None,
                               method=account.method, status=_STARTS_AS.get(account.method, "CREATED"))  # fmt: skip
        share_with_partner(world, invoice)
        if account.method == "DIRECT_PAY":
            _pay_by_card(world, account, invoice, leaves=draws.happens(0.1))
    return invoice


def _pay_by_card(world: World, account: ModelAccount, invoice: ModelInvoice, *, leaves: bool) -> None:
    """Pay by card at PayBC without CFS: the customer comes back paid, or leaves the page."""
    number = cfs_number(invoice)
    add_reference(world, invoice, number)
    if leaves:
        return
    settle(world, invoice, number=f"CARD{invoice.id:08}", at=world.clock.stored)
    add_payment(world, ModelPayment(account.id, "DIRECT_PAY", "COMPLETED", number, f"CARD{invoice.id:08}",
                               invoice.total, invoice.total))  # fmt: skip
