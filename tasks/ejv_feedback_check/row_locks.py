"""Lock what a batch is about before it is judged: what is changed is then what was judged.

The order is that of all jobs: batch, journals and links, invoices, then what hangs on them, each by its key. An invoice
whose receipts decide is locked so that no receipt can be added to it either.
"""

from sqlalchemy import text

from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

# A receipt that is added refers to its invoice, which UPDATE forbids and NO KEY UPDATE does not.
_STRENGTH = {"PAYMENT": "UPDATE", "DISBURSEMENT": "NO KEY UPDATE", "NON_GOV_DISBURSEMENT": "NO KEY UPDATE"}
_STEPS = {
    "PAYMENT": ("lock_links", "lock_invoices", "lock_partial_refunds"),
    "DISBURSEMENT": ("lock_links", "lock_invoices", "lock_partial_refunds", "lock_partner_disbursements"),
    "NON_GOV_DISBURSEMENT": ("lock_links", "lock_invoices"),
    "REFUND": ("lock_slips",),
    "EFT_REFUND": ("lock_eft_refunds",),
}


def lock_rows(session: Session, batch: int, file_type: str) -> None:
    """Lock every row that the staged lines of a batch may change, until the transaction ends."""
    for step in _STEPS[file_type]:
        statement = sql[step].text.replace("{strength}", _STRENGTH.get(file_type, ""))
        session.execute(text(statement), {"batch": batch})
