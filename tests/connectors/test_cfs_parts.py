"""The parts of the client that need no CFS: exact JSON, odd answers, the rate limit."""

import threading
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.cfs import (
    CfsAnswerUnreadable,
    CfsInvoice,
    CfsReceipt,
    CreditMemo,
    InvoiceBalance,
    SiteProfile,
    exact_json,
)
from connectors.cfs.rate_limit import RateLimit
from connectors.cfs.reading import named

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
def test_inexact_json_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|Expecting"):
        exact_json.loads(text)


RECEIPT: dict[str, object] = {"receipt_number": "1", "receipt_amount": 10, "unapplied_amount": "0"}


@pytest.mark.parametrize("odd", ["ten", "NaN", True, [], "", None, "1,000.00"])
def test_a_receipt_with_an_odd_amount_is_not_read(odd: object) -> None:
    with pytest.raises(CfsAnswerUnreadable, match="unapplied_amount"):
        CfsReceipt.from_json({**RECEIPT, "unapplied_amount": odd})


def test_a_number_a_string_and_a_whole_number_are_the_same_amount() -> None:
    for shape in (Decimal("10.00"), "10.00", " 10 ", 10):
        assert CfsReceipt.from_json({**RECEIPT, "receipt_amount": shape}).receipt_amount == Decimal(10)


def test_the_receipts_of_an_invoice_are_the_last_pieces_of_their_links() -> None:
    link = {"rel": "receipt_applied", "href": "https://cfs.example/rcpts/206000010R2/"}
    other = {"rel": "self", "href": "https://cfs.example/other/9/"}

    invoice = CfsInvoice.from_json(
        {"invoice_number": "REG1", "total": "15", "amount_due": 0, "receipts": [{"links": [other, link]}]}
    )

    assert invoice.receipt_numbers == ("206000010R2",)


def test_a_memo_with_a_numeric_number_has_it_as_text() -> None:
    memo = CreditMemo.from_json({"credit_memo_number": 20455, "total": None, "amount_due": "-25"})

    assert (memo.credit_memo_number, memo.remaining_amount) == ("20455", Decimal(25))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | AMOUNTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


def fields(*names: str) -> st.SearchStrategy[dict[str, object]]:
    """Some of these fields, each with anything in it."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, ANYTHING))


@given(answer=fields("site_number", "site_name", "party_number", "links", "customer_profile_class"))
def test_a_site_is_read_whatever_else_its_answer_holds(answer: dict[str, object]) -> None:
    assert SiteProfile.from_json(answer) == SiteProfile(None)
    assert SiteProfile.from_json(answer | {"receipt_method": "BCR-PAD Stop"}) == SiteProfile("BCR-PAD Stop")


@given(answer=fields("total", "status", "receipts", "lines", "pbc_ref_number", "credit_memos"))
def test_the_balance_of_an_invoice_is_read_whatever_else_its_answer_holds(answer: dict[str, object]) -> None:
    read = InvoiceBalance.from_json(named(answer | {"amount_due": "15.00"}, "invoice_number", "REG1"))

    assert read == InvoiceBalance("REG1", Decimal("15.00"), None, ())


@given(answer=fields("status", "adjustments", "lines", "amount_adjusted", "credit_memos"))
def test_an_invoice_is_read_whatever_is_wrong_with_what_nobody_uses(answer: dict[str, object]) -> None:
    read = CfsInvoice.from_json(named(answer | {"amount_due": 0, "total": "15"}, "invoice_number", "REG1"))

    assert read == CfsInvoice("REG1", None, Decimal(15), Decimal(0), ())


@pytest.mark.parametrize("blank", [{}, {"receipt_number": None}, {"receipt_number": ""}])
def test_an_answer_without_the_number_it_was_asked_by_is_about_that_number(blank: dict[str, object]) -> None:
    nameless = {"receipt_amount": "10.00", "unapplied_amount": "2.00"} | blank

    read = CfsReceipt.from_json(named(nameless, "receipt_number", "206000010"))

    assert (read.receipt_number, read.unapplied_amount) == ("206000010", Decimal(2))


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
