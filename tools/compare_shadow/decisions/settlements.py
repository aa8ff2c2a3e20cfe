"""PAD_RECONCILE: docs/decisions/pad-reconcile.md."""

from database.pay.states import FINAL
from tools.compare_shadow.decisions.reading import (
    ShadowDecision,
    has_changed,
    is_at,
    is_change,
    is_more,
    is_something,
    mirrored,
    value,
)
from tools.compare_shadow.merging import ShadowDifference

_OPEN = ("APPROVED", "CREATED", "OVERDUE", "SETTLEMENT_SCHED", "PARTIAL_PAID")
_REOPENED = ("PAID", "SETTLEMENT_SCHED")
_SETTLED = [*((state, done) for state in _OPEN for done in ("PAID", "PARTIAL_PAID")), _REOPENED]
_MONEY = ("invoices.paid", "invoices.payment_date", "invoices.updated_on")
_SUMS = ("payment_accounts.pad_credit", "payment_accounts.ob_credit", "payment_accounts.eft_credit")
_FAILED = ("COMPLETED", "FAILED")
_MADE = (
    "applied_credits", "cfs_accounts_history", "credits", "non_sufficient_funds", "payment_accounts_history",
    "payments", "receipts",
)  # fmt: skip
_MADE_FOR_A_FEE = ("invoices", "invoice_references", "payment_line_items")
_BY_CARD = ("CC", "DIRECT_PAY")


def _is_applied_here_only(one: ShadowDifference) -> bool:
    """A row of a settlement file did to ours what it did not do to theirs."""
    if one.column == "":
        return _is_made_or_taken_here_only(one)
    if is_at(one, *_SUMS, "credits.remaining_amount"):
        return True
    if is_at(one, *_MONEY):
        return has_changed(one, "invoice_status_code", [*_SETTLED, ("PARTIAL_PAID", "PARTIAL_PAID")])
    if is_at(one, "payments.paid_amount", "payments.payment_date", "payments.invoice_amount"):
        return has_changed(one, "payment_status_code", [_FAILED])
    return (
        is_change(one, "invoices.invoice_status_code", _SETTLED)
        or is_change(one, "invoice_references.status_code", [("ACTIVE", "COMPLETED"), ("COMPLETED", "ACTIVE")])
        or is_change(one, "payments.payment_status_code", [_FAILED])
        or is_change(one, "payment_accounts.has_nsf_invoices", [(None, "set")])
        or is_change(one, "cas_settlements.processed_on", [(None, "set")])
        or (is_at(one, "cfs_accounts.status") and one.ours == "FREEZE")
        or (is_at(one, "cfs_accounts.version", "payment_accounts.version") and is_more(one.ours, one.theirs))
    )


def _is_made_or_taken_here_only(one: ShadowDifference) -> bool:
    if one.is_only_theirs:
        return one.table == "receipts"
    if not is_made_by_a_job(one, ("PAYBC", "PAD"), ("PAYBC", "ONLINE_BANKING")):
        return False
    if one.table == "cfs_accounts_history" and "FREEZE" in value(one, "status"):
        return False  # what is frozen was not so before
    return one.table in _MADE or (one.table in _MADE_FOR_A_FEE and one.key.startswith("fee of "))


def is_made_by_a_job(one: ShadowDifference, *ways: tuple[str, str]) -> bool:
    """Return whether a row that one side lacks can be of a job, where it is a payment: system and method are given."""
    row = one.our_row or one.their_row
    if one.table != "payments" or row is None:
        return True
    by_hand = row["is_routing_slip"] == "true" or row["created_by"] != "SYSTEM"
    return not by_hand and (row["payment_system_code"], row["payment_method_code"]) in ways


def _is_applied_there_only(one: ShadowDifference) -> bool:
    return _is_applied_here_only(mirrored(one))


def _known_content_is_no_file(one: ShadowDifference) -> bool:
    return one.table == "cas_settlements" and one.is_only_theirs


def _bounce_reopens(one: ShadowDifference) -> bool:
    """The invoice, its reference and its receipt; account and fee were written at the first bounce."""
    if one.table == "receipts":
        return one.is_only_theirs
    if is_at(one, *_MONEY):
        return has_changed(one, "invoice_status_code", [_REOPENED])
    return is_change(one, "invoices.invoice_status_code", [_REOPENED]) or is_change(
        one, "invoice_references.status_code", [("COMPLETED", "ACTIVE")]
    )


def _no_payment_without_effect(one: ShadowDifference) -> bool:
    """Theirs alone has a payment, or gave a failed one the day of a row that came again."""
    if one.table == "payments" and one.is_only_theirs:
        return True
    return is_at(one, "payments.payment_date") and has_changed(one, "payment_status_code", [("FAILED", "FAILED")])


def _another_receipt_is_kept(one: ShadowDifference) -> bool:
    """Or the number of the bounced receipt, where the row names none."""
    if is_at(one, "payments.receipt_number"):
        return not one.theirs and bool(one.ours)
    if is_at(one, "invoices.invoice_status_code", "invoices.paid"):
        return has_changed(one, "invoice_status_code", [("PARTIAL_PAID", "SETTLEMENT_SCHED")])
    return one.table == "receipts" and one.column == ""


def _receipts_are_what_was_applied(one: ShadowDifference) -> bool:
    """Ours are smaller, and more."""
    if one.table != "receipts":
        return False
    return one.is_only_ours or (one.column == "receipt_amount" and is_more(one.theirs, one.ours))


def _nothing_paid_is_a_receipt_for_nothing(one: ShadowDifference) -> bool:
    return is_at(one, "receipts.receipt_amount") and is_something(one.theirs) and not is_something(one.ours)


def _late_money_is_booked(one: ShadowDifference) -> bool:
    if one.table == "receipts" and one.is_only_ours:
        return True
    return is_at(one, "payments.paid_amount") and is_more(one.ours, one.theirs)


def _older_part_sets_nothing_back(one: ShadowDifference) -> bool:
    both_in_part = (
        has_changed(one, "invoice_status_code", [("PARTIAL_PAID",) * 2]) if one.table == "invoices" else False
    )
    return both_in_part and is_at(one, "invoices.paid") and is_more(one.ours, one.theirs)


def _bank_payment_is_the_receipts(one: ShadowDifference) -> bool:
    """Ours has one for the second part too; theirs has another for a receipt that came again."""
    if one.table != "payments" or one.column != "" or "ONLINE_BANKING" not in value(one, "payment_method_code"):
        return False
    return one.is_only_ours or " #" in one.key


def _card_payment_does_not_bounce(one: ShadowDifference) -> bool:
    """Theirs is the card payment under the receipt that bounced; ours kept it, and has a failed one beside it."""
    if one.table != "payments":
        return False
    theirs, ours = value(one, "payment_method_code")
    if one.column == "":
        return ours in _BY_CARD and value(one, "payment_status_code")[1] == "COMPLETED"
    return theirs in _BY_CARD and ours == "PAD" and value(one, "payment_status_code") == ("FAILED", "FAILED")


def _payment_is_of_all_rows(one: ShadowDifference) -> bool:
    is_pad = one.table == "payments" and value(one, "payment_method_code") == ("PAD", "PAD")
    return is_pad and is_at(one, "payments.paid_amount") and is_more(one.ours, one.theirs)


def _one_payment_of_a_number_fails(one: ShadowDifference) -> bool:
    return is_change(one, "payments.payment_status_code", [("FAILED", "DELETED")])


def _failed_payment_keeps_less(one: ShadowDifference) -> bool:
    """And ours has the latest day of the bounces, theirs that of the row that came last."""
    if is_at(one, "payments.payment_date"):
        is_later = has_changed(one, "payment_status_code", [("FAILED", "FAILED")])
        return is_later and (one.theirs or "") < (one.ours or "")
    if not is_at(one, "payments.paid_amount"):
        return False
    has_failed = has_changed(one, "payment_status_code", [("FAILED", "FAILED"), ("FAILED", "DELETED")])
    return has_failed and is_more(one.theirs, one.ours)


def _development_number_has_a_payment(one: ShadowDifference) -> bool:
    ours = value(one, "invoice_number")[1] if one.table == "payments" else None
    return one.column == "" and one.is_only_ours and (ours or "").startswith("REGUT")


def _reversal_is_no_credit(one: ShadowDifference) -> bool:
    if one.table == "credits":
        return one.is_only_theirs or (is_at(one, "credits.remaining_amount") and not is_something(one.ours))
    return is_at(one, *_SUMS) and is_more(one.theirs, one.ours)


def _balance_can_be(one: ShadowDifference) -> bool:
    if is_at(one, *_SUMS):
        return not is_more("0", one.ours)
    if not is_at(one, "credits.remaining_amount"):
        return False
    theirs, ours = value(one, "amount")
    return (is_more("0", one.theirs) or is_more(one.theirs, theirs)) and not (
        is_more("0", one.ours) or is_more(one.ours, ours)
    )


def _final_state_is_kept(one: ShadowDifference) -> bool:
    return is_paid_to_them_and_final_to_us(one) and not is_journal(one)


def is_paid_to_them_and_final_to_us(one: ShadowDifference) -> bool:
    """Return whether it is how an invoice was paid that theirs calls paid, and ours given up."""
    return (
        is_at(one, "invoices.invoice_status_code", "invoices.paid", "invoices.payment_date")
        and one.their_row is not None
        and one.our_row is not None
        and one.their_row["invoice_status_code"] == "PAID"
        and one.our_row["invoice_status_code"] in FINAL
    )


def is_journal(one: ShadowDifference) -> bool:
    """Return whether both rows are of ministry accounts that pay by journal voucher."""
    return all(row is not None and row["payment_method_code"] == "EJV" for row in (one.their_row, one.our_row))


def _bounce_leaves_nothing_paid(one: ShadowDifference) -> bool:
    return (
        is_at(one, "invoices.paid")
        and one.our_row is not None
        and one.our_row["invoice_status_code"] in FINAL
        and one.our_row["payment_method_code"] == "PAD"
        and is_something(one.theirs)
        and not is_something(one.ours)
    )


def _bounce_has_its_reason(one: ShadowDifference) -> bool:
    return is_at(one, "non_sufficient_funds.description") and not one.theirs and bool(one.ours)


DECISIONS = (
    ShadowDecision("D-PAD-01", _final_state_is_kept, on_evidence=True),
    ShadowDecision("D-PAD-02", _bounce_has_its_reason),
    ShadowDecision("D-PAD-03", _bounce_leaves_nothing_paid, on_evidence=True),
    ShadowDecision("D-PAD-05", _known_content_is_no_file, on_evidence=True),
    ShadowDecision("D-PAD-06", _bounce_reopens, on_evidence=True),
    ShadowDecision("D-PAD-10", _nothing_paid_is_a_receipt_for_nothing, on_evidence=True),
    ShadowDecision("D-PAD-18", _payment_is_of_all_rows, on_evidence=True),
    ShadowDecision("D-PAD-11", _late_money_is_booked, on_evidence=True),
    ShadowDecision("D-PAD-12", _older_part_sets_nothing_back, on_evidence=True),
    ShadowDecision("D-PAD-15", _bank_payment_is_the_receipts, on_evidence=True),
    ShadowDecision("D-PAD-16", _card_payment_does_not_bounce, on_evidence=True),
    ShadowDecision("D-PAD-19", _development_number_has_a_payment),
    ShadowDecision("D-PAD-20", _reversal_is_no_credit, on_evidence=True),
    ShadowDecision("D-PAD-21", _balance_can_be, on_evidence=True),
    ShadowDecision("D-PAD-22", _one_payment_of_a_number_fails, on_evidence=True),
    ShadowDecision("D-PAD-23", _failed_payment_keeps_less, on_evidence=True),
    # These excuse all that a row does, in what it is about: those above are asked first.
    ShadowDecision("D-PAD-07", _no_payment_without_effect, on_evidence=True),
    ShadowDecision("D-PAD-08", _another_receipt_is_kept, on_evidence=True),
    ShadowDecision("D-PAD-09", _receipts_are_what_was_applied, on_evidence=True),
    ShadowDecision("D-PAD-17", _is_applied_here_only, on_evidence=True, is_whole=True),
    ShadowDecision("D-PAD-14", _is_applied_here_only, on_evidence=True, is_whole=True),
    ShadowDecision("D-PAD-13", _is_applied_there_only, on_evidence=True, is_whole=True),
    ShadowDecision("D-PAD-04", _is_applied_here_only, on_evidence=True, is_whole=True),
)
