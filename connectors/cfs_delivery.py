"""The changes in CFS that leave through the outbox: stop PAD on a site, charge the NSF fee on an invoice.

Each looks in CFS before it acts, so a repeat is harmless. Whether a fee is charged is read from the invoice itself:

    an NSF charge over the fee is listed                      charged
    an NSF charge over another amount is listed               unclear
    adjustments are listed, none of them an NSF charge        not charged
    none listed, the adjusted amount is the fee               charged
    none listed, the amount due is the one before plus fee    charged
    none listed, the amount due is the one before             not charged
    anything else, as after a payment meanwhile               not charged if it was never sent, else unclear

Where it is unclear nothing is sent: a person looks, because a second fee is worse than a late one.
Source: docs/specs/cas-settlement-csv.md section 8 steps 5 and 10; docs/specs/cfs-api.md sections 1, 3 and 5.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum

from config.errors import InputRefused
from connectors.cfs import CfsClient, CfsSite, InvoiceActivity, InvoiceBalance, SiteReceiptMethod
from connectors.outbox.model import Answer, Channel, Message, NewMessage

STOP_PAD = "stop_pad"
NSF_FEE = "nsf_fee"
FEE_COMMENT = "Non sufficient funds fee"
SETTLE_SECONDS = 10  # CFS may still be at work on a call whose answer was lost (cfs-api.md section 1)


def new_stop_pad(site: CfsSite, *, ordering_key: str, idempotency_key: str) -> NewMessage:
    """Give the outbox message that blocks PAD on a site."""
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
    """Give the outbox message that charges the NSF fee on a bounced invoice.

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


class Charged(Enum):
    """What an invoice says about a fee."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    UNSEEN = "unseen"


def look_for_fee(invoice: InvoiceBalance, *, fee: Decimal, due_before: Decimal) -> Charged:
    """Read from an invoice whether the fee is charged; UNSEEN where it shows neither the one nor the other."""
    charges = [one.amount for one in invoice.adjustments if one.activity == InvoiceActivity.NSF_CHARGE]
    if charges:
        return Charged.YES if fee in charges else Charged.UNCLEAR
    if invoice.adjustments and all(one.activity for one in invoice.adjustments):
        return Charged.NO
    if invoice.amount_adjusted == fee or invoice.amount_due == due_before + fee:
        return Charged.YES
    if not invoice.amount_adjusted and invoice.amount_due == due_before:
        return Charged.NO
    return Charged.UNSEEN


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

    def __call__(self, message: Message) -> Answer:
        """Make the change of a message, unless CFS has it already."""
        site = CfsSite(message.text("party"), message.text("account"), message.text("site"))
        if message.kind == STOP_PAD:
            return self._stop_pad(site)
        if message.kind == NSF_FEE:
            return self._charge_fee(site, message)
        raise InputRefused(f"there is no CFS call {message.kind!r} in the outbox (expected {STOP_PAD} or {NSF_FEE})")

    def _stop_pad(self, site: CfsSite) -> Answer:
        found = self._cfs.get_site(site)
        if found is None:
            raise InputRefused(f"CFS has no site {site.site} for this account. PAD was not stopped.")
        if found.receipt_method == SiteReceiptMethod.PAD_STOP:
            return {"already": True, "receipt_method": found.receipt_method}
        set_to = self._cfs.set_receipt_method(site, SiteReceiptMethod.PAD_STOP)
        return {"already": False, "receipt_method": set_to.receipt_method, "was": found.receipt_method}

    def _charge_fee(self, site: CfsSite, message: Message) -> Answer:
        number = message.text("invoice_number")
        fee, due_before = _amount(message, "amount"), _amount(message, "amount_due_before")
        if fee <= 0:
            raise InputRefused(f"the NSF fee of {fee} on {number} is not a positive amount")
        self._let_settle(message)
        invoice = self._cfs.get_invoice_balance(site, number)
        if invoice is None:
            raise InputRefused(f"CFS has no invoice {number} on site {site.site}. The fee of {fee} was not charged.")
        charged = look_for_fee(invoice, fee=fee, due_before=due_before)
        if charged is Charged.UNSEEN:
            charged = Charged.UNCLEAR if message.begun_before else Charged.NO
        if charged is Charged.UNCLEAR:
            raise InputRefused(_unclear(invoice, fee, due_before))
        if charged is Charged.NO:
            self._cfs.adjust_invoice(site, number, amount=fee, activity=InvoiceActivity.NSF_CHARGE, comment=FEE_COMMENT)
        return {"already": charged is Charged.YES, "fee": str(fee), "amount_due_seen": str(invoice.amount_due)}

    def _let_settle(self, message: Message) -> None:
        """Leave an earlier attempt the time to take effect, so that looking for it is conclusive."""
        if message.begun_before is None:
            return
        age = (self._clock() - message.begun_before).total_seconds()
        if 0 <= age < self._settle_seconds:
            self._wait(self._settle_seconds - age)


def _where(site: CfsSite) -> dict[str, object]:
    return {"party": site.party, "account": site.account, "site": site.site}


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
