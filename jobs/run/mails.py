"""Mail to operations: queued in the outbox with what it tells of, and sent before the run ends if it can be."""

from contextlib import closing

from config.command_line import typed
from config.plurals import counted
from config.settings import MailSettings
from connectors.mail import Mailer, addresses
from connectors.outbox import Channel, deliver
from jobs.run.context import RunContext
from jobs.run.delivered import outcome_of
from jobs.run.outcome import Outcome, Reject


def recipients_of(context: RunContext) -> list[str]:
    """Return the addresses of operations. Raises ConfigError where none is set."""
    return addresses(context.settings(MailSettings).operations)


def send_mails(context: RunContext) -> Outcome:
    """Deliver what mail waits, also of runs before; a dry run says whom a mail would go to."""
    if context.dry_run:
        who = counted(len(recipients_of(context)), "address")
        return Outcome(notes=[f"A mail would go to {who}; a dry run sends none."])
    with closing(Mailer(context.settings(MailSettings))) as mailer:
        report = deliver(
            context.database,
            {Channel.MAIL: mailer},
            clock=context.clock,
            stop_check=context.stop.check,
            log=context.log,
        )
    outcome = outcome_of(report, last=True)
    outcome.counts["mails_sent"] = outcome.counts.pop("outbox_delivered", 0)
    if report.earlier_dead:
        given_up = f"{counted(report.earlier_dead, 'mail')} given up by earlier runs; what follows waits behind them"
        outcome.rejects.append(Reject("outbox", "nobody gets mail", given_up, typed("outbox list --state dead")))
    return outcome
