"""The messages to CFS, the account services and the customers once a file is committed.

Source: docs/specs/cas-settlement-csv.md section 5.4 (queue), section 6 (mail after a BOLP group), section 8 steps 5, 10
and 11. All messages of one account leave in this order: stop the pulls, charge the fee, lock the account. Fee and lock
come once per freeze; the pulls of an account that was frozen already are stopped again, which CFS is asked about first.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from config.settings import EventSettings
from connectors.events import Topic, new_event
from connectors.outbox import NewMessage, enqueue
from connectors.payment_events import PaymentStatus, lock_events, payment_event
from database.sessions import Session
from jobs.run.context import RunContext
from tasks.pad_reconcile.effects import BankReceipt, BouncedPayment, SettlementEffects

BANK_PAYMENT = "bc.registry.payment.Payment"
BANK_OVER_PAYMENT = "bc.registry.payment.OverPaid"
BANK_UNDER_PAYMENT = "bc.registry.payment.UnderPaid"


def messages(effects: SettlementEffects, *, settings: EventSettings, at: datetime) -> Iterator[NewMessage]:
    """Return the messages that follow from what was effects.

    at  when it was applied, aware
    """
    for bounced in effects.bounced:
        if bounced.is_first:
            yield _stop_pulls(bounced)
        if bounced.is_freezing and effects.nsf_fee is not None:
            yield from _of_freeze(bounced, effects.nsf_fee, settings.nsf_notice, at)
    for invoice in effects.completed:
        event = payment_event(
            invoice,
            PaymentStatus.COMPLETED,
            with_dates=settings.product_dates,
            idempotency_key=f"completed:{invoice.invoice_id}",
        )
        if event is not None:
            yield event
    yield from map(_of_receipt, effects.receipts)


def enqueue_messages(context: RunContext, session: Session, effects: SettlementEffects) -> None:
    """Put the messages that follow from what a file did into the outbox, in the same transaction."""
    now = context.clock()
    outgoing = messages(effects, settings=context.settings(EventSettings), at=now)
    enqueue(session, outgoing, run_id=context.run_id, created_on=now)


def _stop_pulls(bounced: BouncedPayment) -> NewMessage:
    from connectors.cfs_delivery import new_stop_pad

    return new_stop_pad(
        bounced.pad,
        ordering_key=f"account:{bounced.payment_account_id}",
        idempotency_key=f"nsf:{bounced.file_id}:{bounced.line}:stop",
    )


def _of_freeze(bounced: BouncedPayment, fee: Decimal, notified: str, at: datetime) -> Iterator[NewMessage]:
    from connectors.cfs_delivery import new_nsf_fee

    account = f"account:{bounced.payment_account_id}"
    key = f"nsf:{bounced.file_id}:{bounced.line}"
    yield new_nsf_fee(
        bounced.billed,
        bounced.target_number,
        amount=fee,
        amount_due_before=bounced.outstanding_amount,
        original_total=bounced.original_amount,
        ordering_key=account,
        idempotency_key=f"{key}:fee",
    )
    yield from lock_events(
        auth_account=bounced.auth_account_id,
        notified=notified,
        outstanding=bounced.outstanding_amount,
        original=bounced.original_amount,
        amount=bounced.amount,
        reason=bounced.reversal_reason or "",
        at=at,
        ordering_key=account,
        idempotency_key=key,
    )


def _of_receipt(receipt: BankReceipt) -> NewMessage:
    event_type = BANK_OVER_PAYMENT if receipt.is_over else BANK_UNDER_PAYMENT if receipt.is_under else BANK_PAYMENT
    return new_event(
        Topic.ACCOUNT_MAILER,
        event_type,
        {
            "accountId": receipt.auth_account_id,
            "paymentMethod": "ONLINE_BANKING",
            "amount": receipt.amount,
            "creditAmount": receipt.credit_amount,
        },
        ordering_key=f"account:{receipt.payment_account_id}",
        idempotency_key=f"receipt:{receipt.file_id}:{receipt.line}",
    )
