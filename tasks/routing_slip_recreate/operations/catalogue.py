"""The operations by the name that the journal has for them."""

from tasks.routing_slip_recreate.operations.adjust import REFUND, WRITE_OFF
from tasks.routing_slip_recreate.operations.correction import CORRECTION
from tasks.routing_slip_recreate.operations.link import LINK
from tasks.routing_slip_recreate.operations.nsf import NSF
from tasks.routing_slip_recreate.operations.void import VOID
from tasks.routing_slip_recreate.operations.void_transactions import VOID_TRANSACTIONS

OPERATIONS = {one.name: one for one in (LINK, VOID, NSF, CORRECTION, REFUND, WRITE_OFF, VOID_TRANSACTIONS)}
