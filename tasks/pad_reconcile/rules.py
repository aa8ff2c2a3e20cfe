"""Decide from a settlement row alone what kind of row it is; what the database must say is decided in SQL.

Source: docs/specs/cas-settlement-csv.md sections 2, 3 and 5 to 8. Every record type, target and status ends in exactly
one kind, a skip with its rule, or a reject with its reason.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from connectors.formats.settlement import SettlementRow

_PAD_TYPES = {"PADP", "PADR", "PAYR"}
_SINGLE_TYPES = {"BOLP", "EFTP"}
_CREDIT_TYPES = {"ONAC", "CMAP", "DRWP", "ONAP"}
_LOGGED_TYPES = {"ADJS", "EFTR"}
_KNOWN_TYPES = _PAD_TYPES | _SINGLE_TYPES | _CREDIT_TYPES | _LOGGED_TYPES
_REVERSALS = {"PADR", "PAYR", "EFTR"}
_OTHER_TARGETS = {"INV", "DM", "CM"}
_EFT_WIRE = "bc reg eft wire cheque"
_LARGEST_APPLIED_ID = 2**31 - 1  # what applied_credits.application_id can hold
_SETTLING = ("source_number", "application_date", "amount", "customer_account", "target_number")


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


_READS = {
    Kind.SETTLE_PAD: (*_SETTLING, "original_amount"),
    Kind.SETTLE_ONE: ("source_type", *_SETTLING),
    Kind.PART_ONE: ("source_type", *_SETTLING, "outstanding_amount", "application_id"),
    Kind.OTHER_ONE: ("source_type", *_SETTLING),
    Kind.SETTLE_CREDIT: _SETTLING,
    Kind.MEMO_PART: _SETTLING,
    Kind.BOUNCE: ("source_number", "application_date", "customer_account", "target_number", "original_amount",
                  "outstanding_amount"),
    Kind.EFT_PAYMENT: ("source_type", "source_number"),
    Kind.ON_ACCOUNT: ("source_number", "application_date", "amount", "customer_account", "original_amount"),
}  # fmt: skip
_BLANK = {
    "application_date": ("no_date", "application date is blank (expected like '05-Nov-26')"),
    "customer_account": ("no_customer_account", "customer account is blank"),
    "source_number": ("no_source_number", "source transaction number is blank"),
    "application_id": ("no_application_id", "application id is blank: it is the key of an applied credit"),
    "amount": ("no_amount", "application amount is blank (a payment of nothing is '0.00')"),
    "original_amount": ("no_original_amount", "target original amount is blank"),
    "outstanding_amount": ("no_outstanding_amount", "target outstanding amount is blank ('0.00' where nothing is due)"),
}


def decide(row: SettlementRow) -> Decision:
    """Return what the row asks for."""
    told_by = [row.faults[column] for column in ("record_type", "target_type", "status") if column in row.faults]
    if row.problem or told_by:
        return Decision(Kind.REJECT, "unreadable", row.problem or "; ".join(told_by))
    decision = _by_type(row)
    if decision.kind in {Kind.SKIP, Kind.REJECT}:
        return decision
    return _unusable(row, decision.kind) or decision


def _by_type(row: SettlementRow) -> Decision:
    if row.record_type not in _KNOWN_TYPES:
        if row.amount == 0 and row.target_type in _OTHER_TARGETS:
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
    if row.record_type == "BOLP" and row.source_type.lower() == _EFT_WIRE:  # the EFT job owns these invoices
        return Decision(Kind.SKIP, "eft_source")
    if row.amount == 0:
        return Decision(Kind.SKIP, "zero_amount")
    return _single(row) if row.record_type in _SINGLE_TYPES else _credit(row)


def reads(row: SettlementRow, kind: Kind) -> tuple[str, ...]:
    """Return the columns whose values the effect of the row rests on: only these can reject it."""
    columns = _READS[kind]
    if row.record_type == "BOLP" and kind in {Kind.SETTLE_ONE, Kind.PART_ONE}:  # of the payment; EFTP has its own
        columns = (*columns, "original_amount")
    if row.record_type == "BOLP" and kind is Kind.ON_ACCOUNT:
        columns = (*columns, "source_type", "target_number")
    if row.record_type == "CMAP" and kind in {Kind.MEMO_PART, Kind.SETTLE_CREDIT}:
        columns = (*columns, "application_id")
    return columns


def _unusable(row: SettlementRow, kind: Kind) -> Decision | None:
    """Reject what lacks a value its effect rests on, or would settle something with less than nothing."""
    columns = reads(row, kind)
    faults = [row.faults[column] for column in columns if column in row.faults]
    if faults:
        return Decision(Kind.REJECT, "unreadable", "; ".join(faults))
    for column in columns:
        value = getattr(row, column)
        if value in {None, ""} and column in _BLANK and not _may_be_blank(kind, column):
            return Decision(Kind.REJECT, *_BLANK[column])
        if isinstance(value, Decimal) and value < 0:
            name = column.replace("_", " ")
            return Decision(Kind.REJECT, "negative_amount", f"{name} {value} would settle or credit less than nothing")
    return _too_large(row, kind)


def _too_large(row: SettlementRow, kind: Kind) -> Decision | None:
    """Reject the application of a credit memo whose id the pay table cannot hold; receipts keep the id as text."""
    if kind not in {Kind.MEMO_PART, Kind.SETTLE_CREDIT} or row.record_type != "CMAP" or row.application_id is None:
        return None
    if row.application_id <= _LARGEST_APPLIED_ID:
        return None
    detail = f"application id {row.application_id} is more than applied_credits.application_id can hold"
    return Decision(Kind.REJECT, "id_too_large", f"{detail} ({_LARGEST_APPLIED_ID})")


def _may_be_blank(kind: Kind, column: str) -> bool:
    """Return whether the effect does without the value: a bounce is told by its number, a part may have no id."""
    return (kind, column) in {
        (Kind.BOUNCE, "source_number"),
        (Kind.PART_ONE, "application_id"),
        (Kind.MEMO_PART, "customer_account"),
    }


def _pad(row: SettlementRow) -> Decision:
    """Section 5.1; the status is tested before the record type."""
    status = row.status.lower()
    if status == "fully paid":
        return Decision(Kind.SETTLE_PAD)
    if status == "not paid" or row.record_type in {"PADR", "PAYR"}:
        return Decision(Kind.BOUNCE)
    return _unexpected_status(row, "Fully PAID or Not PAID")


def _single(row: SettlementRow) -> Decision:
    """Section 5.2."""
    kinds = {"fully paid": Kind.SETTLE_ONE, "partially paid": Kind.PART_ONE}
    return Decision(kinds.get(row.status.lower(), Kind.OTHER_ONE))


def _credit(row: SettlementRow) -> Decision:
    """Section 5.3; ONAP is read as on-account money applied, like ONAC (section 10 no. 14)."""
    status = row.status.lower()
    if status == "fully paid":
        return Decision(Kind.SETTLE_CREDIT)
    if status == "partially paid":
        return Decision(Kind.MEMO_PART) if row.record_type == "CMAP" else Decision(Kind.SKIP, "partial_credit")
    return _unexpected_status(row, "Fully PAID or Partially PAID")


def _unexpected_status(row: SettlementRow, expected: str) -> Decision:
    detail = f"{row.record_type} row with status '{row.status}' (expected {expected})"
    return Decision(Kind.REJECT, "unexpected_status", detail)
