"""Every column of every row that the job writes, as the services that read the pay tables expect it.

Source: docs/specs/cas-settlement-csv.md sections 5 to 8.
"""

from typing import Any

import pytest

from tests.settlement_factory import NOW, Line, SettlementBooks, bounce, on_account

NUMBER = "REG01234567"
DAY = "2026-11-05T00:00:00"
PAYMENT = {
    "payment_system_code": "PAYBC",
    "payment_status_code": "COMPLETED",
    "payment_date": DAY,
    "cons_inv_number": None,
    "created_by": "SYSTEM",
    "cheque_receipt_number": None,
    "is_routing_slip": False,
    "paid_usd_amount": None,
}


def written(books: SettlementBooks, table: str, where: str = "true") -> list[dict[str, Any]]:
    """Return the rows of a table as JSON, without their ids, in the order they were made."""
    rows = books.rows(f"SELECT to_jsonb(one) - 'id' FROM {table} AS one WHERE {where} ORDER BY one.id")
    return [row[0] for row in rows]


def test_a_pad_payment_and_its_receipt(books: SettlementBooks) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "60.00", id=1234567)

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))

    assert written(books, "payments") == [
        PAYMENT
        | {
            "payment_method_code": "PAD",
            "paid_amount": 60,
            "invoice_amount": 60,
            "invoice_number": NUMBER,
            "receipt_number": "PR1",
            "payment_account_id": account.id,
        }
    ]
    assert written(books, "receipts") == [
        {"invoice_id": invoice, "receipt_number": "PR1", "receipt_amount": 60, "receipt_date": DAY}
    ]
    ((date_paid, paid),) = books.rows("SELECT payment_date::text, paid::text FROM invoices")
    assert (date_paid, paid) == ("2026-11-05 00:00:00", "60.00")


def test_the_payment_of_an_invoice_without_account_has_none_whatever_else_its_customer_paid(
    books: SettlementBooks,
) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00")
    books.change("UPDATE invoices SET payment_account_id = NULL")

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER), on_account("OA1", "800101", "5.00"))

    assert books.outcomes() == ["applied", "applied"]
    assert [payment["payment_account_id"] for payment in written(books, "payments")] == [None]


def test_an_invoice_that_several_rows_pay_is_paid_on_the_last_of_their_days(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00")

    books.apply(
        Line("PADP", "PR1", "20.00", "800101", NUMBER, day="06-Nov-26"),
        Line("PADP", "PR2", "40.00", "800101", NUMBER, day="05-Nov-26"),
    )

    assert books.rows("SELECT payment_date::text FROM invoices") == [("2026-11-06 00:00:00",)]


def test_a_payment_by_online_banking_of_one_row_bears_its_number_and_original_amount(books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, NUMBER, "100.00", method="ONLINE_BANKING")

    books.apply(Line("BOLP", "OB1", "40.00", "800104", NUMBER, "Partially PAID", "100.00", "60.00"))

    assert written(books, "payments") == [
        PAYMENT
        | {
            "payment_method_code": "ONLINE_BANKING",
            "paid_amount": 40,
            "invoice_amount": 100,
            "invoice_number": NUMBER,
            "receipt_number": "OB1",
            "payment_account_id": account.id,
        }
    ]


def test_an_online_banking_receipt_wholly_on_account_bears_its_own_number_and_amount(books: SettlementBooks) -> None:
    books.account("800104", "ONLINE_BANKING")

    books.apply(on_account("OB1", "800104", "30.00", "BOLP"))

    (payment,) = written(books, "payments")
    assert (payment["invoice_number"], payment["invoice_amount"], payment["paid_amount"]) == ("OB1", 30, 30)


def test_a_receipt_of_several_rows_has_the_date_of_the_first_and_the_account_of_the_last(
    books: SettlementBooks,
) -> None:
    first = books.account("800104", "ONLINE_BANKING")
    last = books.account("800105", "ONLINE_BANKING")
    books.invoice(first, NUMBER, "70.00", method="ONLINE_BANKING")

    books.apply(
        Line("BOLP", "OB1", "70.00", "800104", NUMBER, day="05-Nov-26"),
        on_account("OB1", "800105", "30.00", day="06-Nov-26"),
    )

    assert written(books, "payments") == [
        PAYMENT
        | {
            "payment_method_code": "ONLINE_BANKING",
            "paid_amount": 100,
            "invoice_amount": 0,
            "invoice_number": None,
            "receipt_number": "OB1",
            "payment_account_id": last.id,
        }
    ]


def test_a_number_behind_which_there_are_two_customer_accounts_is_rejected_whole(books: SettlementBooks) -> None:
    """Section 5.4, account check: every invoice behind the number is of the row's customer account, or none is paid."""
    mine, other = books.account("800101"), books.account("800102")
    books.invoice(mine, NUMBER, "60.00", id=1)
    books.invoice(other, NUMBER, "40.00", id=2)

    books.apply(Line("PADP", "PR1", "100.00", "800101", NUMBER))

    assert books.outcomes() == ["rejected:account_mismatch"]
    assert (written(books, "payments"), written(books, "receipts")) == ([], [])


def test_a_credit_memo_and_pad_for_a_consolidated_number_in_every_table(books: SettlementBooks) -> None:
    account = books.account("800101")
    for invoice, total in ((1234567, "100.00"), (1234570, "31.50")):
        books.invoice(account, NUMBER, total, id=invoice)
    credit = books.credit(account, "20455", "50.00")

    books.apply(
        Line("CMAP", "20455", "41.50", "800101", NUMBER, "Partially PAID", "131.50", "90.00", application="5900001"),
        Line("PADP", "PR1", "90.00", "800101", NUMBER, original="131.50"),
    )

    assert books.invoices() == {1234567: ("PAID", "100.00"), 1234570: ("PAID", "31.50")}
    assert {status for _, _, status in books.references()} == {"COMPLETED"}
    assert books.applied_credits() == [(5900001, 1234567, "10.00"), (5900001, 1234570, "31.50")]
    assert books.receipts() == [(1234567, "PR1", "90.00"), (1234570, "20455", "31.50")]
    assert written(books, "payments") == [
        PAYMENT
        | {
            "payment_method_code": "PAD",
            "paid_amount": 90,
            "invoice_amount": 131.5,
            "invoice_number": NUMBER,
            "receipt_number": "PR1",
            "payment_account_id": account.id,
        }
    ]
    assert books.rows("SELECT DISTINCT payment_date::text FROM invoices") == [("2026-11-05 00:00:00",)]
    assert books.credits() == [("20455", True, "50.00", "50.00")], "its balance is CFS's to say"
    assert credit


def test_money_on_account_as_a_credit(books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")

    books.apply(on_account("OB1", "800104", "30.00"))

    assert written(books, "credits") == [
        {
            "cfs_identifier": "OB1",
            "is_credit_memo": False,
            "amount": 30,
            "remaining_amount": 30,
            "account_id": account.id,
            "details": None,
            "created_on": f"{NOW:%Y-%m-%dT%H:%M:%S}",
            "cfs_site": None,
            "created_invoice_id": None,
        }
    ]


@pytest.mark.parametrize(("amount", "status", "left"), [("80.00", "Fully PAID", "0.00"),
                                                       ("25.00", "Partially PAID", "55.00")])  # fmt: skip
def test_an_applied_credit_is_dated_by_its_row(amount: str, status: str, left: str, books: SettlementBooks) -> None:
    account = books.account("800101")
    invoice = books.invoice(account, NUMBER, "80.00")
    credit = books.credit(account, "20455", "100.00")

    books.apply(Line("CMAP", "20455", amount, "800101", NUMBER, status, "80.00", left, application="5900001"))

    assert written(books, "applied_credits") == [
        {
            "account_id": account.id,
            "application_id": 5900001,
            "amount_applied": float(amount),
            "cfs_account": "800101",
            "cfs_identifier": "20455",
            "credit_id": credit,
            "created_on": DAY,
            "invoice_amount": 80,
            "invoice_number": NUMBER,
            "invoice_id": invoice,
        }
    ]


def test_the_fee_invoice_of_a_bounce_in_every_column(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.change("UPDATE payment_accounts SET bcol_account = '180670'")
    books.paid_invoice(account, NUMBER, "60.00", "PR1", id=1234567)
    books.change("UPDATE invoice_references SET reference_number = NULL")
    for place, (number, reference) in enumerate(((NUMBER, "CANCELLED"), (NUMBER, "COMPLETED"), ("REG2", "ACTIVE"))):
        books.invoice(account, number, "1.00", id=1234568 + place, reference=reference)

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    (invoice,) = written(books, "invoices", "payment_method_code = 'CC'")
    filled = {name: value for name, value in invoice.items() if value is not None}
    assert filled == {
        "created_by": "SYSTEM",
        "created_on": f"{NOW:%Y-%m-%dT%H:%M:%S}",
        "invoice_status_code": "CREATED",
        "total": 30,
        "paid": 0,
        "service_fees": 0,
        "gst": 0,
        "corp_type_code": "BCR",
        "bcol_account": "180670",
        "payment_account_id": account.id,
        "cfs_account_id": account.profile,
        "payment_method_code": "CC",
        "overdue_date": "2027-01-15T07:00:00",
    }
    (line,) = written(books, "payment_line_items")
    fee, schedule = line.pop("invoice_id"), line.pop("fee_schedule_id")
    assert {name: value for name, value in line.items() if value is not None and name != "fee_distribution_id"} == {
        "filing_fees": 30,
        "description": "NSF",
        "pst": 0,
        "total": 30,
        "line_item_status_code": "ACTIVE",
        "future_effective_fees": 0,
        "priority_fees": 0,
        "service_fees": 0,
        "service_fees_gst": 0,
        "statutory_fees_gst": 0,
    }
    assert (fee, schedule) != (None, None)
    assert written(books, "non_sufficient_funds") == [
        {"description": "NON SUFFICIENT FUNDS", "invoice_id": fee, "invoice_number": NUMBER, "cfs_account": "800101"}
    ]
    assert written(books, "invoice_references", f"invoice_id = {fee}") == [
        {
            "invoice_id": fee,
            "invoice_number": NUMBER,
            "reference_number": "R1234569",
            "status_code": "ACTIVE",
            "created_on": f"{NOW:%Y-%m-%dT%H:%M:%S}",
            "is_consolidated": False,
        }
    ]


@pytest.mark.parametrize(("status", "outstanding", "left"), [
    ("Partially PAID", "45.00", 15), ("partially paid", "60.00", 0), ("Not PAID", "60.00", 0),
    ("On Account", "45.00", 0),
])  # fmt: skip
@pytest.mark.parametrize("was_paid", [True, False])
def test_a_bounce_in_part_leaves_the_failed_payment_what_stayed_paid(
    status: str, outstanding: str, left: int, was_paid: bool, books: SettlementBooks
) -> None:
    account = books.account("800101")
    if was_paid:
        books.paid_invoice(account, NUMBER, "60.00", "PR1", id=1234567)
    else:
        books.invoice(account, NUMBER, "60.00", id=1234567)

    books.apply(bounce("PR1", "800101", NUMBER, "60.00", status=status, outstanding=outstanding))

    (payment,) = written(books, "payments")
    expected = PAYMENT | {
        "payment_status_code": "FAILED",
        "payment_method_code": "PAD",
        "paid_amount": left,
        "invoice_amount": 60,
        "invoice_number": NUMBER,
        "receipt_number": "PR1",
        "payment_account_id": account.id,
    }
    if was_paid:
        expected |= {"created_by": "test", "is_routing_slip": None}
    assert payment == expected
    assert books.invoices()[1234567] == (("SETTLEMENT_SCHED" if was_paid else "APPROVED"), "0.00")
    assert books.receipts() == []


def test_the_file_in_the_table_of_the_other_services(books: SettlementBooks) -> None:
    stamp = f"{NOW:%Y-%m-%dT%H:%M:%S}"
    books.add("cas_settlements", file_name="another.csv", received_on=NOW.replace(tzinfo=None))

    books.apply()

    assert written(books, "cas_settlements") == [
        {"file_name": "another.csv", "received_on": stamp, "processed_on": None},
        {"file_name": "BCR_PAYMENT_APPL_20261105.csv", "received_on": stamp, "processed_on": stamp},
    ]
