"""What has to be asked of CFS about an invoice, and when it is worth asking.

An invoice number is asked on the site of the invoice; a slip's on the site of the slip. Of a collection that does not
come the site is asked too, of a slip that does not pay its receipts.
"""

from typing import NamedTuple

from connectors.cfs import CfsSite
from diagnosis.cutoffs import Cutoffs
from diagnosis.evidence import Evidence, SlipRecord
from diagnosis.rules.rule import is_owing, is_whole

_NO_NEED = frozenset({"FREEZE", "PENDING", "PENDING_PAD_ACTIVATION", "INACTIVE", None})


class InvoiceQuestion(NamedTuple):
    """An invoice number on a site."""

    site: CfsSite
    number: str


def question(e: Evidence) -> InvoiceQuestion | None:
    """Return the invoice to look up, None where the answer would change nothing."""
    site = e.slip.site if e.invoice.method == "INTERNAL" and e.slip is not None else e.invoice.site
    if e.cfs_number is None or site is None or not _matters(e):
        return None
    return InvoiceQuestion(site, e.cfs_number)


def asks_site(e: Evidence, when: Cutoffs) -> bool:
    """Return whether to ask how CFS collects on the site: a PAD invoice that is late and whole."""
    is_late = e.invoice.active_on is not None and e.invoice.active_on <= when.settled_day
    return e.invoice.method == "PAD" and is_whole(e) and is_owing(e) and is_late


def asked_slip(e: Evidence) -> SlipRecord | None:
    """Return the slip whose receipts are to be looked up: one that CFS holds an unpaid invoice against."""
    return e.slip if e.invoice.method == "INTERNAL" and is_owing(e) else None


def _matters(e: Evidence) -> bool:
    invoice = e.invoice
    sent = invoice.active_number is not None
    if invoice.method == "PAD":
        if invoice.status == "APPROVED":
            return sent or (invoice.was_never_sent and invoice.profile_status not in _NO_NEED)
        return sent
    if invoice.method == "ONLINE_BANKING":
        return sent or invoice.takes_bank
    if invoice.method == "INTERNAL":
        usable = e.slip is not None and e.slip.profile_status not in {"PENDING", "INACTIVE", None}
        return invoice.status == "APPROVED" and usable
    if invoice.method == "EFT":
        return e.eft is not None or not (sent or invoice.completed_number)
    return invoice.method == "CC"
