"""A bounce keeps what it changes and deletes, as it was: what was done by mistake can be taken back whole."""

from typing import Any

from tests.settlement_factory import SettlementBooks, bounce

_PAY_TABLES = (
    "cfs_accounts", "invoice_references", "invoices", "non_sufficient_funds", "payment_accounts", "payment_line_items",
    "payments", "receipts",
)  # fmt: skip

_BANK_ACCOUNT = ("bank_number", "bank_branch_number", "bank_account_number", "payment_instrument_number")


def _rows(books: SettlementBooks) -> dict[tuple[str, int], dict[str, Any]]:
    """Return every row of the tables that a bounce writes, by table and id."""
    return {
        (table, id_): row
        for table in _PAY_TABLES
        for id_, row in books.rows(f"SELECT id, to_jsonb({table}) FROM {table}")
    }


def _kept(books: SettlementBooks) -> dict[tuple[str, int], dict[str, Any] | None]:
    rows = books.rows("SELECT pay_table, row_id, was FROM pay_jobs.bounce_rows")
    kept = {(table, id_): was for table, id_, was in rows}
    assert len(kept) == len(rows), "each row is kept once"
    return kept


def _differing(before: dict[tuple[str, int], Any], after: dict[tuple[str, int], Any]) -> dict[tuple[str, int], Any]:
    """Return each row that is another now, as it was before; None for one that is new."""
    return {key: before.get(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _without_version(rows: dict[tuple[str, int], dict[str, Any] | None]) -> dict[tuple[str, int], Any]:
    """Return rows less their version, which is raised before they are kept, and their bank account, which never is."""
    left_out = {"version", *_BANK_ACCOUNT}
    return {
        key: row and {name: value for name, value in row.items() if name not in left_out} for key, row in rows.items()
    }


def test_a_bounce_keeps_every_row_it_changes_or_deletes_and_names_those_it_makes(books: SettlementBooks) -> None:
    account = books.account("800103")
    for _ in range(2):
        books.paid_invoice(account, "REG01234700", "30.10", "PADRC0003")
    books.paid_invoice(account, "REG01234701", "5.00", "PADRC0004")
    books.paid_invoice(books.account("800104"), "REG01234702", "5.00", "PADRC0005")
    before = _rows(books)

    books.apply(
        bounce("PADRC0003", "800103", "REG01234700", "60.20"), bounce("PADRC0004", "800103", "REG01234701", "5.00")
    )

    assert _without_version(_kept(books)) == _without_version(_differing(before, _rows(books)))
    assert {row for table, row in _kept(books) if table == "receipts"}


def test_a_bounce_without_a_payment_names_the_payment_it_makes(books: SettlementBooks) -> None:
    account = books.account("800103")
    books.invoice(account, "REG01234700", "60.00")

    books.apply(bounce("PADRC0003", "800103", "REG01234700", "60.00"))

    (payment,) = books.rows("SELECT id FROM payments")
    assert _kept(books)["payments", payment[0]] is None


def test_each_of_several_bounces_names_its_own_payment(books: SettlementBooks) -> None:
    for nth in (1, 2, 3):
        account = books.account(f"80010{nth}")
        books.invoice(account, f"REG{nth}", "60.00")
    books.payment(account, "REG3", "PR3", "60.00")

    books.apply(*(bounce(f"PR{nth}", f"80010{nth}", f"REG{nth}", "60.00") for nth in (1, 2, 3)))

    named = (
        "SELECT kept.line, payment.invoice_number, kept.was IS NULL FROM pay_jobs.bounce_rows AS kept"
        "  JOIN payments AS payment ON payment.id = kept.row_id WHERE kept.pay_table = 'payments' ORDER BY 1, 2"
    )
    assert books.rows(named) == [(2, "REG1", True), (3, "REG2", True), (4, "REG3", False)]


def test_each_of_several_freezes_has_its_own_fee(books: SettlementBooks) -> None:
    for nth in (1, 2):
        books.paid_invoice(books.account(f"80010{nth}"), f"REG{nth}", "60.00", f"PR{nth}", id=nth)

    outcome = books.apply(*(bounce(f"PR{nth}", f"80010{nth}", f"REG{nth}", "60.00") for nth in (1, 2)))

    assert outcome.counts["payments_bounced"] == 2
    made = "SELECT line, pay_table FROM pay_jobs.bounce_rows WHERE was IS NULL ORDER BY 1, 2"
    tables = ("invoice_references", "invoices", "non_sufficient_funds", "payment_line_items")
    assert books.rows(made) == [(line, table) for line in (2, 3) for table in tables]
    assert [number for number, _, _ in books.bounces()] == ["REG1", "REG2"]
    fees = "SELECT invoice_number, reference_number FROM invoice_references WHERE invoice_id IN (SELECT invoice_id FROM"
    assert books.rows(f"{fees} non_sufficient_funds) ORDER BY 1") == [("REG1", "R1"), ("REG2", "R2")]


def test_each_of_several_freezes_keeps_its_own_account_and_profile(books: SettlementBooks) -> None:
    accounts = [books.account(f"80010{nth}") for nth in (1, 2)]
    for nth, account in enumerate(accounts, 1):
        books.paid_invoice(account, f"REG{nth}", "60.00", f"PR{nth}")

    books.apply(*(bounce(f"PR{nth}", f"80010{nth}", f"REG{nth}", "60.00") for nth in (1, 2)))

    kept = "SELECT row_id, line FROM pay_jobs.bounce_rows WHERE pay_table = :table ORDER BY 1, 2"
    assert books.rows(kept, table="cfs_accounts") == [(one.profile, line) for line, one in enumerate(accounts, 2)]
    assert books.rows(kept, table="payment_accounts") == [(one.id, line) for line, one in enumerate(accounts, 2)]


def test_a_bounce_keeps_no_bank_account(books: SettlementBooks) -> None:
    account = books.account("800103")
    books.change("UPDATE cfs_accounts SET bank_account_number = '004512345', payment_instrument_number = '777123'")
    books.paid_invoice(account, "REG01234700", "30.10", "PADRC0003")

    books.apply(bounce("PADRC0003", "800103", "REG01234700", "30.10"))

    [(kept,)] = books.rows("SELECT was FROM pay_jobs.bounce_rows WHERE pay_table = 'cfs_accounts'")
    assert kept["status"] == "ACTIVE"
    assert set(kept).isdisjoint(_BANK_ACCOUNT)


def test_a_bounce_that_names_no_receipt_is_of_the_one_that_paid_its_number(books: SettlementBooks) -> None:
    account = books.account("800103")
    invoice = books.invoice(account, "REG1", "60.00", status="PAID", reference="COMPLETED", paid="60")
    for receipt, amount in (("PADRC0003", "40.00"), ("OA1", "20.00")):
        books.receipt(invoice, receipt, amount)
    books.payment(account, "REG1", "OB9", "5.00", method="ONLINE_BANKING")
    books.payment(account, "REG1", "PADRC0003", "40.00")
    books.payment(account, "REG1", "CARD1", "60.00", method="CC")

    books.apply(bounce("", "800103", "REG1", "60.00"))

    assert books.outcomes() == ["applied"]
    assert ("REG1", "PAD", "FAILED", "PADRC0003", "0.00") in books.payments()
    assert books.receipts() == [(invoice, "OA1", "20.00")]
    assert books.rows("SELECT source_number, detail FROM pay_jobs.settlement_rows") == [
        ("PADRC0003", "source transaction number is blank: taken for PADRC0003, which paid REG1")
    ]


def test_a_bounce_that_names_no_receipt_of_a_number_without_a_payment_leaves_a_failed_one(
    books: SettlementBooks,
) -> None:
    invoice = books.invoice(books.account("800103"), "REG1", "60.00", status="PAID", reference="COMPLETED", paid="60")
    books.receipt(invoice, "PADRC0003", "60.00")

    books.apply(bounce("", "800103", "REG1", "60.00"))

    assert (books.payments(), books.receipts()) == ([("REG1", "PAD", "FAILED", "", "0.00")], [])
    assert books.rows("SELECT source_number, detail FROM pay_jobs.settlement_rows") == [("", "")]
