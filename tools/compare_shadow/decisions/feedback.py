"""EJV_FEEDBACK_CHECK: docs/decisions/ejv-feedback-check.md."""

from datetime import datetime, timedelta
from decimal import Decimal

from tools.compare_shadow.decisions.reading import (
    Change,
    ShadowDecision,
    has_changed,
    is_at,
    is_change,
    is_more,
    value,
)
from tools.compare_shadow.decisions.settlements import is_journal, is_made_by_a_job, is_paid_to_them_and_final_to_us
from tools.compare_shadow.merging import ShadowDifference

_AP = ("REFUND", "EFT_REFUND", "NON_GOV_DISBURSEMENT")
_A_FEW_DAYS = timedelta(days=7)
_BATCH_LEVEL = ("ejv_files", "ejv_headers", "ejv_links")
# How each state moves where an answer was applied.
_ANSWERED: dict[str, list[Change]] = {
    **{
        f"{table}.disbursement_status_code": [(sent, done) for sent in ("UPLOADED", "ACKNOWLEDGED")
                                              for done in ("COMPLETED", "ERRORED", "REVERSED")]
        for table in (*_BATCH_LEVEL, "invoices", "eft_refunds")
    },
    "invoices.invoice_status_code": [("APPROVED", "PAID"), ("REFUND_REQUESTED", "REFUNDED")],
    "invoice_references.status_code": [("ACTIVE", "COMPLETED"), ("ACTIVE", "CANCELLED")],
    "refunds_partial.status": [("REFUND_PROCESSING", "REFUND_PROCESSED"), ("REFUND_PROCESSING", "REFUND_REQUESTED")],
    "partner_disbursements.status_code": [("UPLOADED", one) for one in ("COMPLETED", "REVERSED", "ERRORED",
                                                                       "WAITING_FOR_JOB")],
    "routing_slips.status": [("REFUND_UPLOADED", "REFUND_PROCESSED"), ("REFUND_UPLOADED", "REFUND_REJECTED")],
    "distribution_codes.stop_ejv": [("false", "true"), (None, "true")],
}  # fmt: skip
# What is written with a state.
_BESIDE = {
    "distribution_codes": ("updated_on", "version"),
    "eft_refunds": ("cheque_status", "disbursement_date", "status", "updated_on"),
    "ejv_files": ("completed_on", "feedback_file_ref", "message"),
    "ejv_headers": ("message",),
    "ejv_links": ("message",),
    "invoices": ("disbursement_date", "disbursement_reversal_date", "paid", "payment_date", "refund_date",
                 "updated_on"),
    "partner_disbursements": ("feedback_on", "processed_on"),
    "refunds_partial": ("gl_error", "gl_posted", "updated_on", "version"),
    "routing_slips": ("refund_status", "updated_on"),
}  # fmt: skip
_MADE = ("payments", "receipts", "distribution_codes_history", "refunds_partial_history")


def _is_answered_here_only(one: ShadowDifference) -> bool:
    """An answer of CGI did to ours what it did not do to theirs."""
    place = f"{one.table}.{one.column}"
    if one.column == "":
        return one.is_only_ours and one.table in _MADE and is_made_by_a_job(one, ("CGI", "EJV"))
    if place in _ANSWERED:
        return (one.theirs, one.ours) in _ANSWERED[place]
    if one.table == "refunds":
        return is_at(one, "refunds.gl_posted") and one.theirs is None
    if one.column == "message" and value(one, "disbursement_status_code")[1] != "ERRORED":
        return False  # what is accepted leaves no message
    return one.column in _BESIDE.get(one.table, ()) and any(
        has_changed(one, place.partition(".")[2], changes)
        for place, changes in _ANSWERED.items()
        if place.startswith(f"{one.table}.")
    )


def _first_answer_stays(one: ShadowDifference) -> bool:
    """Of an AP item that CGI accepted and refused in turn, theirs has the later answer."""
    answers = ("COMPLETED", "ERRORED")
    for table, column, states in (
        ("routing_slips", "status", ("REFUND_PROCESSED", "REFUND_REJECTED")),
        ("eft_refunds", "disbursement_status_code", answers),
        ("invoices", "disbursement_status_code", answers),
        ("ejv_links", "disbursement_status_code", answers),
    ):
        if one.table == table:
            return has_changed(one, column, [states, states[::-1]])
    return one.table == "refunds" and one.column == "gl_posted"


def _one_refusal_refuses(one: ShadowDifference) -> bool:
    """Theirs is paid or in part so; ours is owed, and may be sent again."""
    if one.column == "":
        return one.is_only_theirs and one.table == "receipts"
    if one.table == "invoices":
        return has_changed(one, "invoice_status_code", [("PAID", "APPROVED"), ("REFUNDED", "REFUND_REQUESTED")]) or (
            has_changed(one, "disbursement_status_code", [("COMPLETED", "ERRORED")])
        )
    if one.table == "ejv_links":
        return has_changed(one, "disbursement_status_code", [("COMPLETED", "ERRORED")])
    return is_change(one, "invoice_references.status_code", [("COMPLETED", "CANCELLED")])


def _partner_of_registries_is_no_reversal(one: ShadowDifference) -> bool:
    """In GA batches our own client stands on both sides."""
    if one.table == "invoices":
        is_of_it = is_at(
            one,
            "invoices.disbursement_status_code",
            "invoices.disbursement_date",
            "invoices.disbursement_reversal_date",
        )
        return is_of_it and has_changed(one, "disbursement_status_code", [("REVERSED", "COMPLETED")])
    return is_change(one, "partner_disbursements.status_code", [("REVERSED", "COMPLETED")])


def _charge_is_no_refund(one: ShadowDifference) -> bool:
    if one.column == "":
        return one.is_only_ours and one.table == "receipts"
    return one.table == "invoices" and has_changed(one, "invoice_status_code", [("REFUNDED", "REFUND_REQUESTED")])


def _money_given_back_pays_nothing(one: ShadowDifference) -> bool:
    if one.column == "":
        return one.is_only_theirs and one.table == "receipts"
    if one.table == "invoice_references":
        return is_change(one, "invoice_references.status_code", [("COMPLETED", "ACTIVE")])
    if one.table != "invoices":
        return False
    theirs, ours = value(one, "invoice_status_code")
    return theirs == "PAID" != ours


def _moved_twice_is_told(one: ShadowDifference) -> bool:
    """Theirs has the dates of the second, and its money in the receipt of the first, or a part as it was sent again."""
    if one.table == "receipts":
        return one.is_only_ours or (one.column == "receipt_amount" and is_more(one.theirs, one.ours))
    if is_change(one, "refunds_partial.status", [("REFUND_PROCESSING", "REFUND_PROCESSED")]):
        return True
    return is_at(
        one, "invoices.payment_date", "invoices.refund_date", "invoices.disbursement_date",
        "invoices.disbursement_reversal_date", "refunds_partial.gl_posted", "partner_disbursements.feedback_on",
    )  # fmt: skip


def _earlier_cheque_keeps_its_day(one: ShadowDifference) -> bool:
    return (
        is_at(one, "refunds.gl_posted")
        and one.theirs is not None
        and one.ours is not None
        and datetime.fromisoformat(one.ours).date() < datetime.fromisoformat(one.theirs).date()
    )


def _every_line_of_an_item_counts(one: ShadowDifference) -> bool:
    """Theirs paid what one of its lines refused."""
    if one.table == "routing_slips":
        return has_changed(one, "status", [("REFUND_PROCESSED", "REFUND_REJECTED")])
    if one.table in ("eft_refunds", "invoices", "ejv_links"):
        return has_changed(one, "disbursement_status_code", [("COMPLETED", "ERRORED")])
    return is_at(one, "refunds.gl_posted") and one.ours is None


def _batch_is_told(one: ShadowDifference) -> bool:
    if is_at(one, "ejv_files.completed_on", "ejv_files.ack_file_ref"):
        return one.theirs is None
    return is_change(one, "ejv_files.disbursement_status_code", [("UPLOADED", "ACKNOWLEDGED")])


def _ap_names_its_answer(one: ShadowDifference) -> bool:
    return is_at(one, "ejv_files.feedback_file_ref") and one.theirs is None and value(one, "file_type")[1] in _AP


def _message_has_its_code(one: ShadowDifference) -> bool:
    if not is_at(one, "ejv_files.message", "ejv_headers.message", "ejv_links.message"):
        return False
    theirs, ours = (one.theirs or "").strip(), one.ours or ""
    return ours == theirs or (ours[:4].isalnum() and ours[:4] != "0000" and ours[4:].strip() == theirs)


def _partner_error_is_the_message(one: ShadowDifference) -> bool:
    return is_at(one, "refunds_partial.gl_error") and one.theirs == "ERRORED" and bool(one.ours)


def _refused_part_is_asked_again(one: ShadowDifference) -> bool:
    return is_change(one, "refunds_partial.status", [("REFUND_PROCESSING", "REFUND_REQUESTED")])


def _part_touches_no_receipt(one: ShadowDifference) -> bool:
    if one.table != "receipts":
        return False
    return one.is_only_theirs or (one.column == "receipt_amount" and is_more(one.theirs, one.ours))


def _payment_is_what_was_accepted(one: ShadowDifference) -> bool:
    return (
        is_at(one, "payments.paid_amount", "payments.invoice_amount")
        and is_journal(one)
        and one.theirs is not None
        and one.ours is not None
        and Decimal(one.ours) < Decimal(one.theirs)
    )


def _date_is_effective(one: ShadowDifference) -> bool:
    """Ours is a day, theirs a time within a few days of it."""
    if not (is_at(one, "refunds.gl_posted") or (is_at(one, "payments.payment_date") and is_journal(one))):
        return False
    if one.theirs is None or one.ours is None:
        return False
    theirs, ours = datetime.fromisoformat(one.theirs), datetime.fromisoformat(one.ours)
    return ours.time() == datetime.min.time() != theirs.time() and abs(theirs - ours) <= _A_FEW_DAYS


def _batch_is_released(one: ShadowDifference) -> bool:
    """Theirs stays as it was sent, ours may be sent again."""
    if is_at(one, "ejv_links.message", "ejv_headers.message"):
        return one.theirs is None and value(one, "disbursement_status_code") == ("UPLOADED", "ERRORED")
    if is_at(one, "invoice_references.status_code"):
        number = value(one, "invoice_number")[1] or ""
        return number.startswith("EJV") and (one.theirs, one.ours) == ("ACTIVE", "CANCELLED")
    return (
        is_change(one, "ejv_links.disbursement_status_code", [("UPLOADED", "ERRORED")])
        or is_change(one, "ejv_headers.disbursement_status_code", [("UPLOADED", "ERRORED")])
        or is_change(one, "invoices.disbursement_status_code", [("UPLOADED", "ERRORED"), ("UPLOADED", "COMPLETED")])
        or is_change(one, "partner_disbursements.status_code", [("UPLOADED", "WAITING_FOR_JOB")])
    )


def _refused_reversal_is_as_before(one: ShadowDifference) -> bool:
    """Theirs is sent every night."""
    return is_change(one, "invoice_references.status_code", [("CANCELLED", "COMPLETED"), ("ACTIVE", "COMPLETED")])


def _never_charged_keeps_its_reference(one: ShadowDifference) -> bool:
    """Theirs is paid back by the next batch."""
    return is_change(one, "invoice_references.status_code", [("CANCELLED", "ACTIVE"), ("COMPLETED", "ACTIVE")])


def _charge_leaves_what_was_given_up(one: ShadowDifference) -> bool:
    return is_paid_to_them_and_final_to_us(one) and is_journal(one)


DECISIONS = (
    ShadowDecision("D-EJV-01", _batch_is_told),
    ShadowDecision("D-EJV-02", _ap_names_its_answer),
    ShadowDecision("D-EJV-03", _message_has_its_code),
    ShadowDecision("D-EJV-04", _partner_error_is_the_message),
    ShadowDecision("D-EJV-05", _refused_part_is_asked_again, on_evidence=True),
    ShadowDecision("D-EJV-06", _payment_is_what_was_accepted),
    ShadowDecision("D-EJV-07", _date_is_effective),
    ShadowDecision("D-EJV-11", _first_answer_stays, on_evidence=True),
    ShadowDecision("D-EJV-12", _one_refusal_refuses, on_evidence=True),
    ShadowDecision("D-EJV-13", _partner_of_registries_is_no_reversal, on_evidence=True),
    ShadowDecision("D-EJV-14", _charge_is_no_refund, on_evidence=True),
    ShadowDecision("D-EJV-09", _charge_leaves_what_was_given_up, on_evidence=True),
    ShadowDecision("D-EJV-15", _money_given_back_pays_nothing, on_evidence=True),
    ShadowDecision("D-EJV-16", _moved_twice_is_told, on_evidence=True),
    ShadowDecision("D-EJV-17", _earlier_cheque_keeps_its_day, on_evidence=True),
    ShadowDecision("D-EJV-18", _every_line_of_an_item_counts, on_evidence=True),
    ShadowDecision("D-EJV-19", _part_touches_no_receipt, on_evidence=True),
    ShadowDecision("D-EJV-20", _refused_reversal_is_as_before, on_evidence=True),
    ShadowDecision("D-EJV-21", _never_charged_keeps_its_reference, on_evidence=True),
    ShadowDecision("D-EJV-10", _is_answered_here_only, on_evidence=True, is_whole=True),
    ShadowDecision("D-EJV-08", _batch_is_released, on_evidence=True),
)
