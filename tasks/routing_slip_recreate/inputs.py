"""What an operation is planned from and written with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from connectors.cfs import InvoiceLine
from tasks.routing_slip_recreate.cfs_view import CfsView
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipFamily, SlipOperation


@dataclass(frozen=True)
class SlipNsfFee:
    """The NSF fee as the pay database defines it, in CAD (filing type NSF of product BCR)."""

    schedule_id: int
    amount: Decimal
    description: str
    distribution_id: int
    account: str

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        """The fee as CFS is told it."""
        return (InvoiceLine(self.description, self.amount, self.account),)


@dataclass(frozen=True)
class OperationInputs:
    """What an operation is planned from.

    slip           the slip it is about: the parent, or for a link the child
    earlier        the same operation, if an earlier run began it
    now            aware
    nsf_fee        reads the fee in force
    new_invoice    takes an invoice id that nobody else will use
    prefix         the start of our invoice numbers in CFS
    """

    family: SlipFamily
    slip: RoutingSlip
    earlier: SlipOperation | None
    view: CfsView
    now: datetime
    prefix: str
    nsf_fee: Callable[[], SlipNsfFee]
    new_invoice: Callable[[], int]
