"""A routing slip, its children and their invoices, as one reading of the pay database.

Source: docs/specs/routing-slips.md section 1. Amounts in CAD, two places.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.cfs import CfsSite
from connectors.effects import OPEN_STATES, EffectState
from database.pay.states import FINAL_FOR_SLIPS


@dataclass(frozen=True)
class SlipAccount:
    """The INTERNAL CFS account of a slip; `site` is None until CREATE_CFS_ACCOUNTS has made its profile."""

    id: int
    status: str | None
    site: CfsSite | None

    @property
    def is_open(self) -> bool:
        """Whether the slip's receipt lives, or lived, on this account's site."""
        return self.status in {"ACTIVE", "FREEZE"} and self.site is not None


@dataclass(frozen=True)
class SlipInvoice:
    """A transaction of a slip.

    number        its number in CFS: that of its reference, else the one it would get
    reference_id  None while CFS is not known to have it
    net_paid      what was paid of it, less what was refunded
    receipts      receipt number: amount, as our `receipts` rows have it
    """

    id: int
    slip: str
    status: str
    total: Decimal
    number: str
    reference_id: int | None = None
    is_nsf_fee: bool = False
    disbursement: str | None = None
    net_paid: Decimal = Decimal("0.00")
    receipts: dict[str, Decimal] = field(default_factory=dict)

    @property
    def is_final(self) -> bool:
        """Whether nothing of it can change any more."""
        return self.status in FINAL_FOR_SLIPS

    @property
    def applied(self) -> Decimal:
        """What our `receipts` rows say was applied to it."""
        return sum(self.receipts.values(), Decimal("0.00"))


@dataclass(frozen=True)
class SlipOperation:
    """What the journal has about work on a slip; `sent` says whether any change was ever on its way to CFS."""

    id: int
    slip: str
    kind: str
    state: EffectState
    plan: dict[str, Any]
    sent: bool
    why: str | None = None
    step: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor dropped."""
        return self.state in OPEN_STATES

    @property
    def came_after_a_loss(self) -> bool:
        """Whether a link was to a parent whose own deposit was lost, by its plan."""
        pays = any(step["kind"] == "apply receipt" for step in self.plan.get("steps", ()))
        return pays or bool(self.plan.get("to_frozen"))


@dataclass(frozen=True)
class RoutingSlip:
    """A routing slip.

    is_lost      whether its deposit bounced or was voided, and a job worked that: its payment failed
    taken_out    what was refunded, also of a deposit that bounced after AP had paid it, because the client owes that;
                 and what was written off, but not of a deposit that bounced later
    void_refund  what stands in refund_amount, of a deposit that bounced later, and nobody is paid it
    old_refund   what another job left in refund_amount, and nothing says that AP has paid it
    free         how many transactions it has that cost nothing: the API marks them as paid, and CFS never hears of them
    invoices     all others
    """

    number: str
    status: str
    total: Decimal
    remaining: Decimal
    parent: str | None
    version: int
    slip_date: date
    payment_account_id: int
    account: SlipAccount | None
    cas_mismatch: bool = False
    is_lost: bool = False
    taken_out: Decimal = Decimal("0.00")
    void_refund: Decimal = Decimal("0.00")
    old_refund: Decimal = Decimal("0.00")
    free: int = 0
    invoices: tuple[SlipInvoice, ...] = ()
    operations: tuple[SlipOperation, ...] = ()

    @property
    def open_operation(self) -> SlipOperation | None:
        """The operation in progress, if there is one."""
        return next((one for one in self.operations if one.is_open), None)

    def begun(self, kind: str) -> SlipOperation | None:
        """The operation in progress, if it is of this kind."""
        return self.open_operation if self.open_operation is not None and self.open_operation.kind == kind else None

    def was_sent(self, kind: str) -> bool:
        """Whether an operation of this kind is in progress and sent a change to CFS."""
        begun = self.begun(kind)
        return begun is not None and begun.sent

    @property
    def is_frozen(self) -> bool:
        """Whether its deposit bounced or was voided, and that was worked."""
        return self.account is not None and self.account.status == "FREEZE"

    @property
    def site(self) -> CfsSite:
        """The slip's own site; asked only of slips whose account is known to have one."""
        assert self.account is not None and self.account.site is not None
        return self.account.site

    def was_done(self, *kinds: str) -> bool:
        """Whether the journal has such an operation as done."""
        return any(one.kind in kinds and one.state == "done" for one in self.operations)


@dataclass(frozen=True)
class SlipFamily:
    """A slip that has no parent, with its children in the order in which they were made."""

    root: RoutingSlip
    children: tuple[RoutingSlip, ...] = ()

    @property
    def members(self) -> tuple[RoutingSlip, ...]:
        """The parent, then the children."""
        return (self.root, *self.children)

    @property
    def invoices(self) -> tuple[SlipInvoice, ...]:
        """The invoices of all members."""
        return tuple(invoice for slip in self.members for invoice in slip.invoices)

    @property
    def paying(self) -> frozenset[str]:
        """The receipts that by our books paid a transaction which is not over."""
        return frozenset(number for one in self.invoices if not one.is_final for number in one.receipts)

    @property
    def linked(self) -> tuple[RoutingSlip, ...]:
        """The children whose deposit has reached the parent's site."""
        return tuple(child for child in self.children if child.account is not None and not child.account.is_open)

    @property
    def has_recovered(self) -> bool:
        """Whether money came in after the last bounce that was worked, which frees an NSF slip: one now is a new one.

        A bounce that is worked leaves no receipts on what is owed. Where we worked none, a link of ours came after the
        bounce only if its parent was frozen; what an earlier release linked, if it paid what was owed.
        """
        if any(one.receipts for one in self.root.invoices if one.status in {"PAID", "CREATED"}):
            return True
        last = max((one.id for one in self.root.operations if (one.kind, one.state) == ("nsf", "done")), default=0)
        return any(
            (one.kind, one.state) == ("link", "done") and one.id > last and (last or one.came_after_a_loss)
            for child in self.children
            for one in child.operations
        )

    @property
    def is_frozen_by_bounce(self) -> bool:
        """Whether the last bounce was worked as far as the frozen account, and no money came in since."""
        return self.root.is_frozen and not self.has_recovered

    @property
    def half_made_fee(self) -> SlipInvoice | None:
        """The NSF fee of a bounce that another job worked, and got as far as its fee; none of one that is over."""
        if not self.is_frozen_by_bounce or self.root.was_done("nsf"):
            return None
        return next((one for one in self.root.invoices if one.is_nsf_fee and one.status == "CREATED"), None)

    @property
    def unknown_to_cfs(self) -> tuple[SlipInvoice, ...]:
        """What is owed and no job will send: CREATE_INVOICES takes APPROVED ones, NSF the fee it finds half made."""
        sent = self.half_made_fee if self.root.status == "NSF" else None
        return tuple(
            one for one in self.invoices if one.status == "CREATED" and one.reference_id is None and one != sent
        )

    @property
    def taken_out(self) -> Decimal:
        """What refunds and write-offs took out of it, and its balance is lowered by."""
        return sum((one.taken_out for one in self.members), Decimal("0.00"))

    def slip(self, number: str) -> RoutingSlip:
        """Return a member."""
        return next(slip for slip in self.members if slip.number == number)
