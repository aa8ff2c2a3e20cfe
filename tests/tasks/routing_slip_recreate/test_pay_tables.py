"""What each statement reads, holds and writes: the rows of its slip, and nothing of others."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from config.errors import InputRefused
from database.sql import statements
from tasks.routing_slip_recreate.family.reading import read_family
from tasks.routing_slip_recreate.journal import what_changed
from tasks.routing_slip_recreate.pay_tables.fee import find_fee
from tasks.routing_slip_recreate.pay_tables.slips import hold_rows, set_account
from tests.pay_database import PayDatabase
from tests.routing_slip_factory import NOW
from tests.tasks.routing_slip_recreate.slip_rows import (
    FEE_SCHEDULE,
    OF_ANOTHER_FILING,
    OF_ANOTHER_PRODUCT,
    SlipRows,
)

TODAY = date(2026, 11, 22)
sql = statements("tasks.routing_slip_recreate.pay_tables")


@pytest.fixture
def rows(database: PayDatabase) -> SlipRows:
    """A pay database without slips."""
    return SlipRows(database)


def run(rows: SlipRows, name: str, /, **values: Any) -> None:
    """Run one statement of the package."""
    with rows.database.begin() as session:
        sql.run(session, name, **values)


def test_only_the_slip_its_children_and_what_is_theirs_are_held(rows: SlipRows) -> None:
    with rows.together():
        parent, other = rows.slip("ACTIVE"), rows.slip("ACTIVE")
        child = rows.slip("LINKED", parent=parent)
        bought = [rows.buy(number, "CREATED", 10) for number in (parent, child)]
        free = [rows.buy(other, "CREATED", 10), rows.buy(parent, "CREATED", 10, method="CC")]
        rows.change("INSERT INTO cfs_accounts (account_id, payment_method, status) VALUES (1, 'PAD', 'ACTIVE')")

    def left(statement: str) -> list[Any]:
        with rows.database.begin() as session:
            return list(session.execute(text(f"{statement} ORDER BY 1 FOR UPDATE SKIP LOCKED")).scalars())

    with rows.database.begin() as session:
        hold_rows(session, parent)
        assert left("SELECT number FROM routing_slips") == [other]
        assert left("SELECT id FROM invoices") == free
        assert left("SELECT payment_method || account_id FROM cfs_accounts") == ["INTERNAL2", "PAD1"]
    assert left("SELECT id FROM invoices") == sorted(bought + free)


def test_a_family_is_read_with_what_is_in_force_and_its_own(rows: SlipRows) -> None:
    with rows.together():
        parent, other = rows.slip("ACTIVE"), rows.slip("ACTIVE")
        child = rows.slip("LINKED", parent=parent)
        invoice, fee = rows.buy(parent, "PAID", 30), rows.buy(child, "CREATED", 30, None, FEE_SCHEDULE)
        plain = [rows.buy(parent, "CREATED", 30, None, one) for one in (OF_ANOTHER_PRODUCT, OF_ANOTHER_FILING)]
        rows.change("UPDATE invoices SET corp_type_code = 'BCR' WHERE id = ANY (:ids)", ids=[plain[0], invoice])
        half_made = rows.buy(parent, "CREATED", 30)
        rows.change("UPDATE invoices SET corp_type_code = 'BCR' WHERE id = :id", id=half_made)
        rows.change("DELETE FROM payment_line_items WHERE invoice_id = ANY (:ids)", ids=[half_made, invoice])
        rows.buy(parent, "PAID", 5, method="CC")
        theirs = rows.buy(other, "PAID", 7, "COMPLETED")
        for name, status in (("OLD", "COMPLETED"), ("NEW", "ACTIVE"), ("TAKEN BACK", "CANCELLED")):
            rows.add("invoice_references", invoice_id=invoice, invoice_number=name, status_code=status)
        for of, amount in ((invoice, 10), (invoice, 20), (theirs, 7)):
            rows.add("receipts", invoice_id=of, receipt_number="R", receipt_amount=amount)
        rows.change("UPDATE invoices SET paid = 30, refund = 4 WHERE id = :id", id=invoice)
        rows.add("pay_jobs.operations", kind="slip link", subject=f"slip {child}", state="done", plan="{}", command="x")

    with rows.database.begin() as session:
        family = read_family(session, parent, prefix="REG")
        assert read_family(session, "1", prefix="REG") is None

    assert family is not None
    assert [one.number for one in family.members] == [parent, child]
    assert [(one.id, one.is_nsf_fee) for one in family.invoices] == [
        (invoice, True),
        *((one, False) for one in plain),
        (half_made, True),
        (fee, True),
    ]
    read = family.invoices[0]
    assert (read.number, read.net_paid, read.receipts) == ("NEW", Decimal(26), {"R": Decimal("30.00")})
    assert (family.invoices[1].reference_id, family.invoices[1].number) == (None, f"REG{plain[0]:08d}")
    assert (family.root.version, [one.kind for one in family.children[0].operations]) == (1, ["link"])


def test_a_parent_that_became_a_child_meanwhile_has_no_family_of_its_own(rows: SlipRows) -> None:
    with rows.together():
        above, child, parent = rows.slip("ACTIVE"), rows.slip("LINKED"), rows.slip("LINKED")
        rows.change("UPDATE routing_slips SET parent_number = :above WHERE number = :one", above=above, one=parent)
        rows.change("UPDATE routing_slips SET parent_number = :above WHERE number = :one", above=parent, one=child)

    with rows.database.begin() as session:
        assert read_family(session, parent, prefix="REG") is None


def schedule(number: int, start: date, end: date | None = None, filing: str = "'NSF'", product: str = "BCR") -> str:
    """Return what adds a fee schedule over 31.00 that is booked to the code of the NSF fee."""
    until = f"'{end}'" if end else "NULL"
    return (
        f"INSERT INTO fee_codes (code, amount, created_on, created_by) VALUES ('T{number}', 31, now(), 'x');"
        "INSERT INTO fee_schedules (fee_schedule_id, filing_type_code, corp_type_code, fee_code, fee_start_date,"
        f" fee_end_date, created_on, created_by) VALUES ({number}, {filing}, '{product}', 'T{number}', '{start}',"
        f" {until}, now(), 'x');"
        f" INSERT INTO distribution_code_links (fee_schedule_id, distribution_code_id) VALUES ({number}, 7)"
    )


OTHER_FILING = "(SELECT min(code) FROM filing_types WHERE code <> 'NSF')"
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
CODE = "UPDATE distribution_codes SET {} WHERE distribution_code_id = 7"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ((), (FEE_SCHEDULE, 7)),
        ((schedule(9100, YESTERDAY),), (9100, 7)),
        ((schedule(9100, YESTERDAY), schedule(9101, YESTERDAY), schedule(9102, YESTERDAY - timedelta(1))), (9101, 7)),
        ((schedule(9100, TODAY, TODAY),), (9100, 7)),
        ((schedule(9100, TOMORROW),), (FEE_SCHEDULE, 7)),
        ((schedule(9100, YESTERDAY, YESTERDAY),), (FEE_SCHEDULE, 7)),
        ((schedule(9100, YESTERDAY, product="CP"),), (FEE_SCHEDULE, 7)),
        ((schedule(9100, YESTERDAY, filing=OTHER_FILING),), (FEE_SCHEDULE, 7)),
        (("INSERT INTO distribution_code_links (fee_schedule_id, distribution_code_id) VALUES (53, 6)",), (53, 6)),
        ((CODE.format(f"start_date = '{TODAY}', end_date = '{TODAY}'"),), (FEE_SCHEDULE, 7)),
        ((CODE.format(f"start_date = '{TOMORROW}'"),), None),
        ((CODE.format(f"end_date = '{YESTERDAY}'"),), None),
        ((CODE.format("account_id = 1"),), None),
        (("DELETE FROM distribution_code_links WHERE fee_schedule_id = 53",), None),
    ],
)
def test_the_fee_is_the_newest_in_force_that_has_an_account(
    rows: SlipRows, changes: tuple[str, ...], found: tuple[int, int] | None
) -> None:
    rows.add("payment_accounts", payment_method="CASH", name="a client")
    rows.change("INSERT INTO distribution_code_links (fee_schedule_id, distribution_code_id) VALUES (53, 7)")
    for one in changes:
        rows.change(one)
    with rows.database.begin() as session:
        if found is None:
            with pytest.raises(InputRefused, match="no NSF fee in force"):
                find_fee(session, TODAY)
            return
        fee = find_fee(session, TODAY)
    account = {6: "112.32041.35301.1278.3200000.000000.0000", 7: "112.32363.34725.4375.3200056.000000.0000"}
    assert (fee.schedule_id, fee.distribution_id) == found
    amount = Decimal(30 if fee.schedule_id == FEE_SCHEDULE else 31)
    assert (fee.amount, fee.description, fee.account) == (amount, "NSF", account[found[1]])


def test_the_receipts_of_some_invoices_are_brought_in_line_and_others_left(rows: SlipRows) -> None:
    with rows.together():
        slip = rows.slip("ACTIVE")
        first, second, other = (rows.buy(slip, "PAID", 10) for _ in range(3))
        for invoice, number, amount in (
            (first, "R1", 4),  # together as CFS has it
            (first, "R1", 6),
            (first, "R2", 4),  # another amount
            (second, "R1", 5),  # not in CFS
            (second, "R9", 6),  # not asked about
            (other, "R1", 7),
            (other, "R2", 8),
        ):
            rows.add("receipts", invoice_id=invoice, receipt_number=number, receipt_amount=amount)
    wanted = json.dumps(
        [
            {"invoice_id": first, "receipt_number": "R1", "amount": "10.00"},
            {"invoice_id": first, "receipt_number": "R2", "amount": "3.00"},
            {"invoice_id": second, "receipt_number": "R2", "amount": "2.00"},
        ]
    )
    now = NOW.replace(tzinfo=None)
    run(rows, "sync_receipts", rows=wanted, invoice_ids=[first, second], receipt_numbers=["R1", "R2"], cause="slip 1",
        now=now)  # fmt: skip
    run(rows, "add_receipts", rows=wanted, now=now)

    assert rows.rows("SELECT invoice_id, receipt_number, receipt_amount FROM receipts ORDER BY 1, 2, 3") == [
        (first, "R1", 4), (first, "R1", 6), (first, "R2", 3), (second, "R2", 2), (second, "R9", 6),
        (other, "R1", 7), (other, "R2", 8)]  # fmt: skip
    assert rows.rows("SELECT was -> 'invoice_id', was ->> 'receipt_number' FROM pay_jobs.kept_rows ORDER BY 1, 2") == [
        (first, "R2"), (second, "R1")]  # fmt: skip
    run(rows, "drop_receipts", invoice_ids=[second], cause="slip 1", now=now)
    assert rows.rows("SELECT DISTINCT invoice_id FROM receipts ORDER BY 1") == [(first,), (other,)]


@pytest.mark.parametrize(
    ("statement", "status", "references", "payment"),
    [
        ("pay_invoice", "PAID", {"ACTIVE": "COMPLETED", "COMPLETED": "COMPLETED"}, {"FAILED": "COMPLETED"}),
        ("reopen_invoice", "CREATED", {"ACTIVE": "ACTIVE", "COMPLETED": "ACTIVE"}, {}),
        ("cancel_invoice", "CANCELLED", {"ACTIVE": "CANCELLED", "COMPLETED": "CANCELLED"}, {}),
        ("fail_invoice_payment", None, {}, {"COMPLETED": "FAILED"}),
    ],
)
@pytest.mark.parametrize("reference", ["ACTIVE", "COMPLETED", "CANCELLED"])
def test_an_invoice_is_changed_with_its_reference_and_payment_and_no_other_is(
    rows: SlipRows, statement: str, status: str | None, references: dict[str, str], payment: dict[str, str],
    reference: str
) -> None:  # fmt: skip
    with rows.together():
        slip = rows.slip("ACTIVE")
        ours, theirs = (rows.buy(slip, "DELETED", 10, reference) for _ in range(2))
        for invoice in (ours, theirs):
            for method, paid in (("INTERNAL", "FAILED"), ("INTERNAL", "COMPLETED"), ("PAD", "FAILED"),
                                 ("PAD", "COMPLETED"), ("INTERNAL", "CREATED")):  # fmt: skip
                rows.add("payments", payment_system_code="PAYBC", payment_method_code=method, payment_status_code=paid,
                         invoice_number=f"REG{invoice}", paid_amount=10)  # fmt: skip
    now = NOW.replace(tzinfo=None)
    given: dict[str, dict[str, Any]] = {
        "pay_invoice": {"id": ours, "now": now, "paid": 10},
        "reopen_invoice": {"id": ours, "now": now, "paid": 3},
        "cancel_invoice": {"id": ours, "now": now},
        "fail_invoice_payment": {"invoice_number": f"REG{ours}"},
    }
    before = rows.rows("SELECT * FROM payments WHERE invoice_number = :n ORDER BY id", n=f"REG{theirs}")

    run(rows, statement, **given[statement])

    states = rows.rows("SELECT invoice_status_code FROM invoices ORDER BY id")
    assert states == [(status or "DELETED",), ("DELETED",)]
    kept = rows.rows("SELECT status_code FROM invoice_references ORDER BY id")
    assert kept == [(references.get(reference, reference),), (reference,)]
    failed, completed = "FAILED", "COMPLETED"
    if statement == "pay_invoice" and reference == "CANCELLED":
        payment = {}
    found = rows.rows("SELECT payment_status_code FROM payments WHERE invoice_number = :n ORDER BY id", n=f"REG{ours}")
    assert [one for (one,) in found] == [
        payment.get(failed, failed), payment.get(completed, completed), failed, completed, "CREATED"]  # fmt: skip
    assert rows.rows("SELECT * FROM payments WHERE invoice_number = :n ORDER BY id", n=f"REG{theirs}") == before


def test_only_the_completed_deposits_of_the_named_slips_fail(rows: SlipRows) -> None:
    for number, is_deposit, status in (("1", True, "COMPLETED"), ("1", False, "COMPLETED"), ("1", True, "CREATED"),
                                       ("2", True, "COMPLETED")):  # fmt: skip
        rows.add("payments", payment_system_code="FAS", payment_method_code="CASH", payment_status_code=status,
                 receipt_number=number, paid_amount=10, is_routing_slip=is_deposit)  # fmt: skip
    run(rows, "fail_deposits", numbers=["1"])
    assert rows.rows("SELECT payment_status_code FROM payments ORDER BY id") == [
        ("FAILED",), ("COMPLETED",), ("CREATED",), ("COMPLETED",)]  # fmt: skip


def test_one_slip_and_one_account_are_changed_and_an_amount_that_is_not_given_stays(rows: SlipRows) -> None:
    first, second = rows.slip("ACTIVE", remaining=50), rows.slip("ACTIVE", remaining=50)
    now = NOW.replace(tzinfo=None)
    changes = {"status": None, "version": None, "remaining_change": Decimal(-5), "cas_mismatch": None, "now": now}
    run(rows, "set_slip", number=first, **changes)
    run(rows, "set_slip", number=first, **changes | {"status": "VOID", "version": 4})
    run(rows, "hand_over", slip=first, kind="refunded", amount=Decimal(3), now=now)
    run(rows, "hand_over", slip=first, kind="refunded", amount=Decimal(4), now=now)
    run(rows, "set_account", id=1, status="FREEZE")

    assert rows.rows("SELECT number, status, cas_version_suffix, remaining_amount, refund_amount FROM routing_slips"
                     " ORDER BY id") == [(first, "VOID", 4, 33, 7), (second, "ACTIVE", None, 50, None)]  # fmt: skip
    assert rows.rows("SELECT status FROM cfs_accounts ORDER BY id") == [("FREEZE",), ("ACTIVE",)]


@pytest.mark.parametrize("changed", [None, "status = 'ACTIVE'", "total = 99.99"])
def test_a_slip_is_as_it_was_judged_while_its_own_status_and_total_stay(rows: SlipRows, changed: str | None) -> None:
    first, _ = rows.slip("CORRECTION"), rows.slip("CORRECTION")
    with rows.database.begin() as session:
        family = read_family(session, first, prefix="REG")
    assert family is not None
    if changed:
        rows.change(f"UPDATE routing_slips SET {changed} WHERE number = :n", n=first)
    with rows.database.begin() as session:
        told = what_changed(family.root)(session)
    assert told == ("it is no longer CORRECTION for 100.00" if changed else "")


def test_an_account_that_has_the_status_already_is_no_new_version(rows: SlipRows) -> None:
    rows.slip("NSF")
    for _ in range(2):
        with rows.database.begin() as session:
            set_account(session, 1, "FREEZE", now=NOW)
    assert rows.rows("SELECT status FROM cfs_accounts_history") == [("ACTIVE",)]


def test_a_fee_is_written_once_and_what_is_there_of_it_is_left(rows: SlipRows) -> None:
    stranger, number = rows.slip("ACTIVE"), rows.slip("NSF")
    other = rows.buy(stranger, "CREATED", 10, "ACTIVE")
    values = {
        "id": other + 1, "slip": number, "payment_account_id": 2, "cfs_account_id": 2, "fee": 30,
        "fee_schedule_id": FEE_SCHEDULE, "description": "NSF", "distribution_id": 7, "invoice_number": "REG9",
        "reference_number": "9", "now": NOW.replace(tzinfo=None), "overdue_date": NOW.replace(tzinfo=None),
    }  # fmt: skip
    for _ in range(2):
        run(rows, "write_fee", **values)
        rows.change("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_number = 'REG9'")

    assert rows.rows("SELECT id, payment_account_id FROM invoices ORDER BY id") == [(other, 1), (other + 1, 2)]
    assert rows.rows("SELECT invoice_id FROM payment_line_items ORDER BY id") == [(other,), (other + 1,)]
    assert rows.rows("SELECT invoice_id FROM invoice_references ORDER BY id") == [(other,), (other + 1,)]
    rows.change("UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_number = 'REG9'")
    run(rows, "write_fee", **values)
    assert rows.one("SELECT count(*) FROM invoice_references WHERE invoice_number = 'REG9'") == 2
