"""The outbox: what the outside world is to be told, written with the change it follows from, delivered after it.

    enqueue   inside the transaction of the change
    deliver   afterwards, at least once, in order for each ordering key
    operator_actions  what an operator may do with a message: show, retry, drop

The handlers of the channels are in connectors/cfs_delivery.py, connectors/event_publisher.py and connectors/mail.py.
"""

from connectors.outbox.delivery import deliver
from connectors.outbox.enqueue import enqueue
from connectors.outbox.model import Channel, DeadLetter, DeliveryReport, Handler, Message, NewMessage

__all__ = [
    "Channel",
    "DeadLetter",
    "DeliveryReport",
    "Handler",
    "Message",
    "NewMessage",
    "deliver",
    "enqueue",
]
