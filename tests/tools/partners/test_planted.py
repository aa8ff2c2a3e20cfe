"""What is planted among the invoices of a partner is named, and nothing else."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from jobs.run.outcome import Outcome
from tests.ejv_factory import EjvBooks
from tests.tools.partners.conftest import Told
from tests.tools.partners.deals import Deal, PartnerBooks

FEE, SERVICE = Decimal("10.00"), Decimal("1.50")
MADE, PAID, OUT, REFUNDED, BACK = (date(2026, 11, day) for day in (3, 4, 10, 12, 16))
PLAIN = Deal(0, "PAD", FEE, SERVICE, MADE, PAID, "done", OUT)
# What goes its way: nothing of it may be named, save as below zero while the money is on its way back.
HEALTHY = (
    PLAIN,
    replace(PLAIN, method="EFT"),
    replace(PLAIN, method="EFT", out="waiting"),
    replace(PLAIN, method="EFT", out="waiting", refund=FEE),
    replace(PLAIN, out="in_flight"),
    replace(PLAIN, out="refused"),
    replace(PLAIN, refund=FEE, back="done"),
    replace(PLAIN, method="EFT", refund=FEE, back="done"),
    replace(PLAIN, method="CC", refund=FEE / 2, back="done"),
    replace(PLAIN, method="DIRECT_PAY", paid=PAID + timedelta(days=1)),
)


def rows(outcome: Outcome, key: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for table in outcome.tables if table.key == key for row in table.rows]


def partner_row(books: EjvBooks, target: int, *, reversal: bool) -> int:
    found: int = books.one(
        "SELECT id FROM partner_disbursements WHERE target_id = :id AND is_reversal = :reversal",
        id=target,
        reversal=reversal,
    )
    return found


def test_healthy_invoices_are_not_named(partner: PartnerBooks, told: Told) -> None:
    for number, deal in enumerate(HEALTHY * 3, 1001):
        partner.write(replace(deal, number=number), gl=number % 2)

    outcome = told()

    assert [rows(outcome, key) for key in ("below_zero", "partner_rows")] == [[], []]
    assert outcome.exit_code == 0


def test_each_planted_fault_is_named_and_nothing_else(books: EjvBooks, partner: PartnerBooks, told: Told) -> None:
    for number, deal in enumerate(HEALTHY * 2, 1001):
        partner.write(replace(deal, number=number), gl=number % 2)
    refunded = [replace(PLAIN, number=2001, refund=FEE), replace(PLAIN, number=2002, method="EFT", refund=FEE)]
    refused = replace(PLAIN, number=2003, refund=FEE, back="refused")
    lost = [replace(PLAIN, number=3001, method="EFT"), replace(PLAIN, number=3002, method="EFT", out="waiting")]
    not_back = replace(PLAIN, number=3003, method="EFT", refund=FEE)
    part = replace(PLAIN, number=3004, method="CC", refund=FEE / 2)
    doubled = [replace(PLAIN, number=4000 + n, method="EFT", refund=FEE, back="done") for n in range(5)]
    for deal in (*refunded, refused, *lost, not_back, part, *doubled):
        partner.write(deal)
    for deal, reversal in ((lost[0], False), (lost[1], False), (not_back, True)):
        books.change(
            "DELETE FROM partner_disbursements WHERE id = :id", id=partner_row(books, deal.number, reversal=reversal)
        )
    refund = books.one("SELECT id FROM refunds_partial WHERE invoice_id = 3004")
    books.change(
        "DELETE FROM partner_disbursements WHERE lower(target_type) = 'partial_refund' AND target_id = :id", id=refund
    )
    for deal in doubled:
        books.change(
            "INSERT INTO partner_disbursements (amount, created_on, partner_code, is_reversal, status_code, target_id,"
            " target_type) SELECT amount, created_on, partner_code, is_reversal, 'WAITING_FOR_JOB', target_id,"
            " target_type FROM partner_disbursements WHERE id = :id",
            id=partner_row(books, deal.number, reversal=True),
        )

    outcome = told()

    assert {(row[0], row[3], row[4].split("; ")[-1]) for row in rows(outcome, "below_zero")} == {
        (2001, -FEE, "the next partner batch takes it back"),
        (2002, -FEE, "the next partner batch takes it back"),
        (2003, -FEE, f"CGI refused batch {_batch_of(books, 2003)}"),
        (3003, -FEE, "no row of partner_disbursements takes it back"),
        (3004, -FEE / 2, "no row of partner_disbursements takes the part back"),
    }
    assert {(row[0], row[1], row[4].split(",")[0]) for row in rows(outcome, "partner_rows") if row[0] == "missing"} == {
        ("missing", "invoice 3001", "no row disburses it"),
        ("missing", "invoice 3002", "no row disburses it"),
        ("missing", "invoice 3003", "it was given up after its row left"),
        ("missing", f"partial refund {refund}", "no row takes it back from the partner"),
    }
    twice = {row[1] for row in rows(outcome, "partner_rows") if row[0] == "twice"}
    last = [f"partner disbursement {_last_row(books, deal.number)}" for deal in doubled]
    assert twice == set(last)
    assert outcome.exit_code == 3


def test_a_reversal_that_was_booked_twice_is_in_question(books: EjvBooks, partner: PartnerBooks, told: Told) -> None:
    partner.write(replace(PLAIN, number=1001, method="EFT", refund=FEE, back="done"))
    books.change(
        "INSERT INTO partner_disbursements (amount, created_on, feedback_on, partner_code, is_reversal, status_code,"
        " target_id, target_type) SELECT amount, created_on, feedback_on, partner_code, true, 'REVERSED', target_id,"
        " target_type FROM partner_disbursements WHERE target_id = 1001 AND is_reversal"
    )

    [account] = next(row for row in told().tables if row.key == "balances").records()

    assert (account["End"], account["In question"]) == (FEE, FEE)


def test_a_refund_that_a_stopped_gl_keeps_from_coming_back_names_the_command(
    books: EjvBooks, partner: PartnerBooks, told: Told
) -> None:
    partner.write(replace(PLAIN, number=1001, refund=FEE))
    books.change("UPDATE distribution_codes SET stop_ejv = true WHERE distribution_code_id = :id", id=partner.gl[0])

    [row] = rows(told(), "below_zero")

    assert row[-1] == f'python3 invoke_jobs.py ejv unstop {partner.gl[0]} --reason "..."'


def test_an_invoice_that_was_disbursed_before_it_was_paid_says_so(partner: PartnerBooks, told: Told) -> None:
    partner.write(replace(PLAIN, number=1001, method="EFT", paid=None))

    outcome = told()

    assert [row[3:5] for row in rows(outcome, "below_zero")] == [(-FEE, "disbursed before the customer paid")]
    assert outcome.exit_code == 0


@pytest.mark.parametrize("status", ["PENDING_APPROVAL", "DECLINED"])
def test_a_refund_that_nobody_approved_is_none(status: str, books: EjvBooks, partner: PartnerBooks, told: Told) -> None:
    partner.write(replace(PLAIN, number=1001, refund=FEE / 2))
    request = books.add("refunds", invoice_id=1001, status=status, type="INVOICE")
    books.change("UPDATE refunds_partial SET refund_id = :id", id=request)
    books.change("DELETE FROM partner_disbursements WHERE lower(target_type) = 'partial_refund'")

    assert [rows(told(), key) for key in ("below_zero", "partner_rows")] == [[], []]


@pytest.mark.parametrize(("decided", "refunded"), [(None, [10]), ("2026-11-12", [11])])
def test_a_refund_counts_in_the_month_in_which_it_was_approved(
    decided: str | None, refunded: list[int], books: EjvBooks, partner: PartnerBooks, told: Told
) -> None:
    partner.write(replace(PLAIN, number=1001, made=date(2026, 10, 5), paid=date(2026, 10, 6), refund=FEE))
    books.change("UPDATE invoices SET refund_date = NULL WHERE id = 1001")
    books.change("DELETE FROM refunds WHERE invoice_id = 1001")
    books.add(
        "refunds", invoice_id=1001, status="APPROVED", type="INVOICE", requested_date="2026-10-28",
        decision_date=decided,
    )  # fmt: skip

    assert [month for month in (10, 11) if _refunded_in(told, month)] == refunded


@pytest.mark.parametrize(("decided", "refunded", "missed"), [(None, [10], [10, 11]), ("2026-11-12", [11], [11])])
def test_a_partial_refund_counts_and_needs_its_row_from_the_month_in_which_it_was_approved(
    decided: str | None, refunded: list[int], missed: list[int], books: EjvBooks, partner: PartnerBooks, told: Told
) -> None:
    partner.write(
        replace(PLAIN, number=1001, method="CC", made=date(2026, 10, 5), paid=date(2026, 10, 6), refund=FEE / 2,
                refund_on=date(2026, 10, 28))
    )  # fmt: skip
    books.change("DELETE FROM refunds WHERE invoice_id = 1001")
    refund = books.add(
        "refunds", invoice_id=1001, status="APPROVED", type="INVOICE", requested_date="2026-10-28",
        decision_date=decided,
    )  # fmt: skip
    books.change("UPDATE refunds_partial SET refund_id = :refund WHERE invoice_id = 1001", refund=refund)
    books.change("DELETE FROM partner_disbursements WHERE lower(target_type) = 'partial_refund'")

    assert [month for month in (10, 11) if _refunded_in(told, month)] == refunded
    assert [month for month in (10, 11) if rows(told(date(2026, month, 1)), "partner_rows")] == missed


@pytest.mark.parametrize("is_asked_for", [False, True])
def test_an_invoice_that_was_given_up_needs_the_row_back_from_the_month_of_its_refund(
    is_asked_for: bool, books: EjvBooks, partner: PartnerBooks, told: Told
) -> None:
    partner.write(
        replace(PLAIN, number=1001, method="EFT", made=date(2026, 10, 5), paid=date(2026, 10, 6), refund=FEE,
                refund_on=date(2026, 11, 12))
    )  # fmt: skip
    if is_asked_for:
        books.change("UPDATE invoices SET refund_date = NULL WHERE id = 1001")
        books.add("refunds", invoice_id=1001, status="APPROVED", type="INVOICE", requested_date="2026-11-12")
    row = partner_row(books, 1001, reversal=True)
    books.change("DELETE FROM partner_disbursements WHERE id = :id", id=row)

    assert [month for month in (10, 11) if rows(told(date(2026, month, 1)), "partner_rows")] == [11]


def test_one_partner_and_gl_code_alone(partner: PartnerBooks, told: Told) -> None:
    partner.write(replace(PLAIN, number=1001), gl=0)
    partner.write(replace(PLAIN, number=1002), gl=1)

    assert {row[1] for row in rows(told(partner="VS"), "accounts")} == set(partner.gl)
    assert {row[1] for row in rows(told(partner="VS", gl=partner.gl[1]), "accounts")} == {partner.gl[1]}
    assert rows(told(partner="BCA"), "accounts") == []


def _batch_of(books: EjvBooks, invoice: int) -> int:
    batch: int = books.one(
        "SELECT max(header.ejv_file_id) FROM ejv_links AS link JOIN ejv_headers AS header"
        " ON header.id = link.ejv_header_id WHERE link.link_id = :id",
        id=invoice,
    )
    return batch


def _last_row(books: EjvBooks, invoice: int) -> int:
    row: int = books.one("SELECT max(id) FROM partner_disbursements WHERE target_id = :id", id=invoice)
    return row


def _refunded_in(told: Told, month: int) -> Decimal:
    accounts = next(table for table in told(date(2026, month, 1)).tables if table.key == "accounts")
    return sum((row["Refunded"] for row in accounts.records()), Decimal(0))
