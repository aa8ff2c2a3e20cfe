"""Deliver the outbox for a run: before its task what earlier runs left, after it what it wrote itself.

The job says which channels it delivers and who makes the handler of each: when its first message turns up, so that a
run without messages opens no connection.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from sqlalchemy.exc import DBAPIError

from connectors.outbox import DeliveryReport, Handler, Message, deliver
from connectors.outbox.model import Answer, DeliveryNote
from database.errors import explain
from jobs.job import ChannelHandler, MessageHandler
from jobs.run.context import RunContext
from jobs.run.delivered import outcome_of, waiting_in_words
from jobs.run.outcome import Outcome


def deliver_earlier(context: RunContext, channels: Sequence[ChannelHandler], *, only_begun: bool) -> Outcome:
    """Deliver what earlier runs left, or had begun; where the outbox cannot be read, the task goes on and says so."""
    try:
        return outcome_of(_deliver(context, channels, only_begun=only_begun), last=False)
    except DBAPIError as error:
        context.stop.check()
        problem = explain(error)
        context.log.error("outbox.not_delivered", error=str(problem))
        return Outcome(notes=[f"The outbox was not delivered before the task: {problem}"])


def deliver_own(context: RunContext, channels: Sequence[ChannelHandler]) -> Outcome:
    """Deliver what the run wrote, and say what is still waiting."""
    report = _deliver(context, channels)
    if context.dry_run:
        return Outcome(
            notes=[f"{waiting_in_words(report)} in the outbox; a dry run sends none."] if report.waiting else []
        )
    return outcome_of(report, last=True)


def _deliver(context: RunContext, channels: Sequence[ChannelHandler], *, only_begun: bool = False) -> DeliveryReport:
    with _handlers(context, channels) as handlers:
        return deliver(
            context.database,
            handlers,
            clock=context.clock,
            stop_check=context.stop.check,
            log=context.log,
            only_begun=only_begun,
        )


@contextmanager
def _handlers(context: RunContext, channels: Sequence[ChannelHandler]) -> Iterator[dict[str, Handler]]:
    """Return a handler for each channel whose settings the run has; what they open is closed at the end."""
    read = {kind.__name__ for kind in context.read_settings}
    with ExitStack() as opened:
        yield {one.channel: _when_needed(context, one, opened) for one in channels if one.needs in read}


def _when_needed(context: RunContext, channel: ChannelHandler, opened: ExitStack) -> Handler:
    made: list[MessageHandler] = []

    def handle(message: Message) -> Answer | DeliveryNote:
        if not made:
            made.append(channel.make(context))
            opened.callback(made[0].close)
        return made[0](message)

    return handle
