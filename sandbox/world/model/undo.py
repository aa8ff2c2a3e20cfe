"""What is as it was before a bounce that was none, once `repair wrong-freeze` has taken it back.

Source: docs/specs/cas-settlement-csv.md section 8.
"""

from collections.abc import Callable
from datetime import datetime

from sandbox.world.model.records import WorldModel
from sandbox.world.settlement_line import SettlementLine


def undo_of(model: WorldModel, line: SettlementLine) -> Callable[[datetime], None]:
    """Return what takes a bounce back that is about to be read; it takes the time, naive UTC."""
    owner = model.owner_of(line.account)
    payments = [(one, one.status, one.paid) for one in model.payments if one.number == line.number]
    invoices = [
        (one, one.status, one.paid, list(one.receipts), [(reference, reference.status) for reference in one.references])
        for one in model.behind(line.number, "COMPLETED")
    ]

    def undo(now: datetime) -> None:
        for payment, status, paid in payments:
            payment.status, payment.paid = status, paid
        for invoice, status, paid, receipts, references in invoices:
            invoice.status, invoice.paid, invoice.receipts = status, paid, receipts
            for reference, state in references:
                reference.status = state
        fee = model.fees.pop(line.number)
        fee.status, fee.refund_date = "CANCELLED", now
        for reference in fee.references:
            reference.status = "CANCELLED"
        owner.status, owner.owes_since = "ACTIVE", None
        if any(whom == owner.auth and what.startswith("lockAccount ") for what, whom in model.told):
            model.told.append(("unlockAccount ", owner.auth))
        model.chronicle.note(
            "a wrong bounce is taken back", f"account {owner.id}", *(f"invoice {one.id}" for one, *_ in invoices)
        )

    return undo
