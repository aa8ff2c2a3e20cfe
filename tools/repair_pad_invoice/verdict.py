"""Decide from the evidence what is the matter with a PAD invoice and what is to be done; nothing is read or written.

Source: docs/specs/invoice-lifecycle.md section 5.1 (the numbers in the comments) and section 7.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from config.business_days import business_days_since, next_business_day
from tools.repair_pad_invoice.evidence import Evidence, SettlementRow, Waiting

FINAL = frozenset(
    {"CANCELLED", "CREDITED", "REFUNDED", "REFUND_REQUESTED", "MANUALLY_REFUNDED", "CHARGEBACK", "GL_UPDATED_REFUND",
     "DELETED", "DELETE_ACCEPTED"}
)  # fmt: skip
NORMAL_BUSINESS_DAYS = 2
PAD_DAILY = "BCR-PAD Daily"
_SETTLES = frozenset({"SETTLE_PAD", "SETTLE_CREDIT"})
_MOST_DAYS = 10
_PROFILES = {
    "FREEZE": "the account is frozen after a bounced payment: the customer pays the open invoices by card; do not"
    " unlock it by hand",
    "PENDING": "the account has no CFS profile yet: look at the errors of CREATE_CFS_ACCOUNTS",
    "PENDING_PAD_ACTIVATION": "the account is in its confirmation period: wait for the activation",
    "INACTIVE": "the customer changed the payment method or bank details: this profile is not charged any more",
}


class Action(StrEnum):
    """What follows from a verdict."""

    APPLY = "apply the row"
    NOTHING = "nothing to do"
    WAIT = "wait"
    PERSON = "a person must act"


@dataclass(frozen=True)
class Verdict:
    """What to do, and why in words."""

    action: Action
    says: str


def judge(known: Evidence, today: date) -> Verdict:
    """Give the verdict on a CFS number, or on an invoice that has none."""
    asked = known.asked
    if asked.status == "PAID":
        paid = f" since {asked.payment_date:%Y-%m-%d}" if asked.payment_date else ""
        return Verdict(Action.NOTHING, f"it is PAID{paid}")
    if asked.status in FINAL:
        return Verdict(Action.NOTHING, f"{asked.status} is final and is not moved back to PAID")
    if asked.status not in {"APPROVED", "SETTLEMENT_SCHED"}:
        return Verdict(Action.PERSON, f"a PAD invoice is not expected to be {asked.status}; see explain invoice")
    if known.number is None:
        return _unsent(known, today)
    if asked.is_consolidated:  # P15
        return Verdict(Action.PERSON, f"{known.number} is a bundle to be paid by card: that payment decides")
    if known.site is None:
        return Verdict(Action.PERSON, "the CFS profile of the invoice (invoices.cfs_account_id) is not complete")
    if known.cfs is None:  # P8
        where = f"party {known.site.party}, account {known.site.account}, site {known.site.site}"
        return Verdict(
            Action.PERSON,
            f"CFS does not have {known.number} on {where}: check invoices.cfs_account_id, then ask CAS",
        )
    return _not_charged(known, today) if known.cfs.amount_due else _charged(known)


def _unsent(known: Evidence, today: date) -> Verdict:
    """P1 to P7 and P16: no ACTIVE reference."""
    if known.asked.completed_number is not None:
        return Verdict(
            Action.PERSON,
            f"reference {known.asked.completed_number} is COMPLETED and the invoice is not PAID: half applied. See "
            "explain invoice; no settlement row can be applied to a completed reference",
        )
    reason = _PROFILES.get(known.asked.profile_status or "")
    if reason is not None:
        return Verdict(Action.PERSON, f"it was never sent to CFS: {reason}")
    if business_days_since(known.sent_on, today) < NORMAL_BUSINESS_DAYS:
        return Verdict(Action.WAIT, "it has no reference yet: CREATE_INVOICES sends it in the evening")
    return Verdict(
        Action.PERSON,
        f"it has no reference although it is from {known.sent_on}: look at the errors of CREATE_INVOICES, and see "
        "STALE_INVOICE_REPORT for what CFS has of it",
    )


def _not_charged(known: Evidence, today: date) -> Verdict:
    """P9 to P11: CFS still wants money."""
    assert known.cfs is not None
    due, total = known.cfs.amount_due, known.cfs.total
    whys = list(_why_not_charged(known, today))
    young = not whys and business_days_since(known.sent_on, today) < NORMAL_BUSINESS_DAYS
    if young:
        whys = [f"it was sent on {known.sent_on}: fewer than {NORMAL_BUSINESS_DAYS} business days ago"]
    says = f"it was not charged: CFS still wants {due:.2f} of {total:.2f}"
    reason = "; ".join(whys) or "no reason is known here: ask CAS why it was not pulled"
    return Verdict(Action.WAIT if young else Action.PERSON, f"{says}; {reason}")


def _why_not_charged(known: Evidence, today: date) -> Iterator[str]:
    assert known.cfs is not None
    if known.bounce is not None:
        yield f"the payment bounced ({known.bounce}): the customer pays by card"
    status = known.asked.profile_status or ""
    if status in _PROFILES:
        since = f" (activation on {known.asked.active_from:%Y-%m-%d})" if known.asked.active_from else ""
        yield f"profile {status}: {_PROFILES[status]}{since if status == 'PENDING_PAD_ACTIVATION' else ''}"
    if known.collects_by != PAD_DAILY:
        yield f"the site collects by '{known.collects_by}' (expected '{PAD_DAILY}')"
    if known.cfs.amount_due > known.cfs.total and known.bounce is None:
        yield "more is due than was invoiced: a fee was added"
    elif 0 < known.cfs.amount_due < known.cfs.total:
        yield "a part is covered, by a credit or a receipt: wait one night, then ask CAS"


def _charged(known: Evidence) -> Verdict:
    """P12 to P14: CFS has its money and we do not know of it."""
    rejected = [row for row in known.rows if row.outcome == "rejected"]
    usable = [row for row in rejected if row.kind in _SETTLES]
    odd = [row for row in rejected if row.kind not in _SETTLES]
    if odd:
        return Verdict(Action.PERSON, _odd(odd))
    if usable:
        return Verdict(Action.APPLY, f"CFS has its money; the row was rejected: {_listed(usable)}")
    if known.files.waiting is not None:
        return Verdict(Action.PERSON, _waiting(known.files.waiting))
    if known.files.earlier is not None:
        return Verdict(
            Action.PERSON,
            f"CFS has its money, and the service before us did not finish its row ({known.files.earlier}); see explain "
            "invoice for what is missing",
        )
    if whole := [row for row in known.rows if row.kind in _SETTLES or row.kind == "BOUNCE"]:
        return Verdict(
            Action.PERSON, f"CFS has its money, and its row is not rejected: {_listed(whole)}; see explain invoice"
        )
    return Verdict(Action.PERSON, _nowhere(known))


def _odd(rows: list[SettlementRow]) -> str:
    if any(row.kind == "BOUNCE" for row in rows):
        return (
            f"CFS has its money, but a rejected row says that the payment bounced: {_listed(rows)}. Applying it would "
            "freeze the account; ask CAS which is right"
        )
    return f"CFS has its money, but a rejected row cannot be applied as it is: {_listed(rows)}; ask CAS for a new file"


def _waiting(file: Waiting) -> str:
    """Say where the row is, and the command that applies its file; rule 3: its bounces first."""
    bounces = f"; it holds {file.bounces} NSF rows, look at them first" if file.bounces else "; it holds no NSF rows"
    if file.state in {"held", "failed"}:
        how = f'files replay {file.name} --reason "..."'
    elif file.state == "received":
        how = f"PAD_RECONCILE --file {file.name}"
    elif file.state == "stored":
        how = "PAD_RECONCILE (it is not in the backup directory yet)"
    else:
        how = f"fetch {file.object_key or f'ar/{file.name}'} from the bucket, then PAD_RECONCILE --file {file.name}"
    return f"CFS has its money; the row is in {file.name}, which is {file.state}{bounces}. Apply the file: {how}"


def _nowhere(known: Evidence) -> str:
    says = "CFS has its money, and no settlement file that is known holds the number"
    if known.files.problem:
        says += f" (not all could be searched: {known.files.problem})"
    first = known.files.first
    if first is None:
        return f"{says}; no settlement file is known at all. Look for them on the SFTP server, or ask CAS"
    if not known.files.missing and first <= next_business_day(known.sent_on + timedelta(days=1)):
        return (
            f"{says}; there is a file of every business day since {known.sent_on}. It was paid by a memo or an "
            "adjustment: ask CAS"
        )
    if not known.files.missing:
        return (
            f"{says}; there is a file of every business day since {first}, the first that is known. Look for an "
            "earlier one in the backup directory of the SFTP server, or ask CAS"
        )
    days = ", ".join(map(str, known.files.missing[:_MOST_DAYS]))
    more = len(known.files.missing) - _MOST_DAYS
    return (
        f"{says}; no file is known of {days}{f' and {more} more business days' if more > 0 else ''}. Look for them in "
        "the backup directory of the SFTP server, or ask CAS"
    )


def _listed(rows: list[SettlementRow]) -> str:
    return "; ".join(map(str, rows))
