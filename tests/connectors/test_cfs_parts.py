"""The parts of the client that need no CFS: exact JSON, odd answers, the rate limit."""

import threading
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.cfs import CfsAnswerUnreadable, CreditMemo, Invoice, Receipt, exact_json
from connectors.cfs.rate_limit import RateLimit

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def test_an_amount_is_written_as_a_number_with_its_places() -> None:
    assert exact_json.dumps({"a": Decimal("30.00"), "b": [Decimal("-0.10")]}) == '{"a": 30.00, "b": [-0.10]}'


@given(amount=AMOUNTS)
def test_an_amount_survives_json_exactly(amount: Decimal) -> None:
    back = exact_json.loads(exact_json.dumps({"amount": amount}))["amount"]

    assert (type(back), str(back)) == (Decimal, format(amount, "f"))


@given(text=st.text())
def test_a_text_survives_json(text: str) -> None:
    assert exact_json.loads(exact_json.dumps({text: text})) == {text: text}


@pytest.mark.parametrize("value", [1 / 2, Decimal("NaN"), {1, 2}])
def test_what_has_no_exact_form_is_not_written(value: object) -> None:
    with pytest.raises(TypeError):
        exact_json.dumps(value)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "<html>", ""])
def test_what_is_no_exact_json_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|Expecting"):
        exact_json.loads(text)


RECEIPT: dict[str, object] = {"receipt_number": "1", "receipt_amount": 10, "unapplied_amount": "0"}


@pytest.mark.parametrize("odd", ["ten", "NaN", True, [], "", None, "1,000.00"])
def test_a_receipt_with_an_odd_amount_is_not_read(odd: object) -> None:
    with pytest.raises(CfsAnswerUnreadable, match="unapplied_amount"):
        Receipt.from_json({**RECEIPT, "unapplied_amount": odd})


def test_a_number_a_string_and_a_whole_number_are_the_same_amount() -> None:
    for shape in (Decimal("10.00"), "10.00", " 10 ", 10):
        assert Receipt.from_json({**RECEIPT, "receipt_amount": shape}).receipt_amount == Decimal(10)


def test_the_receipts_of_an_invoice_are_the_last_pieces_of_their_links() -> None:
    link = {"rel": "receipt_applied", "href": "https://cfs.example/rcpts/206000010R2/"}
    other = {"rel": "self", "href": "https://cfs.example/other/9/"}

    invoice = Invoice.from_json(
        {"invoice_number": "REG1", "total": "15", "amount_due": 0, "receipts": [{"links": [other, link]}]}
    )

    assert invoice.receipt_numbers == ("206000010R2",)
    assert invoice.adjustments == ()


def test_a_memo_with_a_numeric_number_has_it_as_text() -> None:
    memo = CreditMemo.from_json({"credit_memo_number": 20455, "total": None, "amount_due": "-25"})

    assert (memo.credit_memo_number, memo.remaining_amount) == ("20455", Decimal(25))


def test_calls_are_spread_evenly_and_idle_time_is_not_saved_up() -> None:
    now, slept = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    limit = RateLimit(4, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        limit.wait()
    now[0] += 10
    for _ in range(2):
        limit.wait()

    assert slept == [0.25, 0.25, 0.25]


def test_threads_share_one_limit() -> None:
    slots: list[float] = []
    limit = RateLimit(10, clock=lambda: 0, sleep=slots.append)

    def work() -> None:
        for _ in range(25):
            limit.wait()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(round(slot * 10) for slot in slots) == list(range(1, 100))
