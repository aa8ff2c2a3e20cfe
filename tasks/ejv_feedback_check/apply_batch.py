"""Apply one batch of feedback, inside one transaction: every step is one statement over all its lines."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from config.errors import InputRefused, TotalsDisagree
from connectors.payment_events import EventInvoice
from database.pay.history import keep_versions
from database.sessions import Session
from database.sql import statements
from diagnosis.gl_codes import gl_codes
from tasks.ejv_feedback_check.batch_result import (
    JOURNAL_FILES,
    BatchResult,
    FeedbackBatch,
    ItemToCheck,
    UnansweredLink,
)
from tasks.ejv_feedback_check.feedback_lines import ACCEPTED, JOURNAL_TYPES
from tasks.ejv_feedback_check.file_names import VOIDED, feeder_of
from tasks.ejv_feedback_check.line_spool import SpooledBatch, stage
from tasks.ejv_feedback_check.owed_items import owed_items
from tasks.ejv_feedback_check.row_locks import lock_rows

sql = statements(__package__)

SHOWN = 1000
_JOINED = "journal, subject, link_type, link_id, invoice_id, outcome, effect, is_accepted"
AP_FILES = ("REFUND", "EFT_REFUND", "NON_GOV_DISBURSEMENT")


def apply_batch(
    session: Session, batch: FeedbackBatch, lines: SpooledBatch, *, now: datetime, today: date, despite_faults: bool
) -> BatchResult:
    """Apply every line of a batch, and record what became of each.

    now  naive UTC
    Raises InputRefused if the batch is not one of ours, TotalsDisagree if the outcomes do not add up to what was read.
    """
    row = _lock_batch(session, batch)
    file_type = str(row.file_type)
    count = stage(session, lines)
    header = sql.run(session, "find_batch_header").one_or_none()
    if header is None:
        raise InputRefused("it has no readable BH line, so it is unknown whether CGI took the batch")
    is_refused = header.code != ACCEPTED
    refusal = f"{header.code} {header.message}".strip() if is_refused else ""
    result = BatchResult(file_type, refusal)
    answer = {"batch": batch.number, "is_refused": is_refused, "refusal": refusal}
    lock_rows(session, batch.number, file_type)
    if file_type in JOURNAL_FILES:
        kind = {"file_type": file_type, "despite_faults": despite_faults, "today": today}
        sql.run(session, "resolve_journals", **answer, **kind)
    else:
        _resolve_ap(session, row, is_refused=is_refused, today=today)
    session.execute(text(f"ANALYZE feedback_items ({_JOINED})"))
    result.effects = [tuple(row) for row in sql.run(session, "sum_effects")]
    result.is_held = not result.effects and bool(sql.run(session, "has_rejected_items").scalar_one())
    _settle(session, result, batch, now, today)
    if not result.is_held:
        if file_type in JOURNAL_FILES:
            sql.run(session, "settle_headers", **answer)
        message = refusal or header.message
        sql.run(session, "settle_batch", **answer | {"refusal": message}, name=batch.file_name, now=now)
    _record(session, result, batch, count, today)
    session.execute(text("DROP TABLE feedback_items, feedback_staged"))
    return result


def _lock_batch(session: Session, batch: FeedbackBatch) -> Row[Any]:
    """Lock our row of the batch and return it. Raises InputRefused if this feedback cannot be for it."""
    row = sql.run(session, "lock_answered_batch", batch=batch.number).one_or_none()
    if row is None:
        raise InputRefused(
            f"batch {batch.number} has no row in ejv_files: it may be of a run that uploaded and crashed before its "
            "commit. Find out with CAS what it holds before anything else"
        )
    expected = JOURNAL_FILES if batch.batch_type in JOURNAL_TYPES else AP_FILES
    if row.file_type not in expected:
        raise InputRefused(
            f"batch {batch.number} is of type {row.file_type} in ejv_files, its feedback is {batch.batch_type} "
            f"(expected {' or '.join(expected)})"
        )
    feeder = feeder_of(row.file_ref)
    if batch.feeder and feeder is not None and batch.feeder != feeder:
        raise InputRefused(
            f"BG names feeder {batch.feeder}, but batch {batch.number} went out as {row.file_ref}: this is the answer "
            "to another feeder's batch"
        )
    return row


def _resolve_ap(session: Session, row: Row[Any], *, is_refused: bool, today: date) -> None:
    sql.run(
        session, "resolve_ap", batch=row.id, file_type=row.file_type, is_refused=is_refused, today=today,
        batch_status=row.disbursement_status_code or "", is_voided=(row.message or "").startswith(VOIDED),
    )  # fmt: skip


def _settle(session: Session, result: BatchResult, batch: FeedbackBatch, now: datetime, today: date) -> None:
    """SpooledBatch 7.2, by file type."""
    if result.file_type == "PAYMENT":
        sql.run(session, "settle_links")
        settle_charged_invoices(session, now)
        sql.run(session, "hold_partial_refunds")
        _release_held_parts(session, now)
        _change_refunds(session, "settle_partial_refunds", now, only_refused=False)
        sql.run(session, "write_payments", name=batch.file_name, now=now)
        result.stopped += _stop_gl(session, sql.run(session, "choose_account_gl", today=today).all(), now)
        result.reversed += accepted_refunds(session)
    elif result.file_type == "DISBURSEMENT":
        sql.run(session, "settle_links")
        sql.run(session, "settle_disbursements", batch=batch.number, now=now)
        sql.run(session, "settle_partner_disbursements", now=now)
        _change_refunds(session, "note_refund_errors", now, only_refused=True)
        result.stopped += _stop_gl(session, sql.run(session, "choose_partner_gl").all(), now)
    elif result.file_type == "NON_GOV_DISBURSEMENT":
        sql.run(session, "settle_links")
        sql.run(session, "settle_disbursements", batch=batch.number, now=now)
    elif result.file_type == "REFUND":
        sql.run(session, "settle_slips", now=now)
    else:
        sql.run(session, "settle_eft_refunds", now=now)


def settle_charged_invoices(session: Session, now: datetime) -> None:
    """Write on the invoices of `feedback_items` that they were charged or paid back, with references and receipts.

    Receipts come first: their foreign key costs half as much before their invoices are written anew.
    """
    sql.run(session, "write_receipts")
    sql.run(session, "settle_invoices", now=now)
    sql.run(session, "settle_references")


def accepted_refunds(session: Session) -> list[EventInvoice]:
    """Return the invoices of `feedback_items` whose reversal was accepted."""
    return [EventInvoice(**row._mapping) for row in sql.run(session, "list_reversed")]


def _change_refunds(session: Session, name: str, now: datetime, *, only_refused: bool) -> None:
    ids = sql.run(session, "choose_partial_refunds", only_refused=only_refused).scalars().all()
    keep_versions(session, "refunds_partial", ids, now)
    sql.run(session, name, now=now)


def _release_held_parts(session: Session, now: datetime) -> None:
    ids = sql.run(session, "choose_held_parts").scalars().all()
    keep_versions(session, "refunds_partial", ids, now)
    sql.run(session, "release_held_parts", ids=list(ids), now=now)


def _stop_gl(session: Session, chosen: Sequence[Row[Any]], now: datetime) -> list[int]:
    """Stop journals on GL codes that still run, and return all that are stopped now."""
    running = [code.id for code in chosen if not code.is_stopped]
    keep_versions(session, "distribution_codes", running, now)
    sql.run(session, "stop_gl", ids=running, now=now)
    return [code.id for code in chosen]


def _with_gls(session: Session, items: list[ItemToCheck], *, is_disbursement: bool, today: date) -> list[ItemToCheck]:
    """Return items, those of which CGI refused a line with the GL codes of their invoices."""
    invoices = {item.invoice_id for item in items if item.refused_sides and item.invoice_id is not None}
    if not invoices:
        return items
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in gl_codes(session, invoices, today=today, is_disbursement=is_disbursement):
        found[one.invoice][one.owner].append(f"distribution code {one.code}: {one.gl}")
    return [item._replace(gls=found[item.invoice_id]) if item.invoice_id in found else item for item in items]


def _record(session: Session, result: BatchResult, batch: FeedbackBatch, count: int, today: date) -> None:
    values = {"file_id": batch.file_id, "first": batch.first_line, "last": batch.last_line}
    sql.run(session, "forget_lines", **values)
    sql.run(session, "record_lines", file_id=batch.file_id, batch=batch.number)
    result.lines = dict(map(tuple, sql.run(session, "count_line_outcomes", **values)))
    if sum(result.lines.values()) != count:
        raise TotalsDisagree(
            f"{batch.file_name} batch {batch.number}: {count} lines were read, but {sum(result.lines.values())} have "
            f"an outcome ({result.lines})."
        )
    if not result.refusal and (trailer := sql.run(session, "find_trailer_refusal").first()) is not None:
        result.trailer = (trailer.line, trailer.refusal)
    to_check = [ItemToCheck(**row._mapping) for row in sql.run(session, "list_to_check", limit=SHOWN)]
    result.to_check = _with_gls(session, to_check, is_disbursement=result.file_type == "DISBURSEMENT", today=today)
    unanswered = sql.run(session, "list_unanswered", batch=batch.number, limit=SHOWN)
    result.unanswered = [UnansweredLink(**row._mapping) for row in unanswered]
    if not (result.refusal or result.is_held):
        result.owed = owed_items(session, batch.number)
