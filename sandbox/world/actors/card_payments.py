"""Customers pay by card what bounced, and their account is opened again.

Source: docs/specs/cas-settlement-csv.md sections 5.5 and 8.
"""

from decimal import Decimal

from sandbox.cfs.customers import set_receipt_method
from sandbox.cfs.invoices import create_invoice, credit_balance
from sandbox.cfs.receipts import CARD, apply_receipt, create_receipt
from sandbox.world.model.records import FINAL, ZERO, ModelAccount, ModelPayment
from sandbox.world.pay_api import PREFIX, add_payment, add_receipt, add_reference
from sandbox.world.settlement_line import PAD
from sandbox.world.world import World

_PAYS = 0.3


def pay_what_bounced(world: World) -> None:
    """Let some of those whose account is frozen pay today."""
    draws = world.chance.of("card payments", world.clock.today)
    for account in [one for one in world.model.accounts.values() if one.status == "FREEZE"]:
        if draws.happens(_PAYS):
            world.clock.let_pass(draws.number(30, 600))
            _pay_all(world, account)
            _open_again(world, account)


def _pay_all(world: World, account: ModelAccount) -> None:
    """Several numbers of which nothing is paid become one; any other is paid under its own."""
    owed = dict.fromkeys(one.number for one in world.model.failed(account) if one.number and not one.paid)
    alone = [one.number for one in world.model.failed(account) if one.number and one.paid]
    world.model.chronicle.note(
        "a card pays several bounced numbers" if len(owed) > 1 else "a card pays a bounced number",
        f"account {account.id}",
    )
    if alone:
        world.model.chronicle.note("a card pays a number that a memo had paid in part", f"account {account.id}")
    if len(owed) > 1:
        _pay_bundle(world, account, list(owed))
        owed = {}
    for number in [*owed, *alone]:
        with world.tables.together():
            _pay_number(world, account, number)


def _pay_bundle(world: World, account: ModelAccount, numbers: list[str]) -> None:
    """Take the numbers back in CFS, make one invoice of them, and pay that."""
    invoices = [one for number in numbers for one in world.model.behind(number, "ACTIVE")]
    bundle = f"{PREFIX}{f'{invoices[0].id}-C':>08}"
    due = ZERO
    for number in numbers:
        due += world.books.invoices[number].amount_due
        credit_balance(world.books, world.books.invoices[number])
    made = create_invoice(world.books, world.books.sites[account.profiles["PAD"].site], number=bundle, total=due)
    with world.tables.together():
        for invoice in invoices:
            world.tables.run("UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = :invoice"
                             " AND status_code = 'ACTIVE'", invoice=invoice.id)  # fmt: skip
            for reference in invoice.references:
                reference.status = "CANCELLED"
            add_reference(world, invoice, bundle, other=made.pbc_ref_number, consolidated=True)
        _pay_number(world, account, bundle)


def _pay_number(world: World, account: ModelAccount, number: str) -> None:
    owed = world.books.invoices[number]
    due, receipt = owed.amount_due, f"CARD{number.removeprefix(PREFIX)}"
    _receive(world, account, number, receipt, due)
    for invoice in world.model.behind(number, "ACTIVE"):
        rest = invoice.total - sum((one.amount for one in invoice.receipts), ZERO)
        add_receipt(world, invoice, receipt, rest, world.clock.stored)
        if invoice.status not in FINAL:
            invoice.status = "PAID"
        invoice.paid, invoice.payment_date = invoice.total, world.clock.stored
        world.tables.change("invoices", invoice.id, invoice_status_code=invoice.status, paid=invoice.paid,
                            payment_date=invoice.payment_date)  # fmt: skip
        world.tables.run("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = :invoice"
                         " AND status_code = 'ACTIVE'", invoice=invoice.id)  # fmt: skip
        for reference in invoice.references:
            reference.status = "COMPLETED" if reference.status == "ACTIVE" else reference.status
    add_payment(world, ModelPayment(account.id, "CC", "COMPLETED", number, receipt, due, due))


def _receive(world: World, account: ModelAccount, number: str, receipt: str, amount: Decimal) -> None:
    site = world.books.sites[account.profiles["PAD"].site]
    received = create_receipt(world.books, site, number=receipt, date=world.clock.today.isoformat(), amount=amount,
                              method=CARD, by_cfs=True)  # fmt: skip
    apply_receipt(world.books, received, world.books.invoices[number])


def _open_again(world: World, account: ModelAccount) -> None:
    set_receipt_method(world.books.sites[account.profiles["PAD"].site], PAD)
    with world.tables.together():
        world.tables.change("cfs_accounts", account.profiles["PAD"].id, status="ACTIVE")
        world.tables.change("payment_accounts", account.id, has_nsf_invoices=None)
    account.status, account.owes_since = "ACTIVE", None
