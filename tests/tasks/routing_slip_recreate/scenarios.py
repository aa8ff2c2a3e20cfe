"""One family in front of each operation: what every way of dying is tried on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.cfs import ReversalComment, ReversalReason
from tests.routing_slip_factory import NOW, Slips

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


def given_a_bounced_slip_with_one_linked(slips: Slips, total: str) -> None:
    """Let 100.00 bounce, all of it spent, and link a deposit of so much."""
    slips.deposit(PARENT, "100.00", paid=["100.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, total)
    slips.link(CHILD, PARENT)
    slips.run()


def given_a_cheque_is_sent(slips: Slips, made: datetime) -> int:
    """AP makes a batch of what stands in refund_amount; the number of the batch is returned."""
    name = f"INBOX.F{made:%Y%m%d%H%M%S}"
    batch = slips.add("ejv_files", file_type="REFUND", file_ref=name, created_on=made.replace(tzinfo=None))
    file = slips.add("pay_jobs.cgi_files", name=name, object_key=name, kind="inbox", lines=1, indexed_on=made)
    slips.change("INSERT INTO pay_jobs.cgi_mentions (cgi_file_id, line, kind, number) VALUES (:f, 1, 'ap', :n)",
                 f=file, n=PARENT)  # fmt: skip
    return batch


def given_cgi_answered_a_cheque(slips: Slips, made: datetime, refused: str = "") -> None:
    """EJV_FEEDBACK_CHECK applied the answer to a batch that AP made then; `refused`: the record that CGI refused."""
    batch = given_a_cheque_is_sent(slips, made)
    file = slips.add("pay_jobs.inbound_files", source="CGI", name=f"FEEDBACK.{batch}", sha256="0" * 64, size_bytes=1,
                     state="applied", received_on=made)  # fmt: skip
    slips.add("pay_jobs.feedback_batches", file_id=file, ordinal=1, batch_type="AP", batch_number=batch,
              first_line=1, last_line=6, state="applied", applied_on=NOW + timedelta(days=2))  # fmt: skip
    for line, record in enumerate(("IH", "IL", "NA", "IC"), 2):
        slips.change("INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, subject, code, outcome)"
                     " VALUES (:file, :line, :batch, :record, :slip, :code, 'applied')", file=file, line=line,
                     batch=batch, record=record, slip=PARENT, code="1117" if record == refused else "0000")  # fmt: skip
