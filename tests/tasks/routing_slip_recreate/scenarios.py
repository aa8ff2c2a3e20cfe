"""One family in front of each operation: what every way of dying is tried on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.cfs import ReversalComment, ReversalReason
from tests.routing_slip_factory import Slips

PARENT, CHILD, THIRD = "206000010", "206000028", "206000036"


@dataclass(frozen=True)
class Scenario:
    """How a family comes to need an operation, and with which arguments the job is first run.

    posts  how many calls that change CFS the undisturbed run makes
    """

    name: str
    prepare: Callable[[Slips], None]
    posts: int
    arguments: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def link(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)


def link_after_correction(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00", version=2)
    slips.link(CHILD, PARENT)


def link_to_bounced(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "130.00")
    slips.link(CHILD, PARENT)


def void(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.set_status(PARENT, "VOID")


def nsf(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.deposit(CHILD, "10.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.bounce(PARENT)


def correction(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00", "20.00"])
    slips.correct(PARENT, "120.00")


def correction_with_child(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "30.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.spend(PARENT, "40.00")
    slips.spend(PARENT, "25.00")
    slips.create_invoices()
    slips.correct(PARENT, "45.00")


def refund(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.deposit(CHILD, "40.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.set_status(PARENT, "REFUND_AUTHORIZED")


def write_off(slips: Slips) -> None:
    slips.deposit(PARENT, "12.34")
    slips.set_status(PARENT, "WRITE_OFF_AUTHORIZED")


def with_transactions(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "30.00")
    slips.link(CHILD, PARENT)
    slips.run()
    for amount in ("40.00", "25.00"):
        slips.spend(PARENT, amount)
    slips.create_invoices()


VOID_ALL: dict[str, Any] = {"void": PARENT, "reason": "ticket 1"}
SCENARIOS = (
    Scenario("link", link, 2),
    Scenario("link-after-correction", link_after_correction, 2),
    Scenario("link-to-bounced", link_to_bounced, 4),
    Scenario("void", void, 2),
    Scenario("nsf", nsf, 3),
    Scenario("correction", correction, 4),
    Scenario("correction-with-child", correction_with_child, 5),
    Scenario("refund", refund, 2),
    Scenario("write-off", write_off, 1),
    Scenario("void-cancelling", with_transactions, 7, {**VOID_ALL, "cancel_all": True}),
    Scenario("void-keeping", with_transactions, 5, {**VOID_ALL, "keep_all": True}),
)


def forget_our_work(slips: Slips) -> None:
    """Leave what was done as another job leaves it: nothing is noted of it."""
    slips.change("DELETE FROM pay_jobs.slip_movements")
    slips.change("TRUNCATE pay_jobs.operations CASCADE")


def seed_receipt(slips: Slips, number: str, amount: str, *, of: str = PARENT, is_reversed: bool = False) -> None:
    slips.cfs.admin.seed(
        receipts=[
            {
                "site_number": slips.site(of).site,
                "receipt_number": number,
                "receipt_amount": Decimal(amount),
                "is_reversed": is_reversed,
            }
        ]
    )


def reverse_in_cfs(slips: Slips, number: str, of: str = PARENT) -> None:
    slips.client.reverse_receipt(
        slips.site(of), number, reason=ReversalReason.PAYMENT_REVERSAL, comment=ReversalComment.CREATED_IN_ERROR
    )


def live(slips: Slips) -> dict[str, str]:
    return {number: one["amount"] for number, one in slips.receipts().items() if one["status"] == "open"}
