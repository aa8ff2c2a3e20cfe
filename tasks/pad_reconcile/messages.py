"""What CFS, the account services and the customers must be told once a file is committed.

Source: docs/specs/cas-settlement-csv.md section 5.4 (queue), section 6 (mail after a BOLP group), section 8 steps 5, 10
and 11. All messages of one account leave in this order: stop the pulls, charge the fee, lock the account. Fee and lock
come once per freeze; the pulls of an account that was frozen already are stopped again, which CFS is asked about first.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from config.settings import EventSettings
from connectors.cfs import CfsSite
from connectors.cfs_delivery import new_nsf_fee, new_stop_pad
from connectors.events import Topic, new_event
from connectors.outbox import NewMessage
from connectors.payment_events import PaymentStatus, lock_events, payment_event
from tasks.pad_reconcile.apply_rows import Applied

BANK_PAYMENT = "bc.registry.payment.Payment"
BANK_OVER_PAYMENT = "bc.registry.payment.OverPaid"
BANK_UNDER_PAYMENT = "bc.registry.payment.UnderPaid"


def messages(applied: Applied, *, settings: EventSettings, at: datetime) -> Iterator[NewMessage]:
    """Return the messages that follow from what was applied.

    at  when it was applied, aware
    """
    for bounced in applied.bounced:
        if bounced.is_first:
            yield _stop_pulls(bounced)
        if bounced.is_freezing and applied.fee is not None:
            yield from _of_freeze(bounced, applied.fee, settings.nsf_notice, at)
    for invoice in applied.completed:
        told = payment_event(
            invoice,
            PaymentStatus.COMPLETED,
            with_dates=settings.product_dates,
            idempotency_key=f"completed:{invoice.invoice_id}",
        )
        if told is not None:
            yield told
    yield from map(_of_receipt, applied.receipts)


def frozen_rows(bounced: Iterable[Row[Any]], fee: Decimal | None) -> list[tuple[Any, ...]]:
    """Give what to show of each bounce: account, CFS number, amount, and whether it freezes and costs the fee."""
    return [
        (
            row.auth_account_id,
            row.customer_account,
            row.target_number,
            row.outstanding_amount,
            "frozen now" if row.is_freezing else "was frozen already",
            fee if row.is_freezing else Decimal("0.00"),
            row.reversal_reason or "",
        )
        for row in bounced
    ]


def _stop_pulls(bounced: Row[Any]) -> NewMessage:
    return new_stop_pad(
        CfsSite(bounced.cfs_party, bounced.cfs_account, bounced.cfs_site),
        ordering_key=f"account:{bounced.payment_account_id}",
        idempotency_key=f"nsf:{bounced.file_id}:{bounced.line}:stop",
    )


def _of_freeze(bounced: Row[Any], fee: Decimal, notified: str, at: datetime) -> Iterator[NewMessage]:
    account = f"account:{bounced.payment_account_id}"
    key = f"nsf:{bounced.file_id}:{bounced.line}"
    yield new_nsf_fee(
        CfsSite(bounced.billed_party, bounced.billed_account, bounced.billed_site),
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


def _of_receipt(receipt: Row[Any]) -> NewMessage:
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
