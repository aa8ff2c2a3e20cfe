"""Decide from a settlement row alone what kind of row it is; what the database must say is decided in SQL.

Source: docs/specs/cas-settlement-csv.md sections 2, 3 and 5 to 8. Every record type, target and status ends in exactly
one kind, a skip with its rule, or a reject with its reason.
"""

from dataclasses import dataclass
from enum import StrEnum

from tasks.pad_reconcile.settlement import Row

_PAD_TYPES = {"PADP", "PADR", "PAYR"}
_SINGLE_TYPES = {"BOLP", "EFTP"}
_CREDIT_TYPES = {"ONAC", "CMAP", "DRWP", "ONAP"}
_LOGGED_TYPES = {"ADJS", "EFTR"}
_KNOWN_TYPES = _PAD_TYPES | _SINGLE_TYPES | _CREDIT_TYPES | _LOGGED_TYPES
_REVERSALS = {"PADR", "PAYR", "EFTR"}
_OTHER_TARGETS = {"INV", "DM", "CM"}
_EFT_WIRE = "bc reg eft wire cheque"


class Kind(StrEnum):
    """What a row asks for."""

    SETTLE_PAD = "SETTLE_PAD"  # every invoice of a consolidated PAD number is paid
    SETTLE_ONE = "SETTLE_ONE"  # one online banking or EFT invoice is paid
    PART_ONE = "PART_ONE"  # one online banking or EFT invoice is paid in part
    OTHER_ONE = "OTHER_ONE"  # such an invoice has an unexpected status
    SETTLE_CREDIT = "SETTLE_CREDIT"  # a credit or drawdown covers the rest of an invoice
    MEMO_PART = "MEMO_PART"  # a credit memo covers part of an invoice
    BOUNCE = "BOUNCE"  # a PAD payment came back: the NSF flow
    EFT_PAYMENT = "EFT_PAYMENT"  # the EFT job's payment has settled
    ON_ACCOUNT = "ON_ACCOUNT"  # money without an invoice becomes a credit
    SKIP = "SKIP"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True)
class Decision:
    """A kind, and for a skip or reject the rule or reason that made it so."""

    kind: Kind
    rule: str = ""
    detail: str = ""


def decide(row: Row) -> Decision:
    """Give what the row asks for."""
    if row.problem:
        return Decision(Kind.REJECT, "unreadable", row.problem)
    decision = _by_type(row)
    if decision.kind in {Kind.SKIP, Kind.REJECT}:
        return decision
    return _unusable(row, decision.kind) or decision


def _by_type(row: Row) -> Decision:
    if row.record_type not in _KNOWN_TYPES:
        if not row.amount and row.target_type in _OTHER_TARGETS:
            return Decision(Kind.SKIP, "zero_amount")
        return Decision(Kind.REJECT, "unknown_record_type", f"record type '{row.record_type}' is not known")
    if row.target_type == "RECEIPT":
        if row.record_type in _REVERSALS:  # money that went back is no credit
            return Decision(Kind.SKIP, "reversal_on_account")
        return Decision(Kind.ON_ACCOUNT)
    if row.record_type in _LOGGED_TYPES:
        return Decision(Kind.SKIP, "informational")
    if row.target_type != "INV":
        return Decision(Kind.SKIP, "target_is_no_invoice")
    if row.record_type in _PAD_TYPES:
        return _pad(row)
    if row.record_type == "EFTP" and row.source_type.lower() == _EFT_WIRE:
        return Decision(Kind.EFT_PAYMENT)
    if not row.amount:
        return Decision(Kind.SKIP, "zero_amount")
    return _single(row) if row.record_type in _SINGLE_TYPES else _credit(row)


def _unusable(row: Row, kind: Kind) -> Decision | None:
    """Reject what lacks a value its effect rests on, or would settle something with less than nothing."""
    if row.application_date is None and kind is not Kind.EFT_PAYMENT:
        return Decision(Kind.REJECT, "no_date", "application date is blank (expected like '05-Nov-26')")
    if not row.customer_account and kind not in {Kind.EFT_PAYMENT, Kind.MEMO_PART}:
        return Decision(Kind.REJECT, "no_customer_account", "customer account is blank")
    if not row.source_number and kind is not Kind.BOUNCE:
        return Decision(Kind.REJECT, "no_source_number", "source transaction number is blank")
    if row.record_type == "CMAP" and kind in {Kind.MEMO_PART, Kind.SETTLE_CREDIT} and row.application_id is None:
        return Decision(Kind.REJECT, "no_application_id", "application id is blank: it is the key of an applied credit")
    amount = row.original_amount if kind is Kind.ON_ACCOUNT else row.amount
    if amount < 0 and kind not in {Kind.BOUNCE, Kind.EFT_PAYMENT}:
        return Decision(Kind.REJECT, "negative_amount", f"{amount} would settle or credit less than nothing")
    return None


def _pad(row: Row) -> Decision:
    """Section 5.1; the status is tested before the record type."""
    status = row.status.lower()
    if status == "fully paid":
        return Decision(Kind.SETTLE_PAD)
    if status == "not paid" or row.record_type in {"PADR", "PAYR"}:
        return Decision(Kind.BOUNCE)
    return _unexpected_status(row, "Fully PAID or Not PAID")


def _single(row: Row) -> Decision:
    """Section 5.2."""
    kinds = {"fully paid": Kind.SETTLE_ONE, "partially paid": Kind.PART_ONE}
    return Decision(kinds.get(row.status.lower(), Kind.OTHER_ONE))


def _credit(row: Row) -> Decision:
    """Section 5.3; ONAP is read as on-account money applied, like ONAC (section 10 no. 14)."""
    status = row.status.lower()
    if status == "fully paid":
        return Decision(Kind.SETTLE_CREDIT)
    if status == "partially paid":
        return Decision(Kind.MEMO_PART) if row.record_type == "CMAP" else Decision(Kind.SKIP, "partial_credit")
    return _unexpected_status(row, "Fully PAID or Partially PAID")


def _unexpected_status(row: Row, expected: str) -> Decision:
    detail = f"{row.record_type} row with status '{row.status}' (expected {expected})"
    return Decision(Kind.REJECT, "unexpected_status", detail)
