"""Void a batch that CGI never ran, or refused, so that the next run of the job that made it makes a new one.

What of it was accepted is left alone. Source: docs/specs/cgi-ejv-files.md section 8 step 6.
"""

from typing import Any

from sqlalchemy import Row, text

from config.business_days import next_business_day
from config.business_time import naive_utc
from config.command_line import in_short
from config.errors import InputRefused
from config.plurals import counted
from config.settings import CgiSettings, CgiSftpSettings
from connectors.object_store import ObjectStore
from connectors.sftp import connect_sftp
from database.pay.history import keep_versions
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.ejv_feedback_check.bucket_index import find_inbox, index_bucket, index_outstanding
from tasks.ejv_feedback_check.file_index import INBOX
from tasks.ejv_feedback_check.file_names import VOIDED
from tasks.ejv_feedback_check.owed_items import owed_items
from tasks.ejv_feedback_check.resend_guards import (
    SentBatch,
    answer_due,
    list_server_files,
    lock_sent_batch,
    unread_answers,
)
from tools.ejv.arguments import codes_to_clear
from tools.ejv.changed_rows import ChangedRow, changed_rows
from tools.ejv.unstop import clear_stop

sql = statements(__package__)

_SLIPS = "REFUND"
_EFT = "EFT_REFUND"
_ANSWERED = ("COMPLETED", "ERRORED")
_AP = (_SLIPS, _EFT)
_MOST_NAMED = 20
_LEFT_TO_DO = {
    "PAYMENT": "they are free for the next payment batch, but for what stays REFUND_PROCESSING; correct the GL first",
    "DISBURSEMENT": "they are free for the next partner batch; correct the GL first",
    "NON_GOV_DISBURSEMENT": "they are free for the next AP batch; remove the cause first",
    _SLIPS: "their slips are REFUND_REJECTED; have each refund authorized again once the cause is removed",
    _EFT: "they are ERRORED; have each refund approved again once the cause is removed",
}


def rebuild(context: RunContext, store: ObjectStore, batch: int, *, reason: str, skip_wait: bool) -> Outcome:
    """Void a batch and show every row that changes. Raises InputRefused with every reason there is against it."""
    with connect_sftp(context.settings(CgiSftpSettings)) as sftp:
        there = list_server_files(sftp, context)
    outcome = index_bucket(context, store, (f"{context.settings(CgiSettings).feedback_folder}/",))
    outcome += index_outstanding(context, store)
    with context.database.begin() as session:
        sent_batch = lock_sent_batch(session, batch)
    numbers = _numbers_in_inbox(context, store, sent_batch) if sent_batch.file_type in _AP else None
    with context.database.begin() as session:
        sent_batch = lock_sent_batch(session, batch)
        against = unread_answers(session, context, sent_batch, there) + _against(context, session, sent_batch)
        if not skip_wait and sent_batch.disbursement_status_code not in _ANSWERED:
            against += answer_due(session, batch, context.clock())
        if against:
            raise InputRefused(f"Batch {batch} is not voided: {'; '.join(against)}")
        try:
            changed, told = _void(context, session, sent_batch, numbers, reason)
        except InputRefused as refused:
            raise InputRefused(f"Batch {batch} is not voided: {refused}") from refused
        if all(row.name == "ejv_files" for row in changed):
            against = [_answered(session, sent_batch), *told]
            raise InputRefused(f"Batch {batch} is not voided: {'. '.join(against)}")
        kept_back = sql.run(session, "list_kept_references", file_type=sent_batch.file_type).scalars().all()
        session.execute(text("DROP TABLE voided"))
    said = "would be voided" if context.dry_run else "was voided"
    outcome.answer = (
        f"Batch {batch} {said}; {counted(len(changed), 'row')} changed{' then' if context.dry_run else ''}."
    )
    outcome.tables.append(Table(f"Batch {batch} {said}", ("table", "id", "before", "after"), changed, "changed"))
    for row in changed:
        outcome.counts[f"changed_{row.name.replace('.', '_')}"] += 1
    kept, _ = sent_batch.links.get("COMPLETED", (0, 0))
    if kept:
        outcome.notes.append(f"Left as before: {counted(kept, 'link')} of batch {batch} that CGI accepted.")
    outcome.notes.append(f"The next run of the job that makes {sent_batch.file_type} batches takes up what was voided.")
    outcome.notes += [
        f"Invoice {invoice} keeps its reference: its refund is asked for and it was never charged, so the next batch "
        "would pay back what nobody paid. Nothing is owed; the pay team closes it as CANCELLED."
        for invoice in kept_back
    ]
    outcome.notes += told
    cleared = {row.id for row in changed if row.name == "distribution_codes.stop_ejv"}
    outcome.notes += [
        f"Distribution code {code} is no stopped code of batch {batch}: its stop_ejv was left as it is."
        for code in sorted((codes_to_clear(reason) or set()) - cleared)
    ]
    context.log.info("batch.voided", batch=batch, reason=reason, rows=len(changed))
    return outcome


def _against(context: RunContext, session: Session, sent_batch: SentBatch) -> list[str]:
    reasons: list[str] = []
    if (sent_batch.message or "").startswith(VOIDED):
        reasons.append(f"it was voided before ({sent_batch.message})")
    values = {"batch": sent_batch.id, "day": next_business_day(context.today())}
    for row in sql.run(session, "list_running_resubmissions", **values):
        reasons.append(f"it was sent again as {row.new_name} and CGI may run that; wait for its answer")
    for row in sql.run(session, "list_accepted_not_applied", batch=sent_batch.id):
        reasons.append(
            f"CGI accepted {row.subject} (line {row.line} of {row.file}), which could not be applied "
            f"({row.rule.replace('_', ' ')}): its money moved, and would move again. "
            "Settle what it is of by hand and set its link in ejv_links to COMPLETED, then void the rest"
        )
    return reasons


def _answered(session: Session, sent_batch: SentBatch) -> str:
    """Return that CGI answered all of a batch, and what is left to do for what it refused."""
    accepted, _ = sent_batch.links.get("COMPLETED", (0, 0))
    refused = sql.run(session, "list_refused", batch=sent_batch.id).all()
    said = f"CGI answered all of it in {sent_batch.feedback_file_ref or 'a file that is not named'}"
    if sent_batch.links:
        said += f" ({accepted} accepted, {len(refused)} refused)"
    if not refused:
        return f"{said}, so nothing is left to void"
    named = "; ".join(f"{row.what}: {row.message.strip() or 'no message'}" for row in refused[:_MOST_NAMED])
    more = f"; and {len(refused) - _MOST_NAMED} more" if len(refused) > _MOST_NAMED else ""
    left = f"{said}, so nothing is left to void. Refused: {named}{more}; {_LEFT_TO_DO[sent_batch.file_type]}"
    if sent_batch.file_type in _AP:
        return left
    stopped = sql.run(session, "list_stopped_gl", batch=sent_batch.id, file_type=sent_batch.file_type)
    return left + "".join(f", {in_short('ejv unstop', code, reason=True)}" for code in stopped.scalars())


def _of_part(part: Row[Any]) -> str:
    """Say what becomes of a partial refund that is not released: a row of list_waiting_parts.sql."""
    if part.was_paid:
        return f"Partial refund {part.id} becomes REFUND_PROCESSED again: CGI paid it back in an earlier batch."
    if part.is_paid:
        return (
            f"Partial refund {part.id} stays REFUND_PROCESSING: a part of invoice {part.invoice_id} was paid back, and "
            "EJV_PAYMENT would send that again with it. The pay team has this part paid back by hand, and makes it "
            "REFUND_PROCESSED."
        )
    return (
        f"Partial refund {part.id} stays REFUND_PROCESSING while a part of invoice {part.invoice_id} is at CGI, and "
        "EJV_PAYMENT would send that again with it. It waits for the answer to that, or for its batch to be voided."
    )


def _void(
    context: RunContext, session: Session, sent_batch: SentBatch, numbers: list[str] | None, reason: str
) -> tuple[list[ChangedRow], list[str]]:
    """Void what nobody accepted; `numbers` are those of an AP batch. Also return what is told of its partial refunds.

    Raises InputRefused where they are not known, or a stop must not be cleared.
    """
    batch, file_type, now = sent_batch.id, sent_batch.file_type, naive_utc(context.clock())
    by = f"run {context.run_id}" if context.run_id is not None else "a dry run"
    message = f"{VOIDED} by ejv rebuild ({by}): {reason}"
    sql.run(session, "choose_voided", batch=batch)
    changed: list[ChangedRow] = []
    told: list[str] = []
    links = changed_rows(sql.run(session, "void_links", batch=batch, message=message))
    if file_type == "PAYMENT":
        changed += changed_rows(sql.run(session, "release_references"))
        parts = sql.run(session, "list_waiting_parts", batch=batch).all()
        paid = [part.id for part in parts if part.was_paid]
        free = [part.id for part in parts if not (part.is_paid or part.is_at_cgi)]
        told = [_of_part(part) for part in parts if part.is_paid or part.is_at_cgi]
        keep_versions(session, "refunds_partial", [*paid, *free], now)
        for status, ids in (("REFUND_PROCESSED", paid), ("REFUND_REQUESTED", free)):
            changed += changed_rows(sql.run(session, "set_partial_refunds", ids=ids, status=status, now=now))
    elif file_type in _AP:
        if numbers is None:
            raise InputRefused(
                f"the inbox file {sent_batch.file_ref} is not in the bucket, and only it says what AP batch {batch} "
                "holds"
            )
        name = "release_slips" if file_type == _SLIPS else "release_eft_refunds"
        owed = [item.number for item in owed_items(session, batch, numbers)]
        changed += changed_rows(sql.run(session, name, numbers=owed, now=now))
    else:
        changed += changed_rows(sql.run(session, "release_disbursements", now=now))
        changed += changed_rows(sql.run(session, "release_partner_disbursements", batch=batch))
    changed += links
    changed += changed_rows(sql.run(session, "void_headers", batch=batch, message=message))
    is_ap = file_type in _AP
    changed += changed_rows(sql.run(session, "void_batch", batch=batch, message=message, is_ap=is_ap, now=now))
    changed += clear_stop(context, session, _named_codes(session, sent_batch, reason))
    return changed, told


def _named_codes(session: Session, sent_batch: SentBatch, reason: str) -> list[int]:
    """Return the stopped distribution codes of the batch that the reason names: its numbers, or all without one."""
    named = codes_to_clear(reason)
    if named is None:
        return []
    stopped = sql.run(session, "list_stopped_gl", batch=sent_batch.id, file_type=sent_batch.file_type)
    return [code for code in stopped.scalars() if code in named or not named]


def _numbers_in_inbox(context: RunContext, store: ObjectStore, sent_batch: SentBatch) -> list[str] | None:
    """Return the AP invoice numbers of the batch, which only its inbox file knows; None where it is not stored."""
    key = find_inbox(context, store, sent_batch.file_ref)
    if key is None:
        return None
    with store.open(key) as stream:
        return sorted({line.subject for line, _ in INBOX.lines(stream) if line.record == "IH" and line.subject})
