"""What PAD_RECONCILE must make of the lines of a settlement file. Source: docs/specs/cas-settlement-csv.md."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from decimal import Decimal

from sandbox.world.model.records import (
    FINAL,
    ZERO,
    ModelCredit,
    ModelInvoice,
    ModelPayment,
    ModelReceipt,
    WorldModel,
    local_day,
)
from sandbox.world.settlement_line import FULLY, ON_ACCOUNT, PARTIALLY, SettlementLine

NSF_FEE = Decimal("30.00")
_OF_A_LOCK = ("lockAccount", "activity")


def learn_settlements(model: WorldModel, lines: Sequence[SettlementLine], now: datetime) -> None:
    """Take in the lines of a file that was read; now is naive UTC."""
    for line in lines:
        if line.record == "CMAP":
            _apply_memo(model, line)
    for number in dict.fromkeys(line.number for line in lines if line.record in {"PADP", "CMAP"}):
        _settle(model, [line for line in lines if line.number == number and line.record in {"PADP", "CMAP"}])
    _learn_bank_lines(model, lines)
    for line in lines:
        if line.record == "PADR":
            _bounce(model, line, now)


def _note(model: WorldModel, what: str, line: SettlementLine) -> None:
    """Note what a line says, about the account and the invoices behind its number."""
    behind = model.behind(line.number, "ACTIVE", "COMPLETED")
    model.chronicle.note(
        what, f"account {model.owner_of(line.account).id}", *(f"invoice {one.id}" for one in behind if one.id)
    )


def _apply_memo(model: WorldModel, line: SettlementLine) -> None:
    """Spread what the memo paid over the invoices of the number, the highest id first, each up to its total."""
    _note(model, f"CMAP: a credit memo pays {'all' if line.status == FULLY else 'a part'} of a number", line)
    credit = model.credits[line.source]
    credit.used += line.amount
    left = line.amount
    for invoice in sorted(model.behind(line.number, "ACTIVE", "COMPLETED"), key=lambda one: -one.id):
        if invoice.method == "CC":
            continue
        part = min(left, invoice.total - _from_memos(model, invoice))
        if part > 0:
            credit.applied[invoice.id] = credit.applied.get(invoice.id, ZERO) + part
            left -= part
    assert not left, f"{line.source} pays {line.amount} of {line.number}, which has no room for {left}"


def _settle(model: WorldModel, lines: Sequence[SettlementLine]) -> None:
    """Let the invoices of a number be paid, if the last line says so."""
    if lines[-1].status != FULLY:
        return
    day = datetime.combine(lines[-1].day, time.min)
    invoices = sorted(model.behind(lines[-1].number, "ACTIVE"), key=lambda one: one.id)
    settling = [line for line in lines if line.record == "PADP" or line.status == FULLY]
    _write_receipts(model, invoices, settling)
    for invoice in invoices:
        if invoice.status in FINAL:
            model.chronicle.note("an invoice was settled after its refund", f"invoice {invoice.id}")
        else:
            invoice.status = "PAID"
            if invoice.method == "ONLINE_BANKING":
                model.told.append(("payment COMPLETED", str(invoice.id)))
        invoice.paid, invoice.payment_date = invoice.total, day
        for reference in invoice.references:
            if reference.number == lines[-1].number:
                reference.status = "COMPLETED"
        if invoice.status == "PAID" and not invoice.receipts:
            model.chronicle.note("an invoice has receipts of credit memos alone")
            invoice.receipts += _memo_receipts(model, invoice)
    pulled = [line for line in lines if line.record == "PADP"]
    if pulled:
        owner = model.owner_of(pulled[0].account)
        paid = sum((line.amount for line in pulled), ZERO)
        with_memo = ", beside a credit memo" if len(lines) > len(pulled) else ""
        _note(model, f"PADP: {'one invoice' if len(invoices) == 1 else 'several invoices'}{with_memo}", pulled[0])
        model.payments.append(
            ModelPayment(owner.id, "PAD", "COMPLETED", pulled[0].number, pulled[0].source, pulled[0].original, paid)
        )


def _write_receipts(model: WorldModel, invoices: Iterable[ModelInvoice], lines: Sequence[SettlementLine]) -> None:
    """Money pays what memos left open of each invoice, by id; a memo that settles has receipts for its parts."""
    settling_memos = {line.source for line in lines if line.record == "CMAP"}
    for invoice in invoices:
        invoice.receipts += [one for one in _memo_receipts(model, invoice) if one.number in settling_memos]
    for line in lines:
        if line.record == "PADP":
            for invoice in invoices:
                rest = invoice.total - _from_memos(model, invoice)
                if rest > 0:
                    invoice.receipts.append(ModelReceipt(line.source, rest))


def _memo_receipts(model: WorldModel, invoice: ModelInvoice) -> list[ModelReceipt]:
    return [
        ModelReceipt(credit.identifier, credit.applied[invoice.id])
        for credit in model.credits.values()
        if invoice.id in credit.applied
    ]


def _from_memos(model: WorldModel, invoice: ModelInvoice) -> Decimal:
    return sum((credit.applied.get(invoice.id, ZERO) for credit in model.credits.values()), ZERO)


def _learn_bank_lines(model: WorldModel, lines: Sequence[SettlementLine]) -> None:
    """Online banking pays one invoice, or makes a credit; of a wire only its payment is completed."""
    for line in lines:
        if line.target == "RECEIPT":
            _note(model, "ONAC: money stays on account", line)
            owner = model.owner_of(line.account)
            model.credits[line.source] = ModelCredit(
                line.source, owner.id, "ONLINE_BANKING", line.original, is_memo=False
            )
        elif line.record == "ONAC":
            model.credits[line.source].used += line.amount
            if line.status == FULLY:
                _pay_one(model, line)
            else:
                _note(model, f"ONAC: {line.status}", line)
        elif line.record == "BOLP":
            _pay_one(model, line)
        elif line.record == "EFTP":
            _note(model, "EFTP: a wire", line)
    wires = {line.source for line in lines if line.record == "EFTP"}
    for payment in model.payments if wires else ():
        if payment.receipt in wires:
            payment.status = "COMPLETED"
    for source in dict.fromkeys(line.source for line in lines if line.record == "BOLP"):
        model.payments.append(_bank_payment(model, [line for line in lines if line.source == source]))


def _pay_one(model: WorldModel, line: SettlementLine) -> None:
    (invoice,) = model.behind(line.number, "ACTIVE")
    is_whole = line.status == FULLY
    rest = " of what was paid in part" if invoice.status == "PARTIAL_PAID" else ""
    _note(model, f"{line.record}: {line.status}{rest}", line)
    invoice.receipts.append(ModelReceipt(line.source if is_whole else str(line.application), line.amount))
    invoice.status = "PAID" if is_whole else "PARTIAL_PAID"
    invoice.paid = invoice.total - line.outstanding
    if is_whole:
        model.told.append(("payment COMPLETED", str(invoice.id)))
        invoice.payment_date = datetime.combine(line.day, time.min)
        for reference in invoice.references:
            reference.status = "COMPLETED"


def _bank_payment(model: WorldModel, lines: Sequence[SettlementLine]) -> ModelPayment:
    """One payment a receipt; it names the invoice where it paid nothing else."""
    owner = model.owner_of(lines[0].account).id
    paid = sum((line.amount for line in lines), ZERO)
    payment = ModelPayment(owner, "ONLINE_BANKING", "COMPLETED", None, lines[0].source, ZERO, paid)
    if len(lines) == 1:
        payment.number, payment.invoice_amount = lines[0].number, lines[0].original
    is_over, is_under = (any(one.status == status for one in lines) for status in (ON_ACCOUNT, PARTIALLY))
    kind = "OverPaid" if is_over else "UnderPaid" if is_under else "Payment"
    model.told.append((f"{kind} {paid}", model.accounts[owner].auth))
    return payment


def _bounce(model: WorldModel, line: SettlementLine, now: datetime) -> None:
    """Let a payment have come back: its invoices are owed again, and the account is frozen, once for all of them."""
    owner = model.owner_of(line.account)
    _note(model, f"PADR: {line.status}, the account is {owner.status}", line)
    for payment in model.payments:
        if payment.number == line.number and payment.status == "COMPLETED" and payment.method == "PAD":
            payment.status = "FAILED"
            payment.paid = line.original - line.outstanding if line.status == PARTIALLY else ZERO
    for invoice in model.behind(line.number, "COMPLETED"):
        invoice.receipts = [one for one in invoice.receipts if one.number != line.source]
        for reference in invoice.references:
            if reference.number == line.number:
                reference.status = "ACTIVE"
        if invoice.status in FINAL:
            model.chronicle.note("a bounce of an invoice that was refunded", f"invoice {invoice.id}")
        else:
            invoice.status = "SETTLEMENT_SCHED"
        invoice.paid = ZERO
    if owner.status == "FREEZE":
        return
    owner.status = "FREEZE"
    owner.owes_since = owner.owes_since or now
    fee = ModelInvoice(0, owner.id, "CC", local_day(now), NSF_FEE, "CREATED")
    model.fees[line.number] = fee
    model.refer(fee, line.number)
    model.told += [(f"lockAccount {line.amount}", owner.auth), ("activity ", owner.auth)]


def forget_lock(model: WorldModel, account: str) -> None:
    """Let nobody have heard of the lock of the account behind a CFS account."""
    auth = model.owner_of(account).auth
    model.told = [one for one in model.told if one[1] != auth or one[0].partition(" ")[0] not in _OF_A_LOCK]
