"""Decide from a settlement row alone what kind of row it is; what the database must say is decided in SQL.

Source: docs/specs/cas-settlement-csv.md sections 2, 3 and 5 to 8. Every record type, target and status ends in exactly
one kind, a skip with its rule, or a reject with its reason.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from connectors.formats.settlement import SettlementRow

_PAD_TYPES = {"PADP", "PADR", "PAYR"}
_SINGLE_TYPES = {"BOLP", "EFTP"}
_CREDIT_TYPES = {"ONAC", "CMAP", "DRWP", "ONAP"}
_LOGGED_TYPES = {"ADJS", "EFTR"}
_KNOWN_TYPES = _PAD_TYPES | _SINGLE_TYPES | _CREDIT_TYPES | _LOGGED_TYPES
_REVERSALS = {"PADR", "PAYR", "EFTR"}
_OTHER_TARGETS = {"INV", "DM", "CM"}
_EFT_WIRE = "bc reg eft wire cheque"
_COVERS_PART = "partial_credit"  # what money on account covered in part: no row is written, but its amount counts
_LARGEST_APPLIED_ID = 2**31 - 1  # what applied_credits.application_id can hold
_SETTLING = ("source_number", "application_date", "amount", "customer_account", "target_number")


class RowKind(StrEnum):
    """The effect that a row calls for."""

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
class RowDecision:
    """A kind, and for a skip or reject the rule or reason that made it so."""

    kind: RowKind
    rule: str = ""
    detail: str = ""


_READS = {
    RowKind.SETTLE_PAD: (*_SETTLING, "original_amount"),
    RowKind.SETTLE_ONE: ("source_type", *_SETTLING),
    RowKind.PART_ONE: ("source_type", *_SETTLING, "outstanding_amount", "application_id"),
    RowKind.OTHER_ONE: ("source_type", *_SETTLING),
    RowKind.SETTLE_CREDIT: _SETTLING,
    RowKind.MEMO_PART: _SETTLING,
    RowKind.BOUNCE: ("source_number", "application_date", "customer_account", "target_number", "original_amount",
                  "outstanding_amount"),
    RowKind.EFT_PAYMENT: ("source_type", "source_number"),
    RowKind.ON_ACCOUNT: ("source_number", "amount", "customer_account", "original_amount"),
    RowKind.SKIP: ("amount",),
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


def decide(row: SettlementRow) -> RowDecision:
    """Return the effect that a row calls for, or why it is skipped or rejected."""
    unreadable = [row.faults[column] for column in ("record_type", "target_type", "status") if column in row.faults]
    if row.problem or unreadable:
        return RowDecision(RowKind.REJECT, "unreadable", row.problem or "; ".join(unreadable))
    decision = _by_type(row)
    if decision.kind is RowKind.REJECT or (decision.kind is RowKind.SKIP and decision.rule != _COVERS_PART):
        return decision
    return _unusable(row, decision.kind) or decision


@lru_cache(maxsize=4096)
def decide_plain(
    record_type: str, source_type: str, target_type: str, status: str, has_amount: bool
) -> tuple[str, str, str]:
    """Return kind, rule and detail of a row of which each number, date and amount is given, and none below zero."""
    number, amount = "1", Decimal(has_amount)
    decision = decide(
        SettlementRow(
            line=0,
            record_type=record_type,
            source_type=source_type,
            source_number=number,
            application_id=1,
            application_date=date.min,
            amount=amount,
            customer_account=number,
            target_type=target_type,
            target_number=number,
            original_amount=amount,
            outstanding_amount=amount,
            status=status,
        )
    )
    return decision.kind, decision.rule, decision.detail


def _by_type(row: SettlementRow) -> RowDecision:
    if row.record_type not in _KNOWN_TYPES:
        if row.amount == 0 and row.target_type in _OTHER_TARGETS:
            return RowDecision(RowKind.SKIP, "zero_amount")
        return RowDecision(RowKind.REJECT, "unknown_record_type", f"record type '{row.record_type}' is not known")
    if row.target_type == "RECEIPT":
        if row.record_type in _REVERSALS:  # money that went back is not a credit
            return RowDecision(RowKind.SKIP, "reversal_on_account")
        return RowDecision(RowKind.ON_ACCOUNT)
    if row.record_type in _LOGGED_TYPES:
        return RowDecision(RowKind.SKIP, "informational")
    if not row.target_type and (row.amount or row.record_type in _PAD_TYPES):  # as of a line that was cut off
        return RowDecision(RowKind.REJECT, "no_target", "target transaction type is blank (expected INV or RECEIPT)")
    if row.target_type != "INV":
        return RowDecision(RowKind.SKIP, "target_is_no_invoice")
    if row.record_type in _PAD_TYPES:
        return _pad(row)
    if row.record_type == "EFTP" and row.source_type.lower() == _EFT_WIRE:
        return RowDecision(RowKind.EFT_PAYMENT)
    if row.record_type == "BOLP" and row.source_type.lower() == _EFT_WIRE:  # the EFT job owns these invoices
        return RowDecision(RowKind.SKIP, "eft_source")
    if row.amount == 0:
        return RowDecision(RowKind.SKIP, "zero_amount")
    return _single(row) if row.record_type in _SINGLE_TYPES else _credit(row)


def reads(row: SettlementRow, kind: RowKind) -> tuple[str, ...]:
    """Return the columns whose values the effect of the row rests on: only these can reject it."""
    columns = _READS[kind]
    if row.record_type == "BOLP" and kind in {RowKind.SETTLE_ONE, RowKind.PART_ONE}:  # of the payment; EFTP has its own
        columns = (*columns, "original_amount")
    if row.record_type == "BOLP" and kind is RowKind.ON_ACCOUNT:
        columns = (*columns, "source_type", "target_number", "application_date")
    if row.record_type == "CMAP" and kind in {RowKind.MEMO_PART, RowKind.SETTLE_CREDIT}:
        columns = (*columns, "application_id")
    return columns


def _unusable(row: SettlementRow, kind: RowKind) -> RowDecision | None:
    """Reject what lacks a value its effect rests on, or would settle something with less than nothing."""
    columns = reads(row, kind)
    faults = [row.faults[column] for column in columns if column in row.faults]
    if faults:
        return RowDecision(RowKind.REJECT, "unreadable", "; ".join(faults))
    for column in columns:
        value = getattr(row, column)
        if (value is None or value == "") and column in _BLANK and not _may_be_blank(kind, column):
            return RowDecision(RowKind.REJECT, *_BLANK[column])
        if isinstance(value, Decimal) and value < 0:
            name = column.replace("_", " ")
            return RowDecision(
                RowKind.REJECT, "negative_amount", f"{name} {value} would settle or credit less than nothing"
            )
    return _too_large(row, kind)


def _too_large(row: SettlementRow, kind: RowKind) -> RowDecision | None:
    """Reject the application of a credit memo whose id the pay table cannot hold; receipts keep the id as text."""
    if row.record_type != "CMAP" or kind not in {RowKind.MEMO_PART, RowKind.SETTLE_CREDIT}:
        return None
    if row.application_id is None or row.application_id <= _LARGEST_APPLIED_ID:
        return None
    detail = f"application id {row.application_id} is more than applied_credits.application_id can hold"
    return RowDecision(RowKind.REJECT, "id_too_large", f"{detail} ({_LARGEST_APPLIED_ID})")


def _may_be_blank(kind: RowKind, column: str) -> bool:
    """Return whether the effect does without the value: a bounce is known by its number, a part may have no id."""
    return (kind, column) in {
        (RowKind.BOUNCE, "source_number"),
        (RowKind.PART_ONE, "application_id"),
        (RowKind.MEMO_PART, "customer_account"),
    }


def _pad(row: SettlementRow) -> RowDecision:
    """Section 5.1; the status is tested before the record type."""
    if row.status.lower() == "fully paid":
        return RowDecision(RowKind.SETTLE_PAD)
    if row.is_bounce:
        return RowDecision(RowKind.BOUNCE)
    return _unexpected_status(row, "Fully PAID or Not PAID")


def _single(row: SettlementRow) -> RowDecision:
    """Section 5.2."""
    kinds = {"fully paid": RowKind.SETTLE_ONE, "partially paid": RowKind.PART_ONE}
    return RowDecision(kinds.get(row.status.lower(), RowKind.OTHER_ONE))


def _credit(row: SettlementRow) -> RowDecision:
    """Section 5.3; ONAP is read as on-account money applied, like ONAC (section 10 no. 14)."""
    status = row.status.lower()
    if status == "fully paid":
        return RowDecision(RowKind.SETTLE_CREDIT)
    if status == "partially paid":
        return RowDecision(RowKind.MEMO_PART) if row.record_type == "CMAP" else RowDecision(RowKind.SKIP, _COVERS_PART)
    return _unexpected_status(row, "Fully PAID or Partially PAID")


def _unexpected_status(row: SettlementRow, expected: str) -> RowDecision:
    detail = f"{row.record_type} row with status '{row.status}' (expected {expected})"
    return RowDecision(RowKind.REJECT, "unexpected_status", detail)
