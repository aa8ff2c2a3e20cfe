"""ROUTING_SLIP_RECREATE: docs/decisions/routing-slip-recreate.md."""

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

_ASKED = ("CORRECTION", "NSF", "VOID", "LINKED")
_OWED_AND_PAID = [("PAID", "CREATED"), ("CREATED", "PAID")]
_REFUNDED = (
    "routing_slips.remaining_amount", "routing_slips.refund_amount", "routing_slips.refund_status",
    "routing_slips.updated_on",
)  # fmt: skip
_WORKED = (*_REFUNDED, "routing_slips.cas_version_suffix")


def _is_worked_here_only(one: ShadowDifference) -> bool:
    """What a slip asked for was done to ours, and not to theirs."""
    if one.column == "":
        is_fee = one.is_only_ours and one.key.startswith("fee of slip ")
        return one.table == "receipts" or (one.table != "routing_slips" and is_fee)
    if is_at(one, *_WORKED):
        return True
    if one.table == "invoices" and not is_at(one, "invoices.invoice_status_code"):
        return _is_of_slip(one) and has_changed(one, "invoice_status_code", _OWED_AND_PAID)
    return (
        (is_at(one, "routing_slips.status") and one.theirs in _ASKED and one.ours not in _ASKED)
        or (is_at(one, "cfs_accounts.status") and one.ours in ("INACTIVE", "FREEZE"))
        or is_change(one, "payments.payment_status_code", [("COMPLETED", "FAILED")])
        or (is_change(one, "invoices.invoice_status_code", _OWED_AND_PAID) and _is_of_slip(one))
        or is_change(one, "invoice_references.status_code", [("COMPLETED", "ACTIVE"), ("ACTIVE", "COMPLETED")])
    )


def _is_of_slip(one: ShadowDifference) -> bool:
    return value(one, "payment_method_code") == ("INTERNAL", "INTERNAL")


def _is_worked_there_only(one: ShadowDifference) -> bool:
    """Theirs went on where ours is parked."""
    return _is_worked_here_only(mirrored(one))


def _slip_owes_again(one: ShadowDifference) -> bool:
    """Only of invoices of slips that both systems call owed."""
    if not _is_owed_to_both(one):
        return False
    return one.ours is None if one.column == "payment_date" else is_something(one.theirs) and not is_something(one.ours)


def _is_owed_to_both(one: ShadowDifference) -> bool:
    if not is_at(one, "invoices.paid", "invoices.payment_date"):
        return False
    return _is_of_slip(one) and value(one, "invoice_status_code") == ("CREATED", "CREATED")


def _part_that_is_paid_is_told(one: ShadowDifference) -> bool:
    """Ours has what the corrected total still pays."""
    return _is_owed_to_both(one) and one.column == "paid" and is_more(value(one, "total")[1], one.ours)


def _paid_is_what_cfs_has(one: ShadowDifference) -> bool:
    if not is_at(one, "invoices.paid") or not _is_of_slip(one):
        return False
    is_paid = value(one, "invoice_status_code") == ("PAID", "PAID")
    return is_paid and one.theirs == value(one, "total")[0] and one.ours != one.theirs


def _balance_is_the_apis(one: ShadowDifference) -> bool:
    return is_at(one, "routing_slips.remaining_amount")


def _link_pays_what_is_owed(one: ShadowDifference) -> bool:
    if one.table == "receipts":
        return one.is_only_ours
    if one.table == "invoices":
        return _is_of_slip(one) and has_changed(one, "invoice_status_code", [("CREATED", "PAID")])
    return is_change(one, "invoice_references.status_code", [("ACTIVE", "COMPLETED")])


def _free_transaction_stays_paid(one: ShadowDifference) -> bool:
    if one.table == "receipts":
        return one.is_only_ours and not is_something(value(one, "receipt_amount")[1])
    if one.table == "invoices":
        is_free = _is_of_slip(one) and not is_something(value(one, "total")[1])
        return is_free and is_change(one, "invoices.invoice_status_code", [("CREATED", "PAID")])
    return is_change(one, "invoice_references.status_code", [("ACTIVE", "COMPLETED")])


def _deposit_of_a_child_fails(one: ShadowDifference) -> bool:
    is_deposit = one.table == "payments" and value(one, "is_routing_slip") == ("true", "true")
    return is_deposit and is_change(one, "payments.payment_status_code", [("COMPLETED", "FAILED")])


def _receipt_of_a_refund_goes(one: ShadowDifference) -> bool:
    return one.table == "receipts" and one.is_only_theirs


def _receipt_of_a_child_stays(one: ShadowDifference) -> bool:
    return one.table == "receipts" and one.is_only_ours


def _refund_is_no_mismatch(one: ShadowDifference) -> bool:
    return (
        is_change(one, "routing_slips.cas_mismatch", [("true", "false"), ("true", None)]) or is_at(one, *_REFUNDED)
    ) and has_changed(one, "cas_mismatch", [("true", "false"), ("true", None)])


def _refunds_add_up(one: ShadowDifference) -> bool:
    return is_at(one, "routing_slips.refund_amount") and is_more(one.ours, one.theirs)


DECISIONS = (
    ShadowDecision("D-SLIP-01", _slip_owes_again),
    ShadowDecision("D-SLIP-07", _part_that_is_paid_is_told, on_evidence=True),
    ShadowDecision("D-SLIP-03", _paid_is_what_cfs_has),
    ShadowDecision("D-SLIP-11", _refund_is_no_mismatch, on_evidence=True),
    ShadowDecision("D-SLIP-12", _refunds_add_up, on_evidence=True),
    ShadowDecision("D-SLIP-05", _balance_is_the_apis, on_evidence=True),
    ShadowDecision("D-SLIP-08", _deposit_of_a_child_fails, on_evidence=True),
    ShadowDecision("D-SLIP-09", _receipt_of_a_refund_goes, on_evidence=True),
    ShadowDecision("D-SLIP-10", _receipt_of_a_child_stays, on_evidence=True),
    ShadowDecision("D-SLIP-14", _free_transaction_stays_paid, on_evidence=True),
    ShadowDecision("D-SLIP-06", _link_pays_what_is_owed, on_evidence=True),
    # These excuse all that the work on a slip does, in what it is about: those above are asked first.
    ShadowDecision("D-SLIP-02", _is_worked_there_only, on_evidence=True, is_whole=True),
    ShadowDecision("D-SLIP-13", _is_worked_here_only, on_evidence=True, is_whole=True),
    ShadowDecision("D-SLIP-04", _is_worked_here_only, on_evidence=True, is_whole=True),
)
