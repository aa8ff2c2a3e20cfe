"""What ROUTING_SLIP_RECREATE must make of the slips that are due. Source: docs/specs/routing-slips.md section 3."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sandbox.world.model.records import ZERO, ModelInvoice, ModelReceipt, WorldModel, local_day

NSF_FEE = Decimal("30.00")
_AUTHORIZED = frozenset({"REFUND_AUTHORIZED", "WRITE_OFF_AUTHORIZED"})
_PENDING = frozenset({"APPROVED", "CREATED", "REFUND_REQUESTED"})


@dataclass
class ModelSlip:
    """A routing slip.

    receipt      the number of its deposit in CFS
    free         what of the deposit is not applied in CFS
    profile      of its CFS account, as status
    has_bounced  whether its deposit did, and the job has worked that
    """

    number: str
    account: int
    profile_id: int
    site: str
    day: date
    total: Decimal
    remaining: Decimal
    receipt: str
    free: Decimal
    status: str = "ACTIVE"
    profile: str = "ACTIVE"
    parent: str | None = None
    version: int = 1
    refunded: Decimal = ZERO
    refund_status: str | None = None
    has_bounced: bool = False

    def name_receipt(self) -> None:
        """Let the deposit have the number that follows from parent and version."""
        version = f"R{self.version}" if self.version > 1 else ""
        self.receipt = f"{self.number}{'L' if self.parent else ''}{version}"


def learn_slip_run(model: WorldModel, slips: dict[str, ModelSlip], now: datetime) -> None:
    """Take in that every slip that was due has been worked; now is naive UTC."""
    for root in [one for one in slips.values() if one.parent is None]:
        children = [one for one in slips.values() if one.parent == root.number]
        for child in children:
            if child.status == "LINKED" and child.profile == "ACTIVE":
                _link(model, root, child, now)
        _work(model, root, [root, *children], now)


def learn_cheques(
    model: WorldModel, slips: dict[str, ModelSlip], cheques: Iterable[str], refused: Collection[str]
) -> None:
    """Take in the answer to a batch of cheques; each goes by its own lines, whatever the batch's header says."""
    for number in cheques:
        slip = slips[number]
        answer = "refused" if number in refused else "accepted, its batch refused" if "BH" in refused else "accepted"
        model.chronicle.note(f"REFUND: a cheque {answer}", f"slip {number}")
        slip.status = "REFUND_REJECTED" if number in refused else "REFUND_PROCESSED"
        slip.refund_status = slip.refund_status if number in refused else "PROCESSED"


def invoices_of(model: WorldModel, *slips: ModelSlip) -> list[ModelInvoice]:
    """Return the transactions of slips, and their fees, by id."""
    return model.of_slips({one.number: None for one in slips})


def in_hand(slips: dict[str, ModelSlip], root: ModelSlip) -> list[ModelSlip]:
    """Return the members of a family whose deposits have not bounced."""
    return [one for one in slips.values() if root.number in {one.number, one.parent} and not one.has_bounced]


def apply_deposits(invoice: ModelInvoice, members: Iterable[ModelSlip]) -> Decimal:
    """Pay an invoice from deposits as far as they reach; return what is still due."""
    due = invoice.total - sum((one.amount for one in invoice.receipts), ZERO)
    for slip in members:
        part = min(due, slip.free)
        if part > 0:
            invoice.receipts.append(ModelReceipt(slip.receipt, part))
            slip.free -= part
            due -= part
    return due


def _work(model: WorldModel, root: ModelSlip, members: list[ModelSlip], now: datetime) -> None:
    family = invoices_of(model, *members)
    met = f"slip {root.status}, {len(members)} in the family, {'with' if family else 'without'} transactions"
    before = (root.version, root.profile, root.remaining)
    _work_by_status(model, root, members, now)
    if before != (root.version, root.profile, root.remaining):
        model.chronicle.note(met, f"slip {root.number}")


def _work_by_status(model: WorldModel, root: ModelSlip, members: list[ModelSlip], now: datetime) -> None:
    family = invoices_of(model, *members)
    is_open = root.profile == "ACTIVE"
    if root.status == "VOID" and is_open and not family:
        root.version += 1
        root.remaining = ZERO
        root.profile = "INACTIVE"
        for member in members:
            member.free = ZERO
    elif root.status == "NSF" and not all(one.has_bounced for one in members):
        _bounce(model, root, members, now)
    elif root.status == "NSF":
        _owe_again(model, root)
    elif root.status == "CORRECTION" and is_open and not any(one.status == "APPROVED" for one in family):
        _correct(model, root)
    elif root.status in _AUTHORIZED and root.remaining > 0 and not any(one.status in _PENDING for one in family):
        root.refunded += root.remaining
        root.remaining = ZERO
        for member in members:
            member.free = ZERO


def _link(model: WorldModel, root: ModelSlip, child: ModelSlip, now: datetime) -> None:
    """The deposit moves to the parent, and pays what a bounce left owed there."""
    model.chronicle.note(
        f"slip linked to one that is {root.status}, version {child.version}",
        f"slip {root.number}",
        f"slip {child.number}",
    )
    child.profile = "INACTIVE"
    child.name_receipt()
    for invoice in invoices_of(model, root):
        if invoice.status == "CREATED" and invoice.reference("ACTIVE") and not apply_deposits(invoice, [child]):
            invoice.status, invoice.paid, invoice.payment_date = "PAID", invoice.total, now
            for reference in invoice.references:
                reference.status = "COMPLETED" if reference.status == "ACTIVE" else reference.status
    if root.status == "NSF":
        root.status = "ACTIVE"


def _correct(model: WorldModel, root: ModelSlip) -> None:
    """The deposit is made anew over the corrected total, and pays again what it paid."""
    old, applied = root.receipt, ZERO
    root.version += 1
    root.name_receipt()
    for invoice in invoices_of(model, root):
        for receipt in invoice.receipts:
            if receipt.number == old and invoice.status == "PAID":
                receipt.number = root.receipt
                applied += receipt.amount
    root.free = root.total - applied
    root.status = "ACTIVE" if root.remaining else "COMPLETE"


def _owe_again(model: WorldModel, root: ModelSlip) -> None:
    for invoice in invoices_of(model, root):
        if invoice.status == "PAID":
            invoice.status, invoice.paid, invoice.payment_date, invoice.receipts = "CREATED", ZERO, None, []
            for reference in invoice.references:
                reference.status = "ACTIVE" if reference.status == "COMPLETED" else reference.status


def _bounce(model: WorldModel, root: ModelSlip, members: list[ModelSlip], now: datetime) -> None:
    """The deposits are gone, what they paid is owed again, and a fee is as well."""
    numbers = {one.number for one in members}
    for payment in model.payments:
        if payment.receipt in numbers and payment.method in {"CASH", "CHEQUE"}:
            payment.status = "FAILED"
    _owe_again(model, root)
    for invoice in invoices_of(model, root):
        if invoice.status == "REFUND_REQUESTED":
            invoice.receipts = []
    for member in members:
        member.free, member.has_bounced = ZERO, True
    root.profile, root.remaining = "FREEZE", root.remaining - NSF_FEE
    fee = ModelInvoice(0, root.account, "INTERNAL", local_day(now), NSF_FEE, "CREATED", slip=root.number)
    model.fees[f"{root.number} {sum(one.slip == root.number for one in model.fees.values()) + 1}"] = fee
