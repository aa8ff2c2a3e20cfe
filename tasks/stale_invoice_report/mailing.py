"""Mail the summary to operations, through the outbox: once for a run, and sent before the run ends if it can be."""

from collections.abc import Sequence

from connectors.mail import new_mail
from connectors.outbox import NewMessage, enqueue
from diagnosis.catalogue import DIAGNOSES
from jobs.run.context import RunContext
from jobs.run.mails import recipients_of, send_mails
from jobs.run.outcome import Outcome
from tasks.stale_invoice_report.summary import Summary, headline

_MOST = 15


def mail_summary(context: RunContext, summary: Summary, kept: Sequence[str]) -> Outcome:
    """Queue the mail and deliver what mail waits; a dry run does neither."""
    if not context.dry_run:
        with context.database.begin() as session:
            enqueue(session, [_mail(context, summary, kept)], run_id=context.run_id)
    return send_mails(context)


def _mail(context: RunContext, summary: Summary, kept: Sequence[str]) -> NewMessage:
    tallies = summary.tallies
    lines = [*headline(summary), ""]
    for code in summary.ranked()[:_MOST]:
        one, tally = DIAGNOSES[code], tallies.by_diagnosis[code]
        lines.append(f"{code:<9} {tally.count:>7,}  {tally.amount:>14,.2f}  {one.title} {one.action}")
    lines += ["", *(f"Kept as {key}" for key in kept)]
    return new_mail(
        "stale_invoices",
        recipients_of(context),
        f"Stuck invoices {summary.today}: {tallies.stuck.count:,} totalling {tallies.stuck.amount:,.2f} CAD",
        "\n".join(lines),
        ordering_key="stale_invoices",
        idempotency_key=f"stale_invoices:{context.run_id}",
    )
