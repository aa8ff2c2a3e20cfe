"""Mail the summary to operations, through the outbox: once for a run, and sent before the run ends if it can be."""

from collections.abc import Sequence
from contextlib import closing

from config.plurals import counted
from config.settings import MailSettings
from connectors.mail import Mailer, addresses, new_mail
from connectors.outbox import Channel, NewMessage, deliver, enqueue
from diagnosis.catalogue import DIAGNOSES
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.stale_invoice_report.summary import Summary, headline

_MOST = 15


def mail_summary(context: RunContext, summary: Summary, kept: Sequence[str]) -> Outcome:
    """Queue the mail and deliver what mail waits; a dry run does neither."""
    settings = context.settings(MailSettings)
    recipients = addresses(settings.operations)
    if context.dry_run:
        return Outcome(notes=[f"A mail would go to {counted(len(recipients), 'address')}; a dry run sends none."])
    with context.database.begin() as session:
        enqueue(session, [_mail(context, summary, kept, recipients)], run_id=context.run_id)
    with closing(Mailer(settings)) as mailer:
        report = deliver(
            context.database,
            {Channel.MAIL: mailer},
            clock=context.clock,
            stop_check=context.stop.check,
            log=context.log,
        )
    sent = Outcome()
    sent.counts["mails_sent"] = report.delivered
    if report.waiting:
        sent.notes.append(
            "The mail waits in the outbox: the notify API cannot be reached; the next --mail delivers it."
        )
    return sent


def _mail(context: RunContext, summary: Summary, kept: Sequence[str], recipients: list[str]) -> NewMessage:
    tallies = summary.tallies
    lines = [*headline(summary), ""]
    for code in summary.ranked()[:_MOST]:
        one, tally = DIAGNOSES[code], tallies.by_diagnosis[code]
        lines.append(f"{code:<9} {tally.count:>7,}  {tally.amount:>14,.2f}  {one.title} {one.action}")
    lines += ["", *(f"Kept as {key}" for key in kept)]
    return new_mail(
        "stale_invoices",
        recipients,
        f"Stuck invoices {summary.today}: {tallies.stuck.count:,} totalling {tallies.stuck.amount:,.2f} CAD",
        "\n".join(lines),
        ordering_key="stale_invoices",
        idempotency_key=f"stale_invoices:{context.run_id}",
    )
