"""The same small world in the pay database and in the rules in plain Python, and what either holds afterwards."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.settlement_factory import Account, SettlementBooks
from tests.tasks.pad_reconcile import model

FIRST_INVOICE = 10_000_000  # fee invoices have the low ids of the sequence


class BothBooks:
    """What is added stands in an empty pay database and in the model, under the same ids."""

    def __init__(self, books: SettlementBooks) -> None:
        books.empty()
        self._books = books
        self.model = model.PadModel()

    def account(self, cfs: str, method: str = "PAD", status: str = "ACTIVE") -> Account:
        """Add an account with one CFS profile."""
        account = self._books.account(cfs, method, status=status)
        self.model.profiles.append(model.PadProfile(account.id, cfs, method, status))
        return account

    def profile(self, account: Account, cfs: str, method: str = "PAD", status: str = "ACTIVE") -> None:
        """Add a CFS profile to an account."""
        self._books.profile(account.id, cfs, method, status=status)
        self.model.profiles.append(model.PadProfile(account.id, cfs, method, status))

    def invoice(self, account: Account, number: str, total: str, status: str, reference: str, method: str) -> int:
        """Add an invoice with its reference; it is paid where the reference is completed."""
        id_ = FIRST_INVOICE + len(self.model.invoices)
        paid = total if reference == "COMPLETED" else "0.00"
        self._books.invoice(
            account, number, total, id=id_, status=status, method=method, reference=reference, paid=paid
        )
        invoice = model.PadInvoice(id_, account.id, account.cfs, method, status, Decimal(total), Decimal(paid))
        self.model.invoices.append(invoice)
        self.model.references.append(model.PadReference(id_, number, reference))
        return id_

    def bundle(self, invoice: int, number: str, into: str, status: str) -> None:
        """Let a card pay a cancelled number of an invoice under another one, or begin to; REG80... is none."""
        is_bundle = not into.startswith("REG80")
        self._books.reference(invoice, into, status, consolidated=is_bundle and not into.endswith("-C"))
        self.model.references.append(model.PadReference(invoice, into, status))
        self.model.bundled |= {number} if is_bundle and status == "COMPLETED" else set()

    def receipt(self, invoice: int, number: str, amount: str) -> None:
        """Add a receipt of an invoice."""
        self._books.receipt(invoice, number, amount)
        self.model.receipts.append(model.PadReceipt(invoice, number, Decimal(amount)))

    def payment(
        self, account: Account, number: str | None, status: str, receipt: str, day: int, method: str, kept: str = "0.00"
    ) -> None:
        """Add a payment of a day of November 2026, over 25.00 or, where it failed, over what it keeps."""
        amount, paid_on = kept if status == "FAILED" else "25.00", date(2026, 11, day)
        self._books.payment(account, number, receipt, amount, status=status, method=method, day=paid_on)
        self.model.payments.append(model.PadPayment(number, method, status, receipt, Decimal(amount), paid_on))

    def credit(self, account: Account, identifier: str, amount: str = "40.00", *, memo: bool = True) -> int:
        """Add a credit memo, or money on account."""
        self.model.credits.append(model.PadCredit(identifier, memo, Decimal(amount), account.id))
        return self._books.credit(account, identifier, amount, memo=memo)

    def applied_credit(self, credit: int, account: Account, invoice: int, number: str, application: int,
                       amount: str) -> None:  # fmt: skip
        """Add what an earlier file applied of a credit memo."""
        self._books.applied_credit(credit, account, invoice, number, application, amount)
        self.model.applied.append((application, invoice, Decimal(amount), "earlier", number))

    def noted_bounce(self, invoice: int, number: str, receipt: str, *, undone: bool) -> None:
        """Add the note of a bounce; one that was taken back is of an earlier file."""
        description = "UNDONE: by mistake" if undone else None
        if undone:
            self._books.add(
                "pay_jobs.settlement_rows", file_id=0, line=invoice, outcome="applied", rule="undone", kind="BOUNCE",
                record_type="PADR", source_type="", source_number=receipt, amount=Decimal(0), customer_account="",
                target_type="INV", target_number=number, original_amount=Decimal(0), outstanding_amount=Decimal(0),
                status="Not PAID", content_hash=uuid4(),
            )  # fmt: skip
        self._books.add("non_sufficient_funds", invoice_id=invoice, invoice_number=number, description=description)
        self.model.undone += [number] * undone
        self.model.bounces += [number] * (not undone)


def found(books: SettlementBooks) -> dict[str, list[Any]]:
    """Return what the pay database holds, fee invoices without their ids."""
    receipts: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for invoice, number, amount in books.receipts():
        receipts[invoice, number] += Decimal(amount)
    return {
        "invoices": sorted((_id(id_), *values) for id_, values in books.invoices().items()),
        "references": sorted((_id(id_), number, status) for id_, number, status in books.references()),
        "receipts": sorted((*key, str(amount)) for key, amount in receipts.items()),
        "payments": sorted(
            map(repr, books.rows(
                "SELECT invoice_number, payment_method_code, payment_status_code, receipt_number,"
                " CAST(CAST(paid_amount AS numeric(19,2)) AS text), payment_date FROM payments"
            ))
        ),
        "credits": sorted(books.credits()),
        "applied": sorted(books.applied_credits()),
        "bounces": sorted(number for number, _, _ in books.bounces()),
        "profiles": sorted(books.rows("SELECT account_id, cfs_account, status FROM cfs_accounts")),
    }  # fmt: skip


def expected(world: model.PadModel) -> dict[str, list[Any]]:
    """Return what the model holds, in the same shape."""
    receipts: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for receipt in world.receipts:
        receipts[receipt.invoice, receipt.number] += receipt.amount
    return {
        "invoices": sorted((_id(one.id), one.status, str(one.paid)) for one in world.invoices),
        "references": sorted((_id(one.invoice), one.number, one.status) for one in world.references),
        "receipts": sorted((*key, str(amount)) for key, amount in receipts.items()),
        "payments": sorted(
            repr((one.number, one.method, one.status, one.receipt, str(one.amount),
                  datetime.combine(one.day, datetime.min.time())))
            for one in world.payments
        ),
        "credits": sorted((one.identifier, one.is_memo, str(one.amount), str(one.amount)) for one in world.credits),
        "applied": sorted((application, id_, str(amount)) for application, id_, amount, *_ in world.applied),
        "bounces": sorted([*world.bounces, *world.undone]),
        "profiles": sorted((one.account, one.cfs, one.status) for one in world.profiles),
    }  # fmt: skip


def _id(invoice: int) -> int:
    return invoice if invoice >= FIRST_INVOICE else 0
