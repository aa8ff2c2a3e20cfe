"""The rules of settlement in plain Python: slow, obvious, and written without looking at the SQL or importing the job.

Source: docs/specs/cas-settlement-csv.md sections 5 to 9, with the better behaviours of section 10. Rows of one number
that follow each other in the same direction (money coming in, money going back) are taken together; each change of
direction begins with what the one before left.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests.tasks.pad_reconcile.model_rows import ModelRow, classify

ZERO = Decimal("0.00")
FEE = Decimal("30.00")
FINAL = {"REFUND_REQUESTED", "REFUNDED", "CREDITED", "CANCELLED"}


INCOMING = {"SETTLE_PAD", "SETTLE_ONE", "SETTLE_CREDIT", "PART_ONE"}
CARDS = {"CC", "DIRECT_PAY"}


@dataclass
class PadInvoice:
    """An invoice; `cfs` is the CFS account it was made under."""

    id: int
    account: int
    cfs: str
    method: str
    status: str
    total: Decimal
    paid: Decimal = ZERO


@dataclass
class PadReference:
    """A reference of an invoice; each has one number."""

    invoice: int
    number: str
    status: str


@dataclass(eq=False)
class PadReceipt:
    """A receipt of an invoice."""

    invoice: int
    number: str
    amount: Decimal


@dataclass
class PadPayment:
    """A payment."""

    number: str | None
    method: str
    status: str
    receipt: str | None
    amount: Decimal
    day: date


@dataclass
class PadCredit:
    """A credit memo, or money on account."""

    identifier: str
    is_memo: bool
    amount: Decimal
    account: int


@dataclass
class PadProfile:
    """A CFS account."""

    account: int
    cfs: str
    method: str
    status: str


@dataclass(eq=False)
class JudgedRow:
    """A row with its kind and outcome."""

    row: ModelRow
    kind: str
    outcome: str = ""
    rule: str = ""

    @property
    def is_ours(self) -> bool:
        """Return whether it is booked, by us or, without the payment that we made up for, before us."""
        return self.outcome == "applied" or self.rule == "payment_written"

    @property
    def covers_part(self) -> bool:
        """Return whether it is money on account that covers a part, which changes nothing here."""
        return (self.kind, self.rule) == ("SKIP", "partial_credit")

    @property
    def counts(self) -> bool:
        """Return whether money moved."""
        return self.is_ours or self.covers_part

    def end(self, outcome: str, rule: str = "") -> "JudgedRow":
        self.outcome, self.rule = outcome, rule
        return self


@dataclass
class PadModel:
    """Everything the job reads and writes."""

    profiles: list[PadProfile] = field(default_factory=list)
    invoices: list[PadInvoice] = field(default_factory=list)
    references: list[PadReference] = field(default_factory=list)
    receipts: list[PadReceipt] = field(default_factory=list)
    payments: list[PadPayment] = field(default_factory=list)
    credits: list[PadCredit] = field(default_factory=list)
    # application, invoice, amount, memo, CFS number
    applied: list[tuple[int | None, int, Decimal, str, str]] = field(default_factory=list)
    booked: set[tuple[str, str, Decimal]] = field(default_factory=set)  # number, receipt and amount of our rows
    parts: set[tuple[object, ...]] = field(default_factory=set)  # the same of rows of earlier files, with their ids
    part_receipts: set[tuple[str, str, str]] = field(default_factory=set)  # CFS number, source and receipt of parts
    covering: list[JudgedRow] = field(default_factory=list)  # money on account of earlier files that covered a part
    banked: set[str] = field(default_factory=set)  # receipts of which earlier files booked an online banking row
    bounces: list[str] = field(default_factory=list)
    bounced: set[tuple[str, str]] = field(default_factory=set)  # number and receipt of our bounces
    undone: list[str] = field(default_factory=list)  # bounces that were taken back
    bundled: set[str] = field(default_factory=set)  # numbers that were paid by card under another one
    done: set[tuple[object, ...]] = field(default_factory=set)

    def apply(self, rows: list[ModelRow]) -> list[JudgedRow]:
        """Apply the rows of a file and return what became of each."""
        judged = [JudgedRow(row, classify(row)[0]) for row in rows]
        waves = self._waves(judged)
        for number in range(max(waves, default=0) + 1):
            wave = [one for one, its in zip(judged, waves, strict=True) if its == number]
            self._judge(wave)
            self._settle(wave)
            self._bounce(wave, judged)
            self._remember(wave)
        self._note_unpaid_receipts(judged)
        self._pay_by_bank(judged)
        self._remember(judged)
        self.banked |= {one.row.source for one in judged if one.row.record == "BOLP" and one.is_ours}
        self.parts |= {self._part(one.row) for one in judged if one.counts}
        self.covering += [one for one in judged if one.covers_part]
        return judged

    def _remember(self, judged: list[JudgedRow]) -> None:
        self.done |= {one.row.identity() for one in judged if one.counts}
        self.booked |= {(one.row.number, one.row.source, one.row.amount) for one in judged if one.is_ours}
        self.part_receipts |= {
            (one.row.number, one.row.source, str(one.row.application))
            for one in judged
            if one.kind == "PART_ONE" and one.is_ours and one.row.application is not None
        }

    @staticmethod
    def _part(row: ModelRow) -> tuple[object, ...]:
        return (row.record, row.number, row.source, row.application, row.amount)

    # -- what becomes of a row

    @staticmethod
    def _waves(judged: list[JudgedRow]) -> list[int]:
        """Number the changes of direction of each CFS number, and its bounces."""
        last: dict[str, tuple[bool, int]] = {}
        waves = []
        for one in judged:
            if one.kind in {"SKIP", "REJECT"}:
                waves.append(0)
                continue
            back = one.kind == "BOUNCE"
            before, wave = last.get(one.row.number, (False, -1))
            last[one.row.number] = (back, wave + (back or before or wave < 0))
            waves.append(last[one.row.number][1])
        return waves

    def _judge(self, wave: list[JudgedRow]) -> None:
        taken: set[tuple[object, ...]] = set()
        on_account: dict[str, Decimal] = {}
        came_late: dict[str, Decimal] = {}
        for one in wave:
            self._judge_one(one)
            if not one.counts:
                continue
            if one.row.identity() in taken:
                one.end("already_applied", "same_row")
            elif one.kind == "ON_ACCOUNT" and one.row.original > on_account.setdefault(
                one.row.source, one.row.original
            ):
                one.end("rejected", "credit_differs")
            elif one.rule == "came_late" and not self._fits(one, came_late):
                one.end(*(("skipped", "nothing_open") if one.kind == "SETTLE_CREDIT" else ("rejected", "paid_already")))
            else:
                taken.add(one.row.identity())

    def _fits(self, one: JudgedRow, came_late: dict[str, Decimal]) -> bool:
        number = one.row.number
        came_late[number] = came_late.get(number, ZERO) + one.row.amount
        return came_late[number] <= self._room(number)

    def _room(self, number: str) -> Decimal:
        paid = [invoice for invoice in self._behind(number, "COMPLETED") if invoice.method != "CC"]
        return sum((self._open(invoice) for invoice in paid), ZERO)

    def _judge_one(self, one: JudgedRow) -> JudgedRow:
        row = one.row
        rule = classify(row)[1]
        if one.kind == "REJECT" or (one.kind == "SKIP" and rule != "partial_credit"):
            return one.end("skipped" if one.kind == "SKIP" else "rejected", rule)
        if row.identity() in self.done:
            return one.end("already_applied", "same_row")
        is_known_by_id = one.kind in {"SETTLE_ONE", "PART_ONE", "SKIP"} or (
            one.kind == "SETTLE_CREDIT" and row.record != "CMAP"
        )
        if is_known_by_id and row.application is not None and self._part(row) in self.parts:
            return one.end("already_applied", "same_row")
        memos = [credit for credit in self.credits if credit.is_memo and credit.identifier == row.source]
        is_memo = row.record == "CMAP" and one.kind in {"MEMO_PART", "SETTLE_CREDIT"}
        if is_memo and len(memos) > 1 and all(application != row.application for application, *_ in self.applied):
            return one.end("rejected", "ambiguous_memo")
        if one.kind == "EFT_PAYMENT":
            if self._lacks_payment(row):
                return one.end("rejected", "no_eft_payment")
            is_completed = all(payment.status == "COMPLETED" for payment in self._paid_by_eft(row))
            return one.end(*(("already_applied", "payment_completed") if is_completed else ("applied",)))
        if one.kind == "ON_ACCOUNT":
            known = [one.amount for one in self.credits if one.identifier == row.source and not one.is_memo]
            if known:
                if max(known) >= row.original:
                    return one.end("already_applied", "credit_exists")
                return one.end("rejected", "credit_differs")
            is_alone = self._lacks_payment(row)
            return self._unless_owner_unclear(one) or one.end("applied", "no_eft_payment" if is_alone else "")
        if one.kind == "BOUNCE":
            return self._judge_bounce(one)
        if one.kind in {"MEMO_PART", "SKIP"}:
            return one.end("skipped", "partial_credit")
        return self._judge_incoming(one)

    def _paid_by_eft(self, row: ModelRow) -> list[PadPayment]:
        return [one for one in self.payments if one.receipt == row.source and one.status not in {"FAILED", "DELETED"}]

    def _lacks_payment(self, row: ModelRow) -> bool:
        return row.record == "EFTP" and not self._paid_by_eft(row)

    def _judge_bounce(self, one: JudgedRow) -> JudgedRow:
        row = one.row
        failed = [payment for payment in self._payments(row.number) if payment.status == "FAILED"]
        paid = [one for one in self._payments(row.number) if one.status == "COMPLETED"]
        is_noted = row.number in self.bounces
        behind = [*self._behind(row.number, "ACTIVE"), *self._behind(row.number, "COMPLETED")]
        is_open = bool(behind) and not self._behind(row.number, "COMPLETED")
        if self._is_by_another_receipt(row):
            bears = self._bears(row)
            mine = [one for one in self.references if one.number == row.number and one.invoice in bears]
            if any(reference.status != "ACTIVE" for reference in mine) or not (mine or is_open):
                is_settled = bool(self._behind(row.number, "COMPLETED")) or row.number in self.bundled
                return one.end("rejected", "settled_since" if is_settled else "no_longer_open")
            if self._unless_owner_unclear(one):
                return one
            (owner,) = self._owners(row)
            if any(invoice.account != owner for invoice in behind):
                return one.end("rejected", "account_mismatch")
            return one.end("applied", "another_receipt")
        was_pulled_again = bool(self._behind(row.number, "COMPLETED")) and self._was_pulled_again(row)
        if is_noted and was_pulled_again:
            return one.end("rejected", "settled_since")
        pulled = [payment for payment in paid if payment.method == "PAD"]
        is_half_noted = bool(pulled) or any(payment.receipt == row.source for payment in paid) or not failed
        is_to_fail = not (failed or paid)
        is_to_fail |= is_half_noted and any(payment.method not in CARDS for payment in paid)
        if is_noted and not (is_open and is_to_fail):
            return one.end("already_applied", "bounced_before")
        if failed and not is_noted and not was_pulled_again:
            return one.end("already_applied", "bounced_before")
        if not behind:
            return one.end("rejected", "no_invoice")
        if self._unless_owner_unclear(one):
            return one
        (owner,) = self._owners(row)
        if any(invoice.account != owner for invoice in behind):
            return one.end("rejected", "account_mismatch")
        if not is_noted and self._pad_profile(owner, row.account) is None:
            return one.end("rejected", "no_pad_account")
        is_late = any(payment.day > row.day for payment in paid)
        if is_late and all(payment.receipt != row.source for payment in paid):
            return one.end("rejected", "paid_since")
        return one.end("applied", "payment_failed" if is_noted else "")

    def _is_by_another_receipt(self, row: ModelRow) -> bool:
        """Return whether a receipt bounced that an earlier bounce of the number left on its invoices.

        One that stands there under no number of its own, or comes back by a further line, is known by what its row
        leaves paid, or by the payment of an open number that bears it.
        """
        if not self._bounced_receipts(row.number):
            return False
        was_pulled_since, bears = self._was_pulled_again(row), self._bears(row)
        if not bears:
            failed = [one for one in self._payments(row.number) if one.status == "FAILED" and one.method not in CARDS]
            kept = max((one.amount for one in failed), default=ZERO)
            is_known = any(one.number == row.number for one in self.references)
            has_fee = row.status == "partially paid" and row.outstanding > row.original
            has_fee &= row.source in self._bounced_receipts(row.number)
            lowers = is_known and not was_pulled_since and self._left_paid(row) < kept and not has_fee
            return lowers or self._is_paid_on_open(row)
        is_open = all(
            one.status == "ACTIVE" for one in self.references if one.number == row.number and one.invoice in bears
        )
        return is_open or not was_pulled_since

    def _is_paid_on_open(self, row: ModelRow) -> bool:
        """Return whether a payment is completed of a receipt that did not fail, though its number is open."""
        has_failed = row.source in self._bounced_receipts(row.number)
        paid = [one for one in self._payments(row.number) if one.status == "COMPLETED"]
        is_open = bool(self._behind(row.number, "ACTIVE")) and not self._behind(row.number, "COMPLETED")
        is_paid = any(one.method not in CARDS for one in paid) and any(one.receipt == row.source for one in paid)
        return is_open and is_paid and not has_failed

    def _bears(self, row: ModelRow) -> set[int]:
        """Return the invoices with a receipt of a row that has not bounced before."""
        has_bounced = row.source in self._bounced_receipts(row.number)
        return set() if has_bounced else {receipt.invoice for receipt in self._receipts_of(row)}

    def _bounced_receipts(self, number: str) -> set[str]:
        failed = [one for one in self._payments(number) if one.status in {"FAILED", "DELETED"}]
        return {one.receipt or "" for one in failed if one.method not in CARDS}

    def _was_pulled_again(self, row: ModelRow) -> bool:
        """Return whether PAD paid a number again after it bounced, and before this row or by its receipt."""
        payments = self._payments(row.number)
        pulled = [one for one in payments if (one.status, one.method) == ("COMPLETED", "PAD")]
        failed = [one.day for one in payments if one.status == "FAILED"]
        if not pulled or not failed:
            return False
        paid_on = max(one.day for one in pulled)
        is_of_payment = row.source == pulled[-1].receipt and row.source not in self._bounced_receipts(row.number)
        return paid_on > max(failed) and (paid_on <= row.day or is_of_payment)

    def _judge_incoming(self, one: JudgedRow) -> JudgedRow:
        row = one.row
        single = one.kind in {"SETTLE_ONE", "PART_ONE", "OTHER_ONE"}
        active, completed = self._behind(row.number, "ACTIVE"), self._behind(row.number, "COMPLETED")
        if active and (not single or len(active) == 1):
            if any(invoice.method == "CC" for invoice in active):
                bounces = [payment.day for payment in self._payments(row.number) if payment.status == "FAILED"]
                has_bounced_since = one.kind == "SETTLE_PAD" and any(day >= row.day for day in bounces)
                memo = row.record == "CMAP" and one.kind == "SETTLE_CREDIT"
                is_noted = memo and any(credit.is_memo and credit.identifier == row.source for credit in self.credits)
                is_old = has_bounced_since or is_noted
                return one.end("skipped" if is_old else "rejected", "card_invoice_shares_number")
            if any(invoice.cfs != row.account for invoice in active):
                return one.end("rejected", "account_mismatch")
            if one.kind == "OTHER_ONE":
                return one.end("rejected", "unexpected_status")
            if one.kind == "PART_ONE" and row.application is not None:
                known = {receipt.number for receipt in self.receipts if self._has(receipt.invoice, row.number)}
                if str(row.application) in known:
                    return one.end("already_applied", "receipt_exists")
            if one.kind == "SETTLE_PAD":
                for payment in self._payments(row.number):
                    if payment.status == "FAILED" and payment.day >= row.day:
                        return one.end("skipped", "bounced_since")
                if row.amount and self._is_paid_by_card(row.number):
                    return one.end("rejected", "card_paid")
            return one.end("rejected", "no_eft_payment") if self._lacks_payment(row) else one.end("applied")
        if single and len(completed) != 1:
            return one.end("rejected", "not_exactly_one_invoice")
        if completed:
            return self._judge_late(one, [invoice for invoice in completed if invoice.method != "CC"])
        if one.kind == "SETTLE_CREDIT":
            return one.end("skipped", "nothing_open")
        if row.number in self.bundled:
            return one.end("skipped", "paid_by_card")
        return one.end("rejected", "no_invoice")

    def _judge_late(self, one: JudgedRow, paid: list[PadInvoice]) -> JudgedRow:
        """Money for a number that is settled: known, booked where there is room, or for a person."""
        row = one.row
        ids = {invoice.id for invoice in self._behind(row.number, "COMPLETED")}
        receipts = {receipt.number for receipt in self.receipts if receipt.invoice in ids}
        is_known = row.source in receipts or any(
            (payment.receipt, payment.status) == (row.source, "COMPLETED")
            and (payment.number == row.number or (payment.number is None and row.source not in self.banked))
            for payment in self.payments
        )
        if not row.amount:
            return one.end("already_applied", "invoice_paid")
        if one.kind == "PART_ONE" and str(row.application) in receipts:
            return one.end("already_applied", "receipt_exists")
        ours = {amount for *of, amount in self.booked if of == [row.number, row.source]}
        if is_known and not ours:
            return one.end("already_applied", "invoice_paid")
        if row.record == "CMAP":
            return one.end("skipped", "nothing_open")
        failed = [payment for payment in self._payments(row.number) if payment.status == "FAILED"]
        if one.kind == "SETTLE_PAD" and any(payment.day >= row.day for payment in failed):
            return one.end("skipped", "bounced_since")
        if one.kind == "OTHER_ONE" and not is_known:
            return one.end("rejected", "unexpected_status")
        if any(invoice.cfs != row.account for invoice in paid):
            return one.end("rejected", "account_mismatch")
        if one.kind == "SETTLE_PAD" and self._is_paid_by_card(row.number) and not is_known:
            return one.end("rejected", "card_paid")
        if one.kind != "OTHER_ONE" and self._room(row.number) >= row.amount:
            if self._lacks_payment(row):
                return one.end("rejected", "no_eft_payment")
            return one.end("applied", "came_late")
        if is_known and (one.kind == "OTHER_ONE" or row.amount in ours):
            return one.end("already_applied", "invoice_paid")
        return one.end(*(("skipped", "nothing_open") if one.kind == "SETTLE_CREDIT" else ("rejected", "paid_already")))

    def _unless_owner_unclear(self, one: JudgedRow) -> JudgedRow | None:
        owners = self._owners(one.row)
        if len(owners) == 1:
            return None
        return one.end("rejected", "ambiguous_account" if owners else "unknown_account")

    # -- money that comes in

    def _settle(self, wave: list[JudgedRow]) -> None:
        self._apply_memos([one for one in wave if one.kind == "MEMO_PART"])
        applied = [one for one in wave if one.outcome == "applied" and one.kind in INCOMING]
        self._apply_memos([one for one in wave if one.kind == "SETTLE_CREDIT" and one.row.record == "CMAP"])
        before = self.payments.copy()
        for number in dict.fromkeys(one.row.number for one in applied):
            self._settle_number(number, [one for one in applied if one.row.number == number])
        self._pay(wave, {payment.number for payment in before})
        for one in wave:
            is_done = one.outcome == "applied" or (one.outcome == "already_applied" and one.kind == "ON_ACCOUNT")
            if is_done and one.row.record == "EFTP":
                for payment in self._paid_by_eft(one.row):
                    payment.status = "COMPLETED"
        for one in wave:
            known = {credit.identifier for credit in self.credits if not credit.is_memo}
            if one.kind == "ON_ACCOUNT" and one.outcome == "applied" and one.row.source not in known:
                (owner,) = self._owners(one.row)
                self.credits.append(PadCredit(one.row.source, False, one.row.original, owner))

    def _settle_number(self, number: str, rows: list[JudgedRow]) -> None:
        is_late = all(one.rule == "came_late" for one in rows)
        found = self._behind(number, "COMPLETED" if is_late else "ACTIVE")
        invoices = sorted((one for one in found if not is_late or one.method != "CC"), key=lambda invoice: invoice.id)
        settling = [one for one in rows if one.kind != "PART_ONE" and one.rule != "came_late"]
        left = {invoice.id: self._open(invoice) for invoice in invoices}
        applications: set[tuple[int | None, str]] = set()
        for one in rows:
            amount = one.row.amount
            application = (one.row.application, one.row.source)
            if one.row.record == "CMAP" and application not in applications:
                applications.add(application)
                self._receipt_memo(one.row)
            if (
                one.row.record == "CMAP"
                and any(credit.is_memo and credit.identifier == one.row.source for credit in self.credits)
                and not any(
                    application == one.row.application and (memo, number_) != (one.row.source, one.row.number)
                    for application, _, _, memo, number_ in self.applied
                )
            ):
                continue
            for invoice in invoices:
                part = amount if invoice is invoices[-1] else min(amount, left[invoice.id])
                if part > 0:
                    receipt = one.row.source
                    if one.kind == "PART_ONE" and one.row.application is not None:
                        receipt = str(one.row.application)
                    self.receipts.append(PadReceipt(invoice.id, receipt, part))
                    left[invoice.id] -= part
                    amount -= part
        if is_late:
            return
        for invoice in invoices:
            if invoice.status not in FINAL:
                invoice.status = "PAID" if settling else "PARTIAL_PAID"
            owing = min((one.row.outstanding for one in rows if one.kind == "PART_ONE"), default=ZERO)
            invoice.paid = invoice.total if settling else max(invoice.paid, invoice.total - owing)
            if settling and invoice.status == "PAID":
                self._receipt_anyway(invoice, settling[0].row)
        for reference in self.references:
            if settling and reference.number == number and reference.status == "ACTIVE":
                reference.status = "COMPLETED"

    def _receipt_memo(self, row: ModelRow) -> None:
        """Write the receipts of a memo that covers the rest, where it was applied."""
        parts = [
            (id_, amount)
            for application, id_, amount, memo, number in self.applied
            if (application, memo, number) == (row.application, row.source, row.number)
        ]
        self.receipts += [PadReceipt(id_, row.source, amount) for id_, amount in parts]

    def _receipt_anyway(self, invoice: PadInvoice, row: ModelRow) -> None:
        """Write the receipts of a paid invoice that has none: those of its memos, else one over nothing."""
        if any(receipt.invoice == invoice.id for receipt in self.receipts):
            return
        memos = [(memo, amount) for _, id_, amount, memo, _ in self.applied if id_ == invoice.id]
        self.receipts += [PadReceipt(invoice.id, memo, amount) for memo, amount in memos or [(row.source, ZERO)]]

    def _pay(self, wave: list[JudgedRow], paid_before: set[str | None]) -> None:
        """Write the PAD payments: of applied rows, and of those whose receipt is there and whose payment is missing."""
        found: dict[str, list[JudgedRow]] = {}
        made_up: set[tuple[object, ...]] = set()
        for one in wave:
            number = one.row.number
            if one.kind != "SETTLE_PAD":
                continue
            is_missing = one.rule == "invoice_paid" and number not in paid_before and self._has_receipt(one.row)
            if is_missing and one.row.identity() not in made_up:
                made_up.add(one.row.identity())
                one.rule = "payment_written"
            if one.is_ours:
                found.setdefault(number, []).append(one)
        for number, rows in found.items():
            self._pay_by_pad(number, rows)

    def _pay_by_pad(self, number: str, rows: list[JudgedRow]) -> None:
        known = [one for one in self._payments(number) if (one.method, one.status) == ("PAD", "COMPLETED")]
        first = rows[0].row
        if not known:
            amount = sum((one.row.amount for one in rows), ZERO)
            assert first.day is not None
            self.payments.append(PadPayment(number, "PAD", "COMPLETED", first.source, amount, first.day))
            return
        applied = [one.row for one in rows if one.outcome == "applied"]
        own = sum((row.amount for row in applied if row.source == known[0].receipt), ZERO)
        other = sum((row.amount for row in applied if row.source != known[0].receipt), ZERO)
        if applied:
            most = min(known[0].amount + own, first.original)
            known[0].amount = max(known[0].amount, most) + other

    def _open(self, invoice: PadInvoice) -> Decimal:
        receipts = [receipt for receipt in self.receipts if receipt.invoice == invoice.id]
        received = sum((receipt.amount for receipt in receipts), ZERO)
        credited = ZERO
        for memo in {memo for _, id_, _, memo, _ in self.applied if id_ == invoice.id}:
            applied = sum((amount for _, id_, amount, one, _ in self.applied if (id_, one) == (invoice.id, memo)), ZERO)
            credited += max(applied - sum((one.amount for one in receipts if one.number == memo), ZERO), ZERO)
        return max(invoice.total - received - credited, ZERO)

    def _apply_memos(self, rows: list[JudgedRow]) -> None:
        known_before = {application for application, *_ in self.applied}
        looked_at: dict[int | None, tuple[JudgedRow, Decimal]] = {}
        rows = [one for one in rows if one.outcome != "rejected" and one.rule != "same_row"]
        for one in rows:
            row = one.row
            is_memo = any(credit.is_memo and credit.identifier == row.source for credit in self.credits)
            if is_memo and row.amount > 0 and row.application not in {*known_before, *looked_at}:
                looked_at[row.application] = (one, self._place(row.application, row))
        known = {application for application, *_ in self.applied}
        for one in rows:
            if one.outcome == "applied":
                is_memo = any(credit.is_memo and credit.identifier == one.row.source for credit in self.credits)
                if not is_memo and one.row.application not in known:
                    one.rule = "no_credit_memo"
                continue
            first, placed = looked_at.get(one.row.application, (None, ZERO))
            if first is one and placed:
                one.end("applied", "credit_applied")
            elif first is not None and not placed and one.kind == "MEMO_PART":
                one.end("rejected", "no_room_for_credit")
            elif one.row.application in known:
                one.end("already_applied", "credit_applied")
            elif one.kind == "MEMO_PART":
                one.end("skipped", "no_credit_memo")

    def _place(self, application: int | None, row: ModelRow) -> Decimal:
        behind = {
            invoice.id: invoice
            for status in ("ACTIVE", "COMPLETED")
            for invoice in self._behind(row.number, status)
            if invoice.method != "CC"
        }
        amount = row.amount
        for id_ in sorted(behind, reverse=True):
            room = behind[id_].total - sum((part for _, known, part, *_ in self.applied if known == id_), ZERO)
            part = min(room, amount)
            if part > 0:
                self.applied.append((application, id_, part, row.source, row.number))
                amount -= part
        return row.amount - amount

    def _note_unpaid_receipts(self, judged: list[JudgedRow]) -> None:
        """Note what was booked of bank receipts before without any payment: it is paid together with what is new."""
        known = {payment.receipt for payment in self.payments}
        left_out: dict[tuple[object, ...], JudgedRow] = {}
        for one in judged:
            is_booked = one.outcome == "already_applied" and one.rule in {"invoice_paid", "receipt_exists"}
            if is_booked and one.kind in {"SETTLE_ONE", "PART_ONE", "SETTLE_CREDIT"} and one.row.source not in known:
                left_out.setdefault(one.row.identity(), one)
        booked = [one for one in judged if one.outcome == "applied" or one in left_out.values()]
        by_bank = {one.row.source for one in booked if one.row.record == "BOLP"}
        for one in left_out.values():
            if one.row.source in by_bank:
                one.rule = "payment_written"

    def _pay_by_bank(self, judged: list[JudgedRow]) -> None:
        applied = [one for one in judged if one.counts]
        for receipt in dict.fromkeys(one.row.source for one in applied if one.row.record == "BOLP"):
            rows = [one.row for one in applied if one.row.source == receipt]
            amount = sum((row.amount for row in rows), ZERO)
            known = [
                one
                for one in self.payments
                if (one.receipt, one.method, one.status) == (receipt, "ONLINE_BANKING", "COMPLETED")
            ]
            if known:
                known[0].amount += amount
                known[0].number = None
                continue
            number = rows[0].number if len(rows) == 1 else None
            day = rows[0].day
            assert day is not None
            self.payments.append(PadPayment(number, "ONLINE_BANKING", "COMPLETED", receipt, amount, day))

    # -- money that goes back

    def _bounce(self, wave: list[JudgedRow], judged: list[JudgedRow]) -> None:
        for one in wave:
            if one.kind != "BOUNCE" or one.outcome != "applied":
                continue
            row = one.row
            own = self._receipts_of(row)
            has_bounced = (row.number, row.source) in self.bounced
            self.bounced.add((row.number, row.source))
            if own and row.status == "not paid" and not (has_bounced and one.rule == "another_receipt"):
                own += [receipt for receipt in self._old_parts(row.number) if receipt not in own]
            on_open = own or self._unnamed_parts(row, judged[: judged.index(one)])
            if one.rule == "another_receipt":
                self._fail_further(row)
                self._take_from_open(row, own if has_bounced else on_open)
                continue
            self._fail_payment(row, is_half_noted=one.rule == "payment_failed")
            if one.rule == "payment_failed":
                continue
            (owner,) = self._owners(row)
            self._take_from_open(row, on_open)
            settled = {invoice.id: invoice.method for invoice in self._behind(row.number, "COMPLETED")}
            bounced = own or [one for one in self.receipts if one.invoice in settled and not self._is_of_memo(one)]
            several = len({one.invoice for one in bounced if settled.get(one.invoice) != "CC"}) > 1
            if not own and self._left_paid(row) and not several:
                bounced = [one for one in bounced if one.amount == row.outstanding][:1] or bounced
            for invoice in self._behind(row.number, "COMPLETED"):
                self.receipts = [one for one in self.receipts if one.invoice != invoice.id or one not in bounced]
                invoice.paid = ZERO
                if invoice.status not in FINAL:
                    invoice.status = "SETTLEMENT_SCHED"
            for reference in self.references:
                if reference.number == row.number and reference.status == "COMPLETED":
                    reference.status = "ACTIVE"
            profile = self._pad_profile(owner, row.account)
            assert profile is not None
            if profile.status != "FREEZE":
                profile.status = "FREEZE"
                fee = PadInvoice(-1 - len(self.bounces), owner, profile.cfs, "CC", "CREATED", FEE)
                self.invoices.append(fee)
                self.references.append(PadReference(fee.id, row.number, "ACTIVE"))
                self.bounces.append(row.number)

    def _fail_further(self, row: ModelRow) -> None:
        """Take another receipt that bounced from what the failed payments of its number keep."""
        payments = [one for one in self._payments(row.number) if one.method not in CARDS]
        failed = [one for one in payments if one.status == "FAILED"]
        own = [one for one in payments if (one.status, one.receipt) == ("COMPLETED", row.source)]
        before = ([one for one in failed if one.receipt == row.source and one.method == "PAD"]
                  or [one for one in failed if one.method == "PAD"] or failed)  # fmt: skip
        turned = ([one for one in own if one.method == "PAD"] or own or before)[-1]
        kept = min([self._left_paid(row), *(one.amount for one in failed)])
        for one in [*failed, turned]:
            one.amount = kept
        self._fail_one(turned, row)

    def _fail_one(self, turned: PadPayment, row: ModelRow) -> None:
        """Let the payment have failed; of all that failed of its number one does, and the others are deleted."""
        payments = [one for one in self._payments(row.number) if one.method not in CARDS]
        day = max([one.day for one in payments if one.status == "FAILED"] + [row.day])
        turned.status, turned.receipt, turned.day = "FAILED", row.source, row.day
        failed = [one for one in payments if one.status == "FAILED" and one is not turned] + [turned]
        left = ([one for one in failed if one.method == "PAD"] or failed)[-1]
        left.day = day
        for one in failed:
            one.status = "FAILED" if one is left else "DELETED"

    def _old_parts(self, number: str) -> list[PadReceipt]:
        """Return the receipts of a number that only the service before us can have booked, under an Application Id."""
        owed = [invoice for invoice in self._behind(number, "ACTIVE") if invoice.method != "CC"]
        ids = {invoice.id for invoice in self._behind(number, "COMPLETED") or owed}
        known = {receipt for one, _, receipt in self.part_receipts if one == number}
        known |= {source for one, source, _ in self.booked if one == number}
        known |= {one.receipt for one in self._payments(number) if one.status == "COMPLETED" and one.receipt}
        known |= {credit.identifier for credit in self.credits}
        parts = [
            one for one in self.receipts if one.invoice in ids and one.number.isdigit() and one.number not in known
        ]
        return [one for one in parts if not self._is_of_memo(one)]

    def _unnamed_parts(self, row: ModelRow, before: list[JudgedRow]) -> list[PadReceipt]:
        """Return the parts of an open number that the row says are not paid: all, or one over the difference.

        before  the rows of the file before this one
        """
        if self._behind(row.number, "COMPLETED"):
            return []
        behind = self._behind(row.number, "ACTIVE")
        owed = {invoice.id for invoice in behind if invoice.method != "CC"}
        parts = [one for one in self.receipts if one.invoice in owed and not self._is_of_memo(one)]
        left = self._left_paid(row)
        ids = {invoice.id for invoice in behind}
        credited = sum((amount for _, id_, amount, *_ in self.applied if id_ in ids), ZERO)
        covering = [one.row for one in [*self.covering, *before] if one.covers_part]
        credited += sum((one.amount for one in covering if one.number == row.number), ZERO)
        paid = sum((one.amount for one in parts), ZERO) + credited
        failed = [one for one in self._payments(row.number) if one.status == "FAILED" and one.method not in CARDS]
        if paid > row.original and failed:
            paid = min(one.amount for one in failed)
        return [one for one in parts if one.amount == paid - left][:1] if left else parts

    def _take_from_open(self, row: ModelRow, bounced: list[PadReceipt]) -> None:
        """Delete receipts that bounced on open invoices; of what was paid of them in part nothing counts as paid."""
        for invoice in self._behind(row.number, "ACTIVE"):
            gone = [one for one in bounced if one.invoice == invoice.id]
            self.receipts = [one for one in self.receipts if one not in gone]
            if gone and invoice.status in {"PARTIAL_PAID", *FINAL}:
                invoice.status, invoice.paid = invoice.status.replace("PARTIAL_PAID", "SETTLEMENT_SCHED"), ZERO

    def _is_of_memo(self, receipt: PadReceipt) -> bool:
        """Return whether a receipt is over no more than a credit memo of that number paid."""
        paid = [part for _, id_, part, memo, _ in self.applied if (id_, memo) == (receipt.invoice, receipt.number)]
        return bool(paid) and receipt.amount <= sum(paid, ZERO)

    def _fail_payment(self, row: ModelRow, *, is_half_noted: bool) -> None:
        amount = self._left_paid(row)
        completed = [one for one in self._payments(row.number) if one.status == "COMPLETED" and one.method not in CARDS]
        own = [one for one in completed if one.receipt == row.source]
        pad = [one for one in own or completed if one.method == "PAD"]
        turned = (pad or own or completed)[-1:]
        if not turned:
            turned = [PadPayment(row.number, "PAD", "FAILED", row.source, amount, row.day)]
            self.payments += turned
        failed = [one for one in self._payments(row.number) if one.status == "FAILED" and one.method not in CARDS]
        if is_half_noted:
            amount = min([amount, *(one.amount for one in failed)])
        for one in [*turned, *failed]:
            one.amount = amount
        self._fail_one(turned[0], row)

    # -- looking things up

    @staticmethod
    def _left_paid(row: ModelRow) -> Decimal:
        return max(row.original - row.outstanding, ZERO) if row.status == "partially paid" else ZERO

    def _behind(self, number: str, status: str) -> list[PadInvoice]:
        ids = [one.invoice for one in self.references if (one.number, one.status) == (number, status)]
        return [invoice for invoice in self.invoices if invoice.id in ids]

    def _has(self, invoice: int, number: str) -> bool:
        return any((one.invoice, one.number) == (invoice, number) for one in self.references)

    def _receipts_of(self, row: ModelRow) -> list[PadReceipt]:
        """Return the receipts of a row's source on its number: those under its number, and those of its parts."""
        numbers = {row.source, *(receipt for *of, receipt in self.part_receipts if of == [row.number, row.source])}
        return [one for one in self.receipts if one.number in numbers and self._has(one.invoice, row.number)]

    def _has_receipt(self, row: ModelRow) -> bool:
        return any(one.number == row.source and self._has(one.invoice, row.number) for one in self.receipts)

    def _is_paid_by_card(self, number: str) -> bool:
        return any(one.status == "COMPLETED" and one.method in CARDS for one in self._payments(number))

    def _payments(self, number: str) -> list[PadPayment]:
        return [payment for payment in self.payments if payment.number == number]

    def _owners(self, row: ModelRow) -> set[int]:
        return {profile.account for profile in self.profiles if profile.cfs == row.account}

    def _pad_profile(self, account: int, cfs: str) -> PadProfile | None:
        usable = [
            one for one in self.profiles if one.account == account and one.method == "PAD" and one.status != "INACTIVE"
        ]
        named = [one for one in usable if one.cfs == cfs]
        return (named or usable)[-1] if usable else None

    def copy(self) -> "PadModel":
        """Return a copy that can be changed by itself."""
        return deepcopy(self)
