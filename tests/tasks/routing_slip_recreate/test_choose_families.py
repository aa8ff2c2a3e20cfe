"""Which families a run reads at all: those with something due, and no other, by the rows of all of them together."""

from typing import Any

import pytest

from tasks.routing_slip_recreate.family.reading import choose_families
from tests.pay_database import PayDatabase
from tests.tasks.routing_slip_recreate.slip_rows import (
    FEE_SCHEDULE,
    OF_ANOTHER_FILING,
    OF_ANOTHER_PRODUCT,
    OTHER_SCHEDULE,
    SlipRows,
)

FEE = ("CREATED", 30, "ACTIVE", FEE_SCHEDULE)
PAYING = '{"steps": [{"kind": "create receipt"}, {"kind": "apply receipt"}]}'
AT_REST: dict[str, Any] = {"account": "FREEZE", "remaining": -30, "bought": [FEE]}


@pytest.fixture
def rows(database: PayDatabase) -> SlipRows:
    """A pay database without slips."""
    return SlipRows(database)


def chosen(rows: SlipRows, slip: str | None = None) -> list[str]:
    """Return what is chosen."""
    with rows.database.begin() as session:
        return choose_families(session, slip)


def test_a_family_is_chosen_where_something_is_due_or_begun_and_nowhere_else(rows: SlipRows) -> None:
    due: dict[str, dict[str, Any]] = {
        "LINKED": {},
        "LINKED, its repair begun": {"account": "INACTIVE", "work": [("slip link", "planned")]},
        "VOID": {},
        "VOID, another operation done": {"work": [("slip link", "done")]},
        "VOID, given up once": {"work": [("slip void", "dropped")]},
        "CORRECTION": {},
        "HOLD, a void begun": {"work": [("slip void_transactions", "sent")]},
        "ACTIVE, parked": {"work": [("slip refund", "refused")]},
        "REFUND_AUTHORIZED": {"remaining": 0.01},
        "REFUND_AUTHORIZED, begun": {"work": [("slip refund", "sent")]},
        "WRITE_OFF_AUTHORIZED": {"remaining": 5},
        "WRITE_OFF_AUTHORIZED, flagged": {"remaining": 5, "mismatch": True},
        "NSF": AT_REST | {"account": "ACTIVE"},
        "NSF, no profile": AT_REST | {"account": None},
        "NSF, another profile frozen": AT_REST | {"method": "PAD"},
        "NSF, begun": AT_REST | {"work": [("slip nsf", "sent")]},
        "NSF, no fee": AT_REST | {"bought": []},
        "NSF, no fee but a transaction": AT_REST | {"bought": [("CREATED", 10, "ACTIVE")]},
        "NSF, the fee of another product": AT_REST | {"bought": [("CREATED", 30, "ACTIVE", OF_ANOTHER_PRODUCT)]},
        "NSF, another fee": AT_REST | {"bought": [("CREATED", 30, "ACTIVE", OF_ANOTHER_FILING)]},
        "NSF, fee given back, another not in CFS": AT_REST
        | {"bought": [("CANCELLED", 30, "ACTIVE", FEE_SCHEDULE), ("CREATED", 30, None, FEE_SCHEDULE)]},
        "NSF, fee given back, and more off the balance than is owed": AT_REST
        | {"bought": [("CANCELLED", 30, "ACTIVE", FEE_SCHEDULE)]},
        "NSF, more off the balance than is owed": AT_REST | {"remaining": -30.5},
        "NSF, fee not in CFS": AT_REST | {"bought": [("CREATED", 30, None, FEE_SCHEDULE)]},
        "NSF, fee withdrawn in CFS": AT_REST | {"bought": [("CREATED", 30, "CANCELLED", FEE_SCHEDULE)]},
        "NSF, a transaction paid": AT_REST | {"bought": [FEE, ("PAID", 10, "COMPLETED")]},
        "NSF, worked, a transaction paid": AT_REST
        | {"bought": [FEE, ("PAID", 10, "COMPLETED")], "work": [("slip nsf", "done")]},
        "NSF, fee not taken off": AT_REST | {"remaining": 0},
        "NSF, fee not taken off what is owed": AT_REST
        | {"remaining": -30.5, "bought": [FEE, ("APPROVED", 10), ("CREATED", 20.5, "ACTIVE")]},
    }
    at_rest: dict[str, dict[str, Any]] = {
        "LINKED": {"account": "INACTIVE"},
        "LINKED, no profile": {"account": None},
        "LINKED, another profile": {"method": "PAD"},
        "LINKED, worked": {"account": "INACTIVE", "work": [("slip link", "done")]},
        "LINKED, given up": {"account": "INACTIVE", "work": [("slip link", "dropped")]},
        "VOID": {"account": "INACTIVE"},
        "VOID, worked": {"work": [("slip void", "done")]},
        "VOID, worked with transactions": {"work": [("slip void_transactions", "done")]},
        "CORRECTION": {"account": "INACTIVE"},
        "HOLD": {},
        "ACTIVE": {},
        "COMPLETE, worked": {"work": [("slip correction", "done")]},
        "REFUND_AUTHORIZED": {"remaining": 0},
        "REFUND_AUTHORIZED, worked": {"work": [("slip refund", "done")]},
        "NSF": AT_REST,
        "NSF, fee given back, a transaction owed": AT_REST
        | {"remaining": -100, "bought": [("CANCELLED", 30, "ACTIVE", FEE_SCHEDULE), ("CREATED", 100, "ACTIVE")]},
        "NSF, fee given back": AT_REST | {"remaining": 0, "bought": [("CANCELLED", 30, "ACTIVE", FEE_SCHEDULE)]},
        "NSF, worked": AT_REST | {"work": [("slip nsf", "done")]},
        "NSF, worked, fee given back": AT_REST
        | {"bought": [("CANCELLED", 30, "ACTIVE", FEE_SCHEDULE)], "work": [("slip nsf", "done")]},
        "NSF, worked, its balance corrected": AT_REST | {"remaining": 0, "work": [("slip nsf", "done")]},
        "NSF, paid by card": AT_REST | {"bought": [FEE, ("PAID", 10, "COMPLETED", OTHER_SCHEDULE, "CC")]},
        "NSF, a transaction cancelled": AT_REST | {"bought": [FEE, ("CANCELLED", 30)]},
    }
    with rows.together():
        numbers = {rows.slip(name.partition(",")[0], **more): name for name, more in due.items()}
        for name, more in at_rest.items():
            rows.slip(name.partition(",")[0], **more)

    assert {numbers.get(one, one) for one in chosen(rows)} == set(due)


@pytest.mark.parametrize(("status", "is_chosen"), [("CREATED", True), ("REFUNDED", False)])
def test_a_bounced_slip_of_which_something_owed_is_paid_in_part_has_bounced_again(
    rows: SlipRows, status: str, is_chosen: bool
) -> None:
    parent = rows.slip("NSF", **AT_REST)
    invoice = rows.buy(parent, status, 100, "ACTIVE")
    rows.add("receipts", invoice_id=invoice, receipt_number="206000028L", receipt_amount=20)

    assert chosen(rows) == [parent] * is_chosen


def test_what_stands_for_another_subject_chooses_no_slip(rows: SlipRows) -> None:
    rows.work(rows.slip("ACTIVE"), "refund", "sent", subject="bill")
    parent = rows.slip("NSF", **AT_REST, work=[("slip nsf", "done")])
    rows.work(rows.slip("LINKED", account="INACTIVE", parent=parent), "slip link", "done", subject="bill")
    assert chosen(rows) == []


@pytest.mark.parametrize(
    ("journal", "is_chosen"),
    [
        (["nsf", "link"], True),
        (["link", "nsf"], False),
        (["nsf", "link", "nsf"], False),
        (["link", "nsf", "link"], True),
        (["link"], False),
        (["paying link"], True),
        (["late link"], True),
        (["paying link", "nsf"], False),
        (["paying link", "nsf dropped"], True),
        (["paying link dropped"], False),
        (["nsf", "void"], False),
        (["nsf", "link dropped"], False),
        (["nsf", "link", "nsf dropped"], True),
        (["nsf", "link", "correction"], True),
    ],
)
def test_a_bounced_slip_is_chosen_again_once_a_child_was_linked_since(
    rows: SlipRows, journal: list[str], is_chosen: bool
) -> None:
    with rows.together():
        parent = rows.slip("NSF", **AT_REST)
        child = rows.slip("LINKED", account="INACTIVE", parent=parent)
        for one in journal:
            kind, _, state = one.removeprefix("paying ").removeprefix("late ").partition(" ")
            plan = PAYING if one.startswith("paying ") else '{"to_frozen": true}' if one.startswith("late ") else "{}"
            rows.work(child if kind in {"link", "void"} else parent, f"slip {kind}", state or "done", plan=plan)
        other = rows.slip("ACTIVE")
        rows.work(rows.slip("LINKED", account="INACTIVE", parent=other), "slip link", "done")
        rows.work(other, "slip nsf", "done")

    assert chosen(rows) == [parent] * is_chosen


def test_links_come_first_and_a_family_once_by_what_is_first_due_in_it(rows: SlipRows) -> None:
    with rows.together():
        refund, correction, bounced, void = (
            rows.slip("REFUND_AUTHORIZED", remaining=5),
            rows.slip("CORRECTION"),
            rows.slip("NSF"),
            rows.slip("VOID"),
        )
        parent, other_parent = rows.slip("VOID"), rows.slip("ACTIVE")
        first = rows.slip("LINKED", parent=parent)
        rows.slip("LINKED", parent=other_parent)
        rows.slip("LINKED", parent=parent)

    assert chosen(rows) == [parent, other_parent, void, bounced, correction, refund]
    assert chosen(rows, first) == [parent]
    assert chosen(rows, refund) == [refund]
