"""What our own books know about the inputs of a night, as far as a decision rests on it.

A decision that excuses a difference because of a row of a settlement file, a line of feedback, a step of a slip or a
setting excuses it only in what that one is about. Most nights have little of each.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from database.sql import statements
from tools.compare_shadow.merging import ShadowDifference

sql = statements(__package__)

Subject = tuple[str, str]
_OF_INVOICES = (
    "applied_credits", "invoice_references", "invoices", "payment_line_items", "receipts",
)  # fmt: skip
# What a row is about, by column.
_BY_COLUMN: dict[str, tuple[Subject, ...]] = {
    "applied_credits": (("receipt", "cfs_identifier"),),
    "cas_settlements": (("file", "file_name"),),
    "cfs_accounts": (("account", "account_id"),),
    "cfs_accounts_history": (("account", "account_id"),),
    "credits": (("receipt", "cfs_identifier"), ("account", "account_id")),
    "distribution_codes": (("code", "distribution_code_id"),),
    "distribution_codes_history": (("code", "distribution_code_id"),),
    "eft_refunds": (("eft refund", "id"),),
    "ejv_files": (("batch", "id"),),
    "ejv_headers": (("batch", "ejv_file_id"),),
    "ejv_links": (("journal", "ejv_header_id"),),
    "invoices": (("slip", "routing_slip"),),
    "non_sufficient_funds": (("number", "invoice_number"),),
    "partner_disbursements": (("partner row", "id"),),
    "payment_accounts": (("account", "id"),),
    "payment_accounts_history": (("account", "id"),),
    "payments": (("number", "invoice_number"), ("receipt", "receipt_number")),
    "refunds": (("refund", "id"),),
    "refunds_partial": (("part", "id"),),
    "refunds_partial_history": (("part", "id"),),
    "routing_slips": (("slip", "number"),),
}
# To whom a row belongs that a job made.
_OF_WHOM: dict[str, tuple[tuple[str, str], ...]] = {
    "invoice_references": (("number", "invoice_number"),),
    "non_sufficient_funds": (("CFS account", "cfs_account"),),
    "payments": (("account", "payment_account_id"),),
}
# Columns that repeat what a line of feedback, or its file, says.
_SAID = {"feedback_file_ref": "answer", "gl_error": "message", "message": "message"}


@dataclass(frozen=True)
class Evidence:
    """What each decision may excuse: kind and name of the things, by decision."""

    subjects: Mapping[str, frozenset[Subject]] = field(default_factory=dict)

    def speaks_of(self, decision: str, difference: ShadowDifference, *, whole: bool = False) -> bool:
        """Return whether a difference is in something that the decision may excuse.

        whole  what the evidence must name besides is named as well
        """
        named = self.subjects.get(decision, frozenset())
        if subjects_of(difference).isdisjoint(named):
            return False
        return not whole or _needed_by_whole(difference) <= named


def subjects_of(difference: ShadowDifference) -> set[Subject]:
    """Return what a difference is about."""
    found: set[Subject] = set()
    for row in (difference.their_row, difference.our_row):
        for kind, column in _BY_COLUMN.get(difference.table, ()):
            value = row.get(column) if row is not None else None
            if value is not None:
                found.add((kind, value))
    if difference.table in _OF_INVOICES:
        found.add(_invoice(difference.key))
    if difference.table in ("statements", "statement_invoices"):
        found.add(("statement", " ".join(difference.key.split(" ")[:4])))
    if difference.table == "ejv_links":
        found |= {("link", f"{row['ejv_header_id']} {row['link_id']}") for row in
                  (difference.their_row, difference.our_row) if row is not None}  # fmt: skip
    return found


def _needed_by_whole(difference: ShadowDifference) -> set[Subject]:
    """Return all that must be named where a decision excuses whatever was done: by whom a row was made, or said."""
    row = difference.our_row or difference.their_row or {}
    if difference.column == "":
        owners = {(kind, row[column]) for kind, column in _OF_WHOM.get(difference.table, ())}
        is_of_slip = difference.key.startswith("fee of slip ")
        return subjects_of(difference) | {(kind, name) for kind, name in owners if name is not None and not is_of_slip}
    kind = _SAID.get(difference.column)
    return {(kind, difference.ours)} if kind is not None and difference.ours is not None else set()


def _invoice(key: str) -> Subject:
    """Return what the key of an invoice, or of a row of it, names: an invoice, or what bounced and cost a fee."""
    words = key.split(" ")
    if words[0] != "fee":
        return "invoice", words[0]
    return ("slip", words[3]) if words[2] == "slip" else ("number", words[2])


def gather_evidence(theirs: Connection, ours: Connection, since: datetime | None) -> Evidence:
    """Return what both databases know of a day (its first moment) and later, or of always."""
    found: defaultdict[str, set[Subject]] = defaultdict(set)
    for row in _rows(theirs, ours, since):
        found[row.decision].add((row.kind, row.subject))
    return Evidence({decision: frozenset(subjects) for decision, subjects in found.items()})


def _rows(theirs: Connection, ours: Connection, since: datetime | None) -> Iterator[Row[Any]]:
    unfinished = list(sql.run(theirs, "list_unfinished_files", since=since).scalars())
    unanswered = list(sql.run(theirs, "list_unanswered_batches", since=since).scalars())
    waiting = list(sql.run(theirs, "list_waiting_slips", since=since).scalars())
    yield from sql.run(theirs, "find_credit_evidence", since=since)
    yield from sql.run(ours, "find_settlement_evidence", since=since, unfinished=unfinished)
    yield from sql.run(ours, "find_feedback_evidence", since=since, unanswered=unanswered)
    yield from sql.run(ours, "find_slip_evidence", since=since, waiting=waiting)
    yield from sql.run(ours, "find_statement_evidence", since=since)
