"""The changes in CFS that leave through the outbox: stop PAD on a site, charge the NSF fee on an invoice.

Each looks in CFS before it acts, so a repeat is harmless. Whether a fee is charged is read from the invoice itself; a
charge stands that was not taken back by one over the negative amount:

    more NSF charges over the fee stand than one              charged twice
    an NSF charge over the fee stands                         charged
    each NSF charge over the fee was taken back               not charged
    only NSF charges over other amounts are listed            unclear
    adjustments are listed, none of them an NSF charge        not charged
    none listed, the adjusted amount is twice the fee         charged twice
    none listed, the amount due is the one before plus twice  charged twice
    none listed, the adjusted amount is the fee               charged
    none listed, the amount due is the one before plus fee    charged
    none listed, the amount due is the one before             not charged
    anything else, as after a payment meanwhile               not charged if it was never sent, else unclear

Where it is unclear nothing is sent and the message needs attention, because a second fee is worse than a late one. A
fee that is charged twice needs attention too: one of them has to be taken back in CFS. A message whose earlier attempt
has no known end is looked at again an hour and a day after it was delivered: that attempt may have been made by a
process that stood still between its last check and its call, and wakes later.
Source: docs/specs/cas-settlement-csv.md section 8 steps 5 and 10; docs/specs/cfs-api.md sections 1, 3 and 5.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum

from config.errors import InputRefused
from connectors.cfs import CfsClient, CfsSite, InvoiceActivity, InvoiceBalance, SiteReceiptMethod
from connectors.effects import Observation, change
from connectors.outbox.model import Channel, DeliveryNote, LaterMessage, Message, NewMessage

STOP_PAD = "stop_pad"
NSF_FEE = "nsf_fee"
SECOND_FEE = "look_for_second_fee"
FEE_COMMENT = "Non sufficient funds fee"
LOOKS_LATER = (timedelta(hours=1), timedelta(days=1))
SETTLE_SECONDS = 10  # CFS may still be at work on a call whose answer was lost (cfs-api.md section 1)


def new_stop_pad(site: CfsSite, *, ordering_key: str, idempotency_key: str) -> NewMessage:
    """Return the outbox message that blocks PAD on a site."""
    return NewMessage(Channel.CFS, STOP_PAD, ordering_key, idempotency_key, _where(site))


def new_nsf_fee(
    site: CfsSite,
    invoice_number: str,
    *,
    amount: Decimal,
    amount_due_before: Decimal,
    original_total: Decimal,
    ordering_key: str,
    idempotency_key: str,
) -> NewMessage:
    """Return the outbox message that charges the NSF fee on a bounced invoice.

    amount_due_before  what the invoice owes without the fee, as the settlement file says
    """
    payload = {
        **_where(site),
        "invoice_number": invoice_number,
        "amount": amount,
        "amount_due_before": amount_due_before,
        "original_total": original_total,
    }
    return NewMessage(Channel.CFS, NSF_FEE, ordering_key, idempotency_key, payload)


class ChargeState(Enum):
    """What an invoice says about a fee."""

    TWICE = "twice"
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    UNSEEN = "unseen"


def look_for_fee(invoice: InvoiceBalance, *, fee: Decimal, due_before: Decimal) -> ChargeState:
    """Read from an invoice whether the fee is charged; UNSEEN where it shows neither the one nor the other."""
    charges = [one.amount for one in invoice.adjustments if one.activity == InvoiceActivity.NSF_CHARGE]
    if charges:
        standing = charges.count(fee) - charges.count(-fee)
        if standing > 0:
            return ChargeState.TWICE if standing > 1 else ChargeState.YES
        return ChargeState.NO if standing == 0 and set(charges) == {fee, -fee} else ChargeState.UNCLEAR
    if invoice.adjustments and all(one.activity for one in invoice.adjustments):
        return ChargeState.NO
    if invoice.amount_adjusted == 2 * fee or invoice.amount_due == due_before + 2 * fee:
        return ChargeState.TWICE
    if invoice.amount_adjusted == fee or invoice.amount_due == due_before + fee:
        return ChargeState.YES
    if not invoice.amount_adjusted and invoice.amount_due == due_before:
        return ChargeState.NO
    return ChargeState.UNSEEN


class CfsDelivery:
    """The handler of the channel `cfs`.

    settle_seconds  how long an attempt that may have reached CFS is left alone before CFS is asked about it
    wait            waits that many seconds; may raise Interrupted
    """

    def __init__(
        self,
        cfs: CfsClient,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], None] = time.sleep,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self._cfs = cfs
        self._clock = clock
        self._wait = wait
        self._settle_seconds = settle_seconds

    def close(self) -> None:
        """Close the connections."""
        self._cfs.close()

    def __call__(self, message: Message) -> DeliveryNote:
        """Make the change of a message, unless CFS has it already."""
        site = CfsSite(message.text("party"), message.text("account"), message.text("site"))
        if message.kind == STOP_PAD:
            return self._stop_pad(site)
        if message.kind == NSF_FEE:
            return self._charge_fee(site, message)
        if message.kind == SECOND_FEE:
            return self._look_for_second_fee(site, message)
        raise InputRefused(f"there is no CFS call {message.kind!r} in the outbox (expected {STOP_PAD} or {NSF_FEE})")

    def _stop_pad(self, site: CfsSite) -> DeliveryNote:
        def look() -> Observation[str | None]:
            found = self._cfs.get_site(site)
            if found is None:
                raise InputRefused(f"CFS has no site {site.site} for this account. PAD was not stopped.")
            return Observation(found.receipt_method == SiteReceiptMethod.PAD_STOP, found.receipt_method)

        seen, stopped = change(
            look,
            lambda _found: self._cfs.set_receipt_method(site, SiteReceiptMethod.PAD_STOP),
            late=lambda _answer: "",
        )
        if stopped is None:
            return DeliveryNote({"already": True, "receipt_method": seen.found})
        return DeliveryNote({"already": False, "receipt_method": stopped.receipt_method, "was": seen.found})

    def _charge_fee(self, site: CfsSite, message: Message) -> DeliveryNote:
        number, fee = message.text("invoice_number"), _fee(message)

        def look() -> Observation[tuple[InvoiceBalance, ChargeState]]:
            invoice = self._invoice(site, message)
            charged = _charged(invoice, message)
            if charged is ChargeState.UNCLEAR:
                raise InputRefused(_unclear(invoice, fee, _amount(message, "amount_due_before")))
            return Observation(charged is not ChargeState.NO, (invoice, charged))

        def send(_found: object) -> bool:
            self._cfs.adjust_invoice(site, number, amount=fee, activity=InvoiceActivity.NSF_CHARGE, comment=FEE_COMMENT)
            return True

        self._let_settle(message)
        seen, sent = change(look, send, late=lambda _answer: self._told_late(site, message))
        invoice, charged = seen.found
        return DeliveryNote(
            {"already": not sent, "fee": str(fee), "amount_due_seen": str(invoice.amount_due)},
            attention=_told_twice(invoice, message) if charged is ChargeState.TWICE else "",
            later=_looks_later(message) if message.begun_before else (),
        )

    def _look_for_second_fee(self, site: CfsSite, message: Message) -> DeliveryNote:
        invoice = self._invoice(site, message)
        charged = _charged(invoice, message)
        return DeliveryNote(
            {"charged": charged.value, "amount_due_seen": str(invoice.amount_due)},
            attention=_told_twice(invoice, message) if charged is ChargeState.TWICE else "",
        )

    def _told_late(self, site: CfsSite, message: Message) -> str:
        invoice = self._invoice(site, message)
        return _told_twice(invoice, message) if _charged(invoice, message) is ChargeState.TWICE else ""

    def _invoice(self, site: CfsSite, message: Message) -> InvoiceBalance:
        number = message.text("invoice_number")
        invoice = self._cfs.get_invoice_balance(site, number)
        if invoice is None:
            raise InputRefused(
                f"CFS has no invoice {number} on site {site.site}. The fee of {_fee(message)} was not charged."
            )
        return invoice

    def _let_settle(self, message: Message) -> None:
        """Leave an earlier attempt the time to take effect, so that looking for it is conclusive."""
        if message.begun_before is None:
            return
        age = (self._clock() - message.begun_before).total_seconds()
        if 0 <= age < self._settle_seconds:
            self._wait(self._settle_seconds - age)


def _charged(invoice: InvoiceBalance, message: Message) -> ChargeState:
    """Return what an invoice says about the fee of a message; one that was never sent is not charged."""
    charged = look_for_fee(invoice, fee=_fee(message), due_before=_amount(message, "amount_due_before"))
    if charged is ChargeState.UNSEEN:
        return ChargeState.UNCLEAR if message.begun_before else ChargeState.NO
    return charged


def _looks_later(message: Message) -> tuple[LaterMessage, ...]:
    """Return the looks for a second fee, each on a key of its own, so that nothing waits behind it."""
    keys = [f"{message.idempotency_key}:look-{number}" for number, _ in enumerate(LOOKS_LATER, start=1)]
    return tuple(
        LaterMessage(NewMessage(Channel.CFS, SECOND_FEE, key, key, message.payload), after)
        for key, after in zip(keys, LOOKS_LATER, strict=True)
    )


def _told_twice(invoice: InvoiceBalance, message: Message) -> str:
    fee, before = _fee(message), _amount(message, "amount_due_before")
    return (
        f"The NSF fee of {fee} CAD is charged twice on invoice {invoice.invoice_number}: {invoice.amount_due} CAD are "
        f"due in CFS, {before + fee} are right ({before} and the fee once). Take one of the two back in CFS."
    )


def _where(site: CfsSite) -> dict[str, object]:
    return {"party": site.party, "account": site.account, "site": site.site}


def _fee(message: Message) -> Decimal:
    fee = _amount(message, "amount")
    if fee <= 0:
        raise InputRefused(f"the NSF fee of {fee} on {message.text('invoice_number')} is not a positive amount")
    return fee


def _amount(message: Message, name: str) -> Decimal:
    value = message.text(name)
    try:
        amount = Decimal(value)
        if amount != amount.quantize(Decimal("0.01")):
            raise InvalidOperation
    except InvalidOperation:
        raise InputRefused(f"the payload of {message.kind} has {value!r} as '{name}' (expected like 30.00)") from None
    return amount


def _unclear(invoice: InvoiceBalance, fee: Decimal, due_before: Decimal) -> str:
    listed = ", ".join(f"{one.activity or 'no activity'} {one.amount}" for one in invoice.adjustments) or "none"
    adjusted = "not said" if invoice.amount_adjusted is None else str(invoice.amount_adjusted)
    return (
        f"Whether the NSF fee of {fee} is on invoice {invoice.invoice_number} cannot be told: CFS shows "
        f"{invoice.amount_due} due (expected {due_before} without the fee, {due_before + fee} with it), adjusted by "
        f"{adjusted}, adjustments listed: {listed}. Nothing was sent now. Look in CFS; charge the fee there if it is "
        "missing, then `outbox drop` this message."
    )
