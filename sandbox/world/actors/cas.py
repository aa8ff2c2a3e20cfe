"""CAS: at night CFS applies credits, pulls PAD money and takes back what bounced; settlement_files.py tells of it.

Source: docs/specs/cfs-api.md section 8 item 10, docs/specs/cas-settlement-csv.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple, TypeVar

from sandbox.cfs.books import BookedInvoice, BookedMemo, BookedReceipt
from sandbox.cfs.invoices import apply_memo
from sandbox.cfs.receipts import apply_receipt, create_receipt, reverse_receipt
from sandbox.world.model.records import ZERO
from sandbox.world.settlement_line import FULLY, MEMO, NOT, PAD, PARTIALLY, SettlementLine
from sandbox.world.world import World

# Most nights nothing bounces: the file after such a night may be late.
_IS_BOUNCING, _BOUNCES = 0.4, 0.15
_BOUNCES_WITHIN = timedelta(days=4)


_Booked = TypeVar("_Booked", BookedInvoice, BookedMemo, BookedReceipt)


class MoneySource(NamedTuple):
    """Where the money of a line comes from: record type, transaction type, number."""

    record: str
    kind: str
    source: str


def pass_the_night(world: World) -> None:
    """Let the night of CFS pass; what it did is written for the file of the day."""
    draws = world.chance.of("CAS", world.clock.today)
    bounced = draws.some_of(list(_pulled_lately(world)), _BOUNCES) if draws.happens(_IS_BOUNCING) else []
    world.written += [_bounce(world, invoice) for invoice in bounced]
    memos = by_site(one for one in world.books.memos.values() if one.amount_due)
    for invoice in [one for one in world.books.invoices.values() if one.amount_due and one not in bounced]:
        world.written += _use_memos(world, invoice, memos[invoice.site_number])
        world.written += _pull(world, invoice)


def by_site(booked: Iterable[_Booked]) -> defaultdict[str, list[_Booked]]:
    """Return what stands in the books by the site it is of, in order."""
    found: defaultdict[str, list[_Booked]] = defaultdict(list)
    for one in booked:
        found[one.site_number].append(one)
    return found


def _pulled_lately(world: World) -> Iterator[BookedInvoice]:
    """Return the invoices whose PAD money came so lately that it may still come back."""
    since = (world.clock.today - _BOUNCES_WITHIN).isoformat()
    for invoice in world.books.invoices.values():
        receipts = [world.books.receipts[one] for one in invoice.receipts]
        if any(one.payment_method == PAD and one.receipt_date >= since for one in receipts):
            yield invoice


def _bounce(world: World, invoice: BookedInvoice) -> SettlementLine:
    receipt = next(one for number in invoice.receipts if (one := world.books.receipts[number]).payment_method == PAD)
    reverse_receipt(world.books, receipt, reason="NSF", comment="Non Sufficient Fund")
    return line_of(world, MoneySource("PADR", PAD, receipt.receipt_number), ZERO, invoice)


def _use_memos(world: World, invoice: BookedInvoice, memos: list[BookedMemo]) -> Iterator[SettlementLine]:
    for memo in memos:
        if memo.amount_due and not _is_stopped(world, invoice):
            amount = apply_memo(world.books, memo, invoice)
            if amount:
                yield line_of(world, MoneySource("CMAP", MEMO, memo.credit_memo_number), amount, invoice)


def _is_stopped(world: World, invoice: BookedInvoice) -> bool:
    """Whether the account owes a fee on the number as well, which no credit pays."""
    return world.books.sites[invoice.site_number].receipt_method == "BCR-PAD Stop"


def _pull(world: World, invoice: BookedInvoice) -> Iterator[SettlementLine]:
    site = world.books.sites[invoice.site_number]
    if site.receipt_method != PAD or not invoice.amount_due:
        return
    amount, number = invoice.amount_due, f"PADRC{world.books.next_number('pad receipt', 1000001)}"
    receipt = create_receipt(world.books, site, number=number, date=world.clock.today.isoformat(), amount=amount,
                             method=PAD, by_cfs=True)  # fmt: skip
    apply_receipt(world.books, receipt, invoice)
    yield line_of(world, MoneySource("PADP", PAD, number), amount, invoice)


def line_of(world: World, money: MoneySource, amount: Decimal, invoice: BookedInvoice) -> SettlementLine:
    """Return the line that tells of money that was applied to an invoice, as the invoice stands now."""
    due, total = invoice.amount_due, invoice.total
    return SettlementLine(
        record=money.record,
        kind=money.kind,
        source=money.source,
        application=int(world.books.next_number("application", 5000001)),
        day=world.clock.today,
        amount=amount,
        account=world.books.sites[invoice.site_number].account_number,
        number=invoice.invoice_number,
        original=total,
        outstanding=due,
        status=FULLY if not due else PARTIALLY if due < total else NOT,
    )
