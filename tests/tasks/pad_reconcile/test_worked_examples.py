"""The worked examples of docs/specs/cas-settlement-csv.md section 11, with the better behaviours of its section 10."""

from decimal import Decimal
from pathlib import Path

from tests.settlement_factory import FILE, Line, SettlementBooks, example, fill_example, settlement_csv

EXAMPLE_FILE = Path(__file__).resolve().parents[3] / "docs" / "specs" / "examples" / FILE


def test_example_1_a_consolidated_pad_invoice_is_paid(books: SettlementBooks) -> None:
    fill_example(books)

    books.apply(*example(1))

    assert books.invoices()[1234567] == ("PAID", "100.00")
    assert books.invoices()[1234570] == ("PAID", "31.50")
    dates = books.rows("SELECT CAST(payment_date AS text) FROM invoices WHERE id IN (1234567, 1234570)")
    assert dates == [("2026-11-05 00:00:00",)] * 2
    assert [one for one in books.references() if one[1] == "REG01234567"] == [
        (1234567, "REG01234567", "COMPLETED"),
        (1234570, "REG01234567", "COMPLETED"),
    ]
    assert [one for one in books.receipts() if one[1] == "PADRC0001"] == [
        (1234567, "PADRC0001", "100.00"),
        (1234570, "PADRC0001", "31.50"),
    ]
    assert books.payments()[0] == ("REG01234567", "PAD", "COMPLETED", "PADRC0001", "131.50")
    assert books.rows("SELECT invoice_amount, payment_account_id FROM payments WHERE receipt_number = 'PADRC0001'") == [
        (Decimal("131.50"), 11)
    ]


def test_example_2_a_credit_memo_pays_part_and_pad_the_rest(books: SettlementBooks) -> None:
    fill_example(books)

    books.apply(*example(2, 3))

    assert books.invoices()[1234600] == ("PAID", "80.00")
    assert [one for one in books.receipts() if one[0] == 1234600] == [(1234600, "PADRC0002", "55.00")]
    assert ("REG01234600", "PAD", "COMPLETED", "PADRC0002", "55.00") in books.payments()
    assert books.applied_credits() == [(5000002, 1234600, "25.00")]
    assert books.outcomes() == ["applied:credit_applied", "applied"]


def test_example_3_a_bounce_opens_the_invoice_freezes_the_account_and_charges_the_fee(books: SettlementBooks) -> None:
    fill_example(books)

    outcome = books.apply(*example(4))

    fee_invoice = min(books.invoices())
    assert books.invoices()[1234700] == ("SETTLEMENT_SCHED", "0.00")
    assert books.rows(
        "SELECT payment_method_code, invoice_status_code, total, corp_type_code, created_by"
        "  FROM invoices WHERE id = :id",
        id=fee_invoice,
    ) == [("CC", "CREATED", 30, "BCR", "SYSTEM")]
    assert [one for one in books.references() if one[1] == "REG01234700"] == [
        (fee_invoice, "REG01234700", "ACTIVE"),
        (1234700, "REG01234700", "ACTIVE"),
    ]
    assert books.rows("SELECT reference_number FROM invoice_references WHERE invoice_id = :id", id=fee_invoice) == [
        ("R1234700",)
    ]
    assert books.receipts() == []
    assert books.bounces() == [("REG01234700", "NON SUFFICIENT FUNDS", "800103")]
    assert ("REG01234700", "PAD", "FAILED", "PADRC0003", "0.00") in books.payments()
    assert books.profiles()["800103"] == "FREEZE"
    assert books.rows("SELECT has_nsf_invoices IS NOT NULL FROM payment_accounts WHERE id = 13") == [(True,)]
    assert books.messages() == [
        ("stop_pad", "account:13"),
        ("nsf_fee", "account:13"),
        ("bc.registry.payment.lockAccount", "account:13"),
        ("bc.registry.auth.activity", "account:13"),
    ]
    assert outcome.counts["accounts_frozen"] == 1


def test_example_4_the_same_bounce_on_the_next_day_changes_nothing(books: SettlementBooks) -> None:
    fill_example(books)
    books.apply(*example(4))
    before = books.dump("pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements")

    next_day = [*example(4)[0][:3], "5000104", "06-Nov-26", *example(4)[0][5:]]
    books.apply(next_day, name="BCR_PAYMENT_APPL_20261106.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261106.csv") == ["already_applied:bounced_before"]
    assert books.dump("pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements") == before


def test_example_5_an_online_banking_payment_in_part(books: SettlementBooks) -> None:
    fill_example(books)

    books.apply(*example(5))

    assert books.invoices()[1234800] == ("PARTIAL_PAID", "40.00")
    assert (1234800, "REG01234800", "ACTIVE") in books.references()
    assert books.rows("SELECT payment_date FROM invoices WHERE id = 1234800") == [(None,)]
    assert (1234800, "5000005", "40.00") in books.receipts()
    assert ("REG01234800", "ONLINE_BANKING", "COMPLETED", "OBRC0004", "40.00") in books.payments()
    assert books.payloads("bc.registry.payment.UnderPaid")[0]["data"] == {
        "accountId": "A14",
        "paymentMethod": "ONLINE_BANKING",
        "amount": "40.00",
        "creditAmount": "0.00",
    }


def test_example_6_an_online_banking_payment_over_the_invoice(books: SettlementBooks) -> None:
    fill_example(books)

    books.apply(*example(6, 7))

    assert books.invoices()[1234900] == ("PAID", "70.00")
    assert (1234900, "OBRC0005", "70.00") in books.receipts()
    assert (None, "ONLINE_BANKING", "COMPLETED", "OBRC0005", "100.00") in books.payments()
    assert ("OBRC0005", False, "30.00", "30.00") in books.credits()
    assert [kind for kind, _ in books.messages()] == ["bc.registry.payment", "bc.registry.payment.OverPaid"]
    assert books.payloads("bc.registry.payment.OverPaid")[0]["data"]["creditAmount"] == "30.00"


def test_example_7_an_eft_line_completes_its_payment_and_nothing_else(books: SettlementBooks) -> None:
    fill_example(books)

    books.apply(*example(8))

    assert books.invoices()[1235000] == ("APPROVED", "0.00")
    assert ("REG01235000", "EFT", "COMPLETED", "EFTCIL901", "15.00") in books.payments()


def test_example_8_an_invoice_that_was_paid_by_card_under_another_number_is_left_alone(books: SettlementBooks) -> None:
    account = books.account("800101")
    invoice = books.invoice(
        account, "REG07401364", "50.00", id=7401364, status="PAID", reference="CANCELLED", paid="50"
    )
    books.reference(invoice, "REG7401364-C", "COMPLETED", consolidated=True)

    outcome = books.apply(Line("PADP", "PADRC0009", "50.00", "800101", "REG07401364"))

    assert books.outcomes() == ["skipped:paid_by_card"]
    assert (books.receipts(), books.payments()) == ([], [])
    assert outcome.exit_code == 0


def test_the_example_file_as_a_whole(books: SettlementBooks) -> None:
    fill_example(books)

    outcome = books.apply(content=EXAMPLE_FILE.read_bytes())

    assert books.outcomes() == [
        "applied",
        "applied:credit_applied",
        "applied",
        "applied",
        "applied",
        "applied",
        "applied",
        "applied",
        "skipped:informational",
    ]
    assert (outcome.rejects, outcome.attention) == ([], False)
    assert outcome.counts["rows_read"] == 9
    assert books.rows("SELECT file_name, processed_on IS NOT NULL FROM cas_settlements") == [(FILE, True)]


def test_the_rows_of_the_examples_are_the_file_byte_for_byte() -> None:
    assert settlement_csv(example(*range(1, 10))) == EXAMPLE_FILE.read_bytes()
