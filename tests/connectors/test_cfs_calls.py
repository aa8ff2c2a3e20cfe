"""Each call changes in CFS what it says, exactly to the cent."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from config.errors import InputRefused
from connectors.cfs import (
    CfsClient,
    CfsSite,
    InvoiceActivity,
    ReceiptActivity,
    ReversalComment,
    ReversalReason,
    SiteReceiptMethod,
)
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import NOW, OTHER_SITE, SITE, cash, connect, fresh_cfs, line


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture
def client(cfs: RunningCfs) -> Iterator[CfsClient]:
    with connect(cfs) as client:
        yield client


def test_a_new_receipt_is_wholly_unapplied(client: CfsClient) -> None:
    receipt = client.create_receipt(SITE, cash(amount="100.33"))

    assert (receipt.receipt_amount, receipt.unapplied_amount) == (Decimal("100.33"), Decimal("100.33"))
    assert receipt.payment_method == "BC REG Cash Equivalent"
    assert receipt.receipt_date == "2026-11-05"
    assert not receipt.is_reversed


def test_applying_gives_the_receipt_with_what_is_left(client: CfsClient) -> None:
    client.create_receipt(SITE, cash(amount="100.33"))
    client.create_invoice(SITE, "REG01234567", [line("33.22")], at=NOW)

    after = client.apply_receipt(SITE, "206000010", "REG01234567")

    assert after.unapplied_amount == Decimal("67.11")
    assert after.applied_to("REG01234567") == after.applied_amount == Decimal("33.22")
    invoice = client.get_invoice(SITE, "REG01234567")
    assert invoice is not None
    assert (invoice.amount_due, invoice.receipt_numbers) == (Decimal(0), ("206000010",))


def test_unapplying_makes_the_invoice_owed_again(client: CfsClient) -> None:
    client.create_receipt(SITE, cash())
    client.create_invoice(SITE, "REG01234567", [line("30.00")], at=NOW)
    client.apply_receipt(SITE, "206000010", "REG01234567")

    client.unapply_receipt(SITE, "206000010", "REG01234567")

    invoice = client.get_invoice(SITE, "REG01234567")
    assert invoice is not None
    assert (invoice.amount_due, invoice.receipt_numbers) == (Decimal("30.00"), ())


def test_a_reversed_receipt_stays_to_be_seen_as_reversed(client: CfsClient) -> None:
    client.create_receipt(SITE, cash())

    client.reverse_receipt(
        SITE, "206000010", reason=ReversalReason.PAYMENT_REVERSAL, comment=ReversalComment.LINKING_ROUTING_SLIP
    )

    receipt = client.get_receipt(SITE, "206000010")
    assert receipt is not None
    assert receipt.is_reversed


def test_adjusting_lets_money_leave_a_receipt(client: CfsClient) -> None:
    client.create_receipt(SITE, cash(amount="100.33"))

    client.adjust_receipt(SITE, "206000010", amount=Decimal("100.33"), activity=ReceiptActivity.REFUND)

    receipt = client.get_receipt(SITE, "206000010")
    assert receipt is not None
    assert receipt.unapplied_amount == 0


def test_an_invoice_is_made_with_the_sum_of_its_lines_and_the_wall_time(cfs: RunningCfs, client: CfsClient) -> None:
    invoice = client.create_invoice(SITE, "REG00000042", [line("0.10"), line("0.20", "Service Fee")], at=NOW)

    assert invoice.total == invoice.amount_due == Decimal("0.30")
    assert invoice.reference_number
    assert cfs.admin.state()["invoices"]["REG00000042"]["transaction_date"] == "2026-11-05T11:30:00Z"


def test_the_fee_for_a_bounced_payment_is_seen_on_the_invoice(client: CfsClient) -> None:
    client.create_invoice(SITE, "REG01234700", [line("60.00")], at=NOW)

    client.adjust_invoice(
        SITE,
        "REG01234700",
        amount=Decimal("30"),
        activity=InvoiceActivity.NSF_CHARGE,
        comment="Non sufficient funds",
    )

    invoice = client.get_invoice_balance(SITE, "REG01234700")
    assert invoice is not None
    assert (invoice.amount_due, invoice.amount_adjusted) == (Decimal("90.00"), Decimal("30.00"))
    assert [(one.amount, one.activity) for one in invoice.adjustments] == [
        (Decimal("30.00"), "BC Registries - NSF Charge")
    ]


def test_crediting_the_balance_brings_an_invoice_to_zero(client: CfsClient) -> None:
    client.create_invoice(SITE, "REG01234567", [line("45.00")], at=NOW)

    memo_number = client.credit_balance("REG01234567")

    invoice, memo = client.get_invoice(SITE, "REG01234567"), client.get_credit_memo(SITE, memo_number)
    assert invoice is not None
    assert memo is not None
    assert (invoice.amount_due, memo.total, memo.remaining_amount) == (Decimal(0), Decimal("-45.00"), Decimal(0))


def test_a_credit_memo_is_negative_in_cfs(client: CfsClient) -> None:
    made = client.create_credit_memo(SITE, [line("25.00")], at=NOW)

    memo = client.get_credit_memo(SITE, made.credit_memo_number)
    assert memo is not None
    assert (memo.amount_due, memo.remaining_amount) == (Decimal("-25.00"), Decimal("25.00"))


def test_a_site_can_be_closed_to_pad_and_opened_again(client: CfsClient) -> None:
    for method in (SiteReceiptMethod.PAD_STOP, SiteReceiptMethod.PAD_DAILY):
        assert client.set_receipt_method(SITE, method).receipt_method == method

        site = client.get_site(SITE)
        assert site is not None
        assert site.receipt_method == method


def test_what_is_not_on_the_asked_site_is_none(client: CfsClient) -> None:
    client.create_receipt(SITE, cash())
    client.create_invoice(SITE, "REG01234567", [line("45.00")], at=NOW)

    assert client.get_receipt(OTHER_SITE, "206000010") is None
    assert client.get_invoice(OTHER_SITE, "REG01234567") is None
    assert client.get_credit_memo(SITE, "999") is None
    assert client.get_site(CfsSite("1", "2", "3")) is None


def test_a_site_whose_profile_is_not_made_yet_is_refused_before_any_call() -> None:
    with pytest.raises(InputRefused, match="not complete"):
        CfsSite("500001", "", "")


def test_an_amount_with_fractions_of_a_cent_is_never_sent(cfs: RunningCfs, client: CfsClient) -> None:
    with pytest.raises(ValueError, match="cents"):
        client.create_receipt(SITE, cash(amount="0.005"))

    assert cfs.admin.calls() == []


@pytest.mark.parametrize("seed", range(5))
def test_amounts_are_the_same_in_whatever_shape_cfs_writes_them(cfs: RunningCfs, seed: int) -> None:
    cfs.admin.set_options(seed=seed)
    with connect(cfs) as client:
        client.create_receipt(SITE, cash(amount="30.10"))
        receipts = [client.get_receipt(SITE, "206000010") for _ in range(5)]

    assert {one.unapplied_amount for one in receipts if one} == {Decimal("30.10")}
    assert {str(type(one.unapplied_amount).__name__) for one in receipts if one} == {"Decimal"}


def test_a_left_out_list_of_invoices_is_told_from_an_empty_one(cfs: RunningCfs) -> None:
    cfs.admin.seed(
        invoices=[{"site_number": SITE.site, "invoice_number": "REG1", "total": Decimal("5.00")}],
        receipts=[
            {"site_number": SITE.site, "receipt_number": "7", "receipt_amount": Decimal("9.00"), "applied_to": ["REG1"]}
        ],
    )
    cfs.admin.set_options(drop_filled_invoices=True)
    with connect(cfs) as client:
        seen = [client.get_receipt(SITE, "7") for _ in range(12)]

    listed = {one.invoices_listed: len(one.invoices) for one in seen if one}
    assert listed == {True: 1, False: 0}
