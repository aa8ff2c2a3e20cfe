"""The numbers that invoices and slips have in CFS."""

import pytest

from database.pay.numbers import invoice_number, receipt_number


@pytest.mark.parametrize(("invoice", "number"), [(7, "REG00000007"), (123_456_789, "REG123456789")])
def test_an_invoice_is_numbered_with_at_least_eight_digits(invoice: int, number: str) -> None:
    assert invoice_number("REG", invoice) == number


@pytest.mark.parametrize(
    ("linked", "version", "number"),
    [(False, 1, "206000010"), (True, 1, "206000010L"), (False, 2, "206000010R2"), (True, 12, "206000010LR12")],
)
def test_a_receipt_is_numbered_after_its_slip_its_link_and_its_version(linked: bool, version: int, number: str) -> None:
    assert receipt_number("206000010", linked=linked, version=version) == number
