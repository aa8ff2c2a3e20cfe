"""How the messages of the outbox leave: the receiver of each channel, made when its first message turns up."""

from typing import TYPE_CHECKING

from jobs.job import ChannelHandler

if TYPE_CHECKING:
    from connectors.cfs_delivery import CfsDelivery
    from connectors.event_publisher import EventPublisher
    from connectors.mail import Mailer
    from jobs.run.context import RunContext


def cfs(context: "RunContext") -> "CfsDelivery":
    """Return what makes changes in CFS."""
    from config.settings import CfsSettings
    from connectors.cfs import CfsClient
    from connectors.cfs_delivery import CfsDelivery

    client = CfsClient(context.settings(CfsSettings), dry_run=context.dry_run, sleep=context.stop.wait)
    return CfsDelivery(client, clock=context.clock, wait=context.stop.wait)


def events(context: "RunContext") -> "EventPublisher":
    """Return what publishes events."""
    from config.settings import EventSettings
    from connectors.event_publisher import EventPublisher

    return EventPublisher(context.settings(EventSettings))


def mail(context: "RunContext") -> "Mailer":
    """Return what sends mail."""
    from config.settings import MailSettings
    from connectors.mail import Mailer

    return Mailer(context.settings(MailSettings))


CHANNELS = (
    ChannelHandler("cfs", "CfsSettings", cfs),
    ChannelHandler("event", "EventSettings", events),
    ChannelHandler("mail", "MailSettings", mail),
)
