"""Which differences a line of docs/decisions explains: only where its predicate says so, and nothing by its words.

A decision is here if it speaks of rows and a scenario of the tests shows its difference; its id stands before its line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from database.pay.states import FINAL
from tools.compare_shadow.merging import ShadowDifference

_AP = ("REFUND", "EFT_REFUND", "NON_GOV_DISBURSEMENT")
_A_FEW_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class ShadowDecision:
    """A decision: its id, the page of docs/decisions, and what it explains."""

    id: str
    page: str
    explains: Callable[[ShadowDifference], bool]


def decision_for(difference: ShadowDifference) -> str | None:
    """Return the id of the decision that explains a difference, None where none does."""
    return next((one.id for one in DECISIONS if one.explains(difference)), None)


def _is_at(difference: ShadowDifference, *places: str) -> bool:
    return f"{difference.table}.{difference.column}" in places


def _batch_is_told(one: ShadowDifference) -> bool:
    if _is_at(one, "ejv_files.completed_on", "ejv_files.ack_file_ref"):
        return one.theirs is None
    return _is_at(one, "ejv_files.disbursement_status_code") and (one.theirs, one.ours) == ("UPLOADED", "ACKNOWLEDGED")


def _ap_names_its_answer(one: ShadowDifference) -> bool:
    return (
        _is_at(one, "ejv_files.feedback_file_ref")
        and one.theirs is None
        and one.our_row is not None
        and one.our_row["file_type"] in _AP
    )


def _message_has_its_code(one: ShadowDifference) -> bool:
    if not _is_at(one, "ejv_files.message", "ejv_headers.message", "ejv_links.message"):
        return False
    theirs, ours = (one.theirs or "").strip(), one.ours or ""
    return ours == theirs or (ours[:4].isalnum() and ours[:4] != "0000" and ours[4:].strip() == theirs)


def _partner_error_is_the_message(one: ShadowDifference) -> bool:
    return _is_at(one, "refunds_partial.gl_error") and one.theirs == "ERRORED" and bool(one.ours)


def _refused_part_is_asked_again(one: ShadowDifference) -> bool:
    return _is_at(one, "refunds_partial.status") and (one.theirs, one.ours) == ("REFUND_PROCESSING", "REFUND_REQUESTED")


def _payment_is_what_was_accepted(one: ShadowDifference) -> bool:
    return (
        _is_at(one, "payments.paid_amount", "payments.invoice_amount")
        and _is_journal(one)
        and one.theirs is not None
        and one.ours is not None
        and Decimal(one.ours) < Decimal(one.theirs)
    )


def _date_is_effective(one: ShadowDifference) -> bool:
    """Ours is a day, theirs a time within a few days of it."""
    if not (_is_at(one, "refunds.gl_posted") or (_is_at(one, "payments.payment_date") and _is_journal(one))):
        return False
    if one.theirs is None or one.ours is None:
        return False
    theirs, ours = datetime.fromisoformat(one.theirs), datetime.fromisoformat(one.ours)
    return ours.time() == datetime.min.time() != theirs.time() and abs(theirs - ours) <= _A_FEW_DAYS


def _is_journal(one: ShadowDifference) -> bool:
    return all(row is not None and row["payment_method_code"] == "EJV" for row in (one.their_row, one.our_row))


def _batch_is_released(one: ShadowDifference) -> bool:
    """Theirs stays as it was sent, ours may be sent again."""
    if _is_at(one, "ejv_links.disbursement_status_code", "ejv_headers.disbursement_status_code"):
        return (one.theirs, one.ours) == ("UPLOADED", "ERRORED")
    if _is_at(one, "ejv_links.message", "ejv_headers.message"):
        rows = (
            (one.their_row or {}).get("disbursement_status_code"),
            (one.our_row or {}).get("disbursement_status_code"),
        )
        return one.theirs is None and rows == ("UPLOADED", "ERRORED")
    if _is_at(one, "invoice_references.status_code"):
        number = (one.our_row or {}).get("invoice_number") or ""
        return number.startswith("EJV") and (one.theirs, one.ours) == ("ACTIVE", "CANCELLED")
    if _is_at(one, "partner_disbursements.status_code"):
        return (one.theirs, one.ours) == ("UPLOADED", "WAITING_FOR_JOB")
    return False


def _charge_leaves_what_was_given_up(one: ShadowDifference) -> bool:
    return _is_paid_to_them_and_final_to_us(one) and _is_journal(one)


def _final_state_is_kept(one: ShadowDifference) -> bool:
    return _is_paid_to_them_and_final_to_us(one) and not _is_journal(one)


def _is_paid_to_them_and_final_to_us(one: ShadowDifference) -> bool:
    return (
        _is_at(one, "invoices.invoice_status_code", "invoices.paid", "invoices.payment_date")
        and one.their_row is not None
        and one.our_row is not None
        and one.their_row["invoice_status_code"] == "PAID"
        and one.our_row["invoice_status_code"] in FINAL
    )


def _bounce_leaves_nothing_paid(one: ShadowDifference) -> bool:
    return (
        _is_at(one, "invoices.paid")
        and one.our_row is not None
        and one.our_row["invoice_status_code"] in FINAL
        and one.our_row["payment_method_code"] == "PAD"
        and _is_something(one.theirs)
        and not _is_something(one.ours)
    )


def _slip_owes_again(one: ShadowDifference) -> bool:
    """Only of invoices of slips that both systems call owed."""
    if not _is_at(one, "invoices.paid", "invoices.payment_date") or one.their_row is None or one.our_row is None:
        return False
    states = {(row["payment_method_code"], row["invoice_status_code"]) for row in (one.their_row, one.our_row)}
    if states != {("INTERNAL", "CREATED")}:
        return False
    return (
        one.ours is None if one.column == "payment_date" else _is_something(one.theirs) and not _is_something(one.ours)
    )


def _is_something(amount: str | None) -> bool:
    return amount is not None and Decimal(amount) > 0


def _bounce_has_its_reason(one: ShadowDifference) -> bool:
    return _is_at(one, "non_sufficient_funds.description") and not one.theirs and bool(one.ours)


def _methods_are_sorted(one: ShadowDifference) -> bool:
    if not _is_at(one, "statements.payment_methods") or one.theirs is None or one.ours is None:
        return False
    return one.ours.split(",") == sorted(one.theirs.split(","))


def _statement_is_made_once(one: ShadowDifference) -> bool:
    return one.table in ("statements", "statement_invoices") and one.is_only_theirs and " #" in one.key


def _notice_is_kept(one: ShadowDifference) -> bool:
    return _is_at(one, "statements.notification_status_code") and (one.theirs, one.ours) == ("SKIP", "PENDING")


DECISIONS = (
    ShadowDecision("D-EJV-01", "ejv-feedback-check.md", _batch_is_told),
    ShadowDecision("D-EJV-02", "ejv-feedback-check.md", _ap_names_its_answer),
    ShadowDecision("D-EJV-03", "ejv-feedback-check.md", _message_has_its_code),
    ShadowDecision("D-EJV-04", "ejv-feedback-check.md", _partner_error_is_the_message),
    ShadowDecision("D-EJV-05", "ejv-feedback-check.md", _refused_part_is_asked_again),
    ShadowDecision("D-EJV-06", "ejv-feedback-check.md", _payment_is_what_was_accepted),
    ShadowDecision("D-EJV-07", "ejv-feedback-check.md", _date_is_effective),
    ShadowDecision("D-EJV-08", "ejv-feedback-check.md", _batch_is_released),
    ShadowDecision("D-EJV-09", "ejv-feedback-check.md", _charge_leaves_what_was_given_up),
    ShadowDecision("D-PAD-01", "pad-reconcile.md", _final_state_is_kept),
    ShadowDecision("D-PAD-02", "pad-reconcile.md", _bounce_has_its_reason),
    ShadowDecision("D-PAD-03", "pad-reconcile.md", _bounce_leaves_nothing_paid),
    ShadowDecision("D-SLIP-01", "routing-slip-recreate.md", _slip_owes_again),
    ShadowDecision("D-STA-01", "generate-statements.md", _methods_are_sorted),
    ShadowDecision("D-STA-02", "generate-statements.md", _statement_is_made_once),
    ShadowDecision("D-STA-03", "generate-statements.md", _notice_is_kept),
)
