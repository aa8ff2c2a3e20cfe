"""What became of a batch of feedback, in words for people, and the event that follows from a reversal."""

from collections.abc import Iterator

from config.command_line import typed
from config.plurals import counted
from connectors.outbox import NewMessage
from connectors.payment_events import PaymentStatus, payment_event
from jobs.run.outcome import Outcome, Reject, Table
from tasks.ejv_feedback_check.batch_result import JOURNAL_FILES, BatchResult, FeedbackBatch
from tasks.ejv_feedback_check.findings import findings

_RELEASED = "What it holds was released for the next batch; find the cause before that runs"
_STILL_WAITS = (
    "Only what its own lines say was booked; the rest still waits, for a payment that went out must not be made again. "
    "Ask CAS what it paid, then release what CGI never ran"
)


def outcome_of(result: BatchResult, batch: FeedbackBatch) -> Outcome:
    """Return counts, a table of what happened, and what needs attention."""
    outcome = Outcome()
    outcome.counts.update({f"lines_{name}": number for name, number in sorted(result.lines.items())})
    outcome.counts["lines_read"] = sum(result.lines.values())
    outcome.counts.update({f"items_{what}": number for what, number, _ in result.effects})
    where = f"{batch.file_name} batch {batch.number}"
    if result.effects:
        outcome.tables.append(
            Table(f"{where} ({result.file_type})", ("what", "items", "amount"), result.effects, "effects")
        )
    if result.refusal:
        outcome.rejects.append(_refused_whole(result, batch, f"{where} line {batch.first_line + 1}"))
    if result.trailer is not None:
        line, refusal = result.trailer
        detail = f"{refusal}. Its lines were booked as each of them says: ask CAS what CGI ran of it"
        command = typed("explain batch", batch.number)
        outcome.rejects.append(Reject(f"{where} line {line}", "CGI refused the trailer", detail, command))
    outcome.rejects += [reject for item in result.to_check for reject in findings(item, where, batch.number)]
    outcome.rejects += [
        Reject(
            f"{where} journal {row.journal}",
            "not answered",
            f"the file has no line for {row.link_type} {row.link_id}",
            typed("explain batch", batch.number),
        )
        for row in result.unanswered
    ]
    outcome.rejects += [
        Reject(
            where,
            "not answered",
            f"the file has no line for {item.words}, {item.amount} CAD",
            typed("explain batch", batch.number),
            item.amount,
        )
        for item in result.owed
    ]
    if result.unanswered and result.unanswered[0].number > len(result.unanswered):
        outcome.notes.append(f"{where}: {counted(result.unanswered[0].number, 'link')} in all without an answer.")
    if result.stopped:
        codes = ", ".join(map(str, sorted(result.stopped)))
        outcome.notes.append(
            f"{where}: journals are stopped on distribution code {codes}. Once the GL that CGI refused, which may be "
            "that of BC Registries, is confirmed and corrected (after 0703, a closed period, nothing is to correct): "
            f"{typed('ejv unstop', min(result.stopped), reason=True)}"
        )
    return outcome


def _refused_whole(result: BatchResult, batch: FeedbackBatch, where: str) -> Reject:
    is_released = result.file_type in JOURNAL_FILES
    detail = f"{result.refusal}. {_RELEASED if is_released else _STILL_WAITS}"
    command = typed("explain batch", batch.number) if is_released else typed("ejv rebuild", batch.number, reason=True)
    return Reject(where, "CGI refused the whole batch", detail, command)


def reversal_events(result: BatchResult, batch: FeedbackBatch, *, with_dates: bool) -> Iterator[NewMessage]:
    """Return the event of each invoice that was refunded now, where its product hears of refunds."""
    for invoice in result.reversed:
        event = payment_event(
            invoice,
            PaymentStatus.REVERSED,
            with_dates=with_dates,
            idempotency_key=f"reversed:{invoice.invoice_id}:{batch.number}",
        )
        if event is not None:
            yield event
