"""What CGI will refuse by its form, and what will not be sent, is foretold in the evening before."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.run.outcome import Outcome
from tests.ejv_factory import EjvBooks
from tests.pay_database import PayDatabase
from tools.ejv.preflight import CodeInUse, preflight, problems

DAY = date(2026, 11, 20)
GOOD = {
    "client": "112", "responsibility_centre": "10002", "service_line": "00237", "stob": "0400",
    "project_code": "0004007",
}  # fmt: skip


@pytest.fixture
def books(database: PayDatabase) -> EjvBooks:
    return EjvBooks(database, clock=lambda: datetime(2026, 11, 20, 1, 0, tzinfo=UTC))  # Thursday, 17:00


def _account(books: EjvBooks, **gl: Any) -> int:
    account = books.add("payment_accounts", payment_method="EJV", name="Ministry of Examples")
    books.add("distribution_codes", account_id=account, name="their GL", **(GOOD | gl))
    return account


def _waiting(books: EjvBooks, account: int, number: int = 1001, total: str = "30.00", fee: int | None = None) -> None:
    """Add an invoice that the next payment job sends."""
    books.add(
        "invoices", id=number, payment_account_id=account, total=total, invoice_status_code="APPROVED",
        payment_method_code="EJV", corp_type_code="BCR",
    )  # fmt: skip
    books.line_item(number, total, fee or books.add("distribution_codes", name="fee", **GOOD))


def _told(books: EjvBooks) -> list[tuple[str, str]]:
    outcome: Outcome = preflight(books.context())
    assert outcome.exit_code == (3 if outcome.rejects else 0)
    return [(re.sub(r"\d+", "N", one.where), one.reason) for one in outcome.rejects]


@pytest.mark.parametrize(("gl", "problem"), [
    ({"client": "12"}, "client '12' has 2 characters, not 3"),
    ({"service_line": None}, "service line is blank"),
    ({"stob": "STOB"}, "stob STOB is the word itself"),
    ({"project_code": "00.4007"}, "project code '00.4007' holds other than letters and digits"),
    ({"end_date": date(2026, 11, 19)}, "ended on 2026-11-19"),
    ({"start_date": date(2026, 12, 1)}, "begins on 2026-12-01"),
    ({"stop_ejv": True}, "stopped"),
])  # fmt: skip
def test_a_gl_that_would_be_refused_or_not_sent_is_told_with_its_ministry(
    gl: dict[str, Any], problem: str, books: EjvBooks
) -> None:
    _waiting(books, _account(books, **gl))

    assert _told(books) == [("account GL N of Ministry of Examples", problem)]


def test_nothing_is_told_of_good_codes_and_the_amount_at_risk_stands_beside_bad_ones(books: EjvBooks) -> None:
    _waiting(books, _account(books))
    assert _told(books) == []

    _waiting(books, _account(books, client=""), number=1002, total="12.50")
    [reject] = preflight(books.context()).rejects
    assert (reject.amount, reject.detail) == (Decimal("12.50"), "their GL: 1 item, 12.50 CAD at risk")


def test_an_account_without_a_gl_and_a_partner_without_one_are_reported(books: EjvBooks) -> None:
    _waiting(books, books.add("payment_accounts", payment_method="EJV", name="Ministry of Examples"))
    books.add("partner_disbursements", amount=5, partner_code="CSO", target_id=1001, target_type="invoice",
              status_code="WAITING_FOR_JOB", is_reversal=False)  # fmt: skip

    assert _told(books) == [
        ("account GL (none) of Ministry of Examples", "no GL"), ("partner GL (none) of CSO", "no partner GL"),
    ]  # fmt: skip


def test_a_partner_row_is_about_an_invoice_whatever_the_case_of_its_type(books: EjvBooks) -> None:
    partner = books.add("distribution_codes", name="partner", **(GOOD | {"responsibility_centre": "1000"}))
    fee = books.add("distribution_codes", name="fee", disbursement_distribution_code_id=partner, **GOOD)
    account = books.add("payment_accounts", payment_method="EFT")
    books.add("invoices", id=1001, payment_account_id=account, total=30, invoice_status_code="PAID",
              payment_method_code="EFT", corp_type_code="CSO")  # fmt: skip
    books.line_item(1001, "30.00", fee)
    books.add("partner_disbursements", amount=5, partner_code="CSO", target_id=1001, target_type="INVOICE",
              status_code="WAITING_FOR_JOB", is_reversal=False)  # fmt: skip

    assert _told(books) == [("partner GL N of CSO", "responsibility centre '1000' has 4 characters, not 5")]


def test_the_partners_gl_of_paid_invoices_is_looked_at(books: EjvBooks) -> None:
    partner = books.add("distribution_codes", name="partner", **(GOOD | {"responsibility_centre": "1000"}))
    fee = books.add("distribution_codes", name="fee", disbursement_distribution_code_id=partner, **GOOD)
    account = books.add("payment_accounts", payment_method="PAD")
    books.add("invoices", id=1001, payment_account_id=account, total=30, invoice_status_code="PAID",
              payment_method_code="PAD", corp_type_code="CSO")  # fmt: skip
    books.line_item(1001, "30.00", fee)

    assert _told(books) == [("partner GL N of CSO", "responsibility centre '1000' has 4 characters, not 5")]


def test_a_code_that_was_refused_and_released_unchanged_is_reported(books: EjvBooks) -> None:
    account = _account(books)
    _waiting(books, account)
    _keep_version(books, stop_ejv=True)
    assert _told(books) == [("account GL N of Ministry of Examples", "refused before, and not corrected since")]

    books.change("UPDATE distribution_codes SET stob = '0500' WHERE account_id = :account", account=account)
    assert _told(books) == []
    books.change("DELETE FROM distribution_codes_history")


def test_a_code_that_was_corrected_before_its_stop_was_cleared_is_not_told(books: EjvBooks) -> None:
    _waiting(books, _account(books))
    _keep_version(books, version=1, stop_ejv=True, stob="0500")
    _keep_version(books, version=2, stop_ejv=True)

    assert _told(books) == []
    books.change("DELETE FROM distribution_codes_history")


def _keep_version(books: EjvBooks, **values: Any) -> None:
    """Keep a version of the account's code as it once was."""
    books.change(
        "INSERT INTO distribution_codes_history SELECT history.* FROM distribution_codes AS code,"
        " jsonb_populate_record(CAST(NULL AS distribution_codes_history), to_jsonb(code) || jsonb_build_object("
        "'changed', now()) || CAST(:values AS jsonb)) AS history WHERE code.account_id IS NOT NULL",
        values=json.dumps(values),
    )


def test_what_was_sent_already_and_what_is_not_billable_is_not_looked_at(books: EjvBooks) -> None:
    account = _account(books, client="1")
    books.invoice(account, 1001, "30.00", payment_method_code="EJV")
    books.change("UPDATE payment_accounts SET billable = false")
    _waiting(books, account, number=1002)

    assert _told(books) == []


_SEGMENT = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(sorted(GOOD.values())), st.just("STOB"))


@given(st.fixed_dictionaries({name: st.one_of(st.just(good), _SEGMENT) for name, good in GOOD.items()}))
def test_every_line_that_cgi_could_not_read_is_foretold(segments: dict[str, str | None]) -> None:
    """CGI reads the segments by their places: a line is right if all 24 places hold what belongs there."""
    places = ("client", "responsibility_centre", "service_line", "stob", "project_code")
    values = [segments[name] or "" for name in places]
    fits = [len(value) for value in values] == [3, 5, 5, 4, 7] and re.fullmatch("[A-Za-z0-9]{24}", "".join(values))
    code = CodeInUse(
        role="fee", ministry="BCR", code=7, name="fee", client=segments["client"],
        responsibility_centre=segments["responsibility_centre"], service_line=segments["service_line"],
        stob=segments["stob"], project_code=segments["project_code"], start_date=None, end_date=None, is_stopped=False,
        was_refused=False, items=1, amount=Decimal(30),
    )  # fmt: skip
    assert bool(problems(code, DAY)) == (not fits or segments["stob"] == "STOB")
