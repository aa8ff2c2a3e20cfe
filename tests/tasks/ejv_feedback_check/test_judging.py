"""What becomes of each thing that the journals of a batch are about: its lines, its header and BH against our rows."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import RowMapping, text

from database.sql import statements
from tests.ejv_factory import EjvBooks
from tests.tasks.ejv_feedback_check.staged import stage_lines

sql = statements("tasks.ejv_feedback_check")
MONDAY, TUESDAY, TODAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)
BEFORE = datetime(2026, 10, 1)
BAD: dict[str, Any] = {"code": "1117", "message": "BAD"}
BACK: dict[str, Any] = {"back": True}
OWN = "R10"
Line = dict[str, Any]


def head(journal: int = 10, **changes: Any) -> Line:
    """Return the JH line of a journal."""
    return {"record": "JH", "journal": journal, "receipt": f"R{journal}", **changes}


def lines_of(
    subject: object, amount: object = 30, *, journal: int = 10, back: bool = False, **changes: Any
) -> list[Line]:
    """Return the two lines of a thing, `back` where its money goes back."""
    invoice, *rest = str(subject).split("-")
    form, more = "INVOICE", {}
    if rest[:1] == ["PR"]:
        form, more = "REFUND", {"refund_id": int(rest[1])}
    elif rest:
        form = "PARTNER_REFUND" if rest[1:] else "PARTNER"
        more = {"partner_id": int(rest[0])}
    line = {"record": "JD", "journal": journal, "effective_date": MONDAY, "amount": amount, "subject": str(subject),
            "form": form, "invoice_id": int(invoice), **more, **changes}  # fmt: skip
    return [line | {"side": side, "journal_line": n} for n, side in enumerate("DC" if back else "CD", 1)]


def judge(books: EjvBooks, lines: list[Line], file_type: str = "PAYMENT", **answer: Any) -> dict[Any, RowMapping]:
    """Return what is decided of each thing of batch 100, by journal and subject, else by its link."""
    with books.database.begin() as session:
        stage_lines(session, lines)
        how = {"is_refused": False, "refusal": "", "despite_faults": False, "today": TODAY, **answer}
        sql.run(session, "resolve_journals", batch=100, file_type=file_type, **how)
        found = session.execute(text("SELECT * FROM feedback_items ORDER BY line NULLS LAST, link_type, link_id"))
        return {(row["journal"], row["subject"] or (row["link_type"], row["link_id"])): row for row in found.mappings()}


def told(books: EjvBooks, lines: list[Line], file_type: str = "PAYMENT", **answer: Any) -> list[tuple[str, str, str]]:
    """Return effect, outcome and rule of each thing."""
    found = judge(books, lines, file_type, **answer).values()
    return [(row["effect"], row["outcome"], row["rule"]) for row in found]


def given(books: EjvBooks, status: str = "APPROVED", *, file_type: str = "PAYMENT", **invoice: Any) -> int:
    """Let invoice 1001 over 30.00 be in journal 10 of batch 100, beside one of a stranger; returns the account."""
    account = books.account()
    with books.together():
        books.batch(100, file_type)
        books.batch(200, file_type)
        books.invoice(account, 1001, "30.00", status, **invoice)
        books.invoice(account, 1002, "7.00", "PAID", payment_date=BEFORE)
        books.journal(100, 10, [("invoice", 1001)], payment_account_id=account, partner_code="VS")
        books.journal(200, 20, [("invoice", 1002)], payment_account_id=account, partner_code="CSO")
    return account


def paid_before(books: EjvBooks, *receipts: tuple[str, object], invoice: int = 1001) -> None:
    for number, amount in receipts:
        books.add("receipts", invoice_id=invoice, receipt_number=number, receipt_amount=amount)


def given_more(books: EjvBooks, invoices: list[tuple[str, dict[str, Any]]], file_type: str = "PAYMENT") -> list[int]:
    """Let journal 10 of batch 100 be about invoices over 30.00 of these states; returns their numbers."""
    account = books.account()
    numbers = list(range(1001, 1001 + len(invoices)))
    with books.together():
        books.batch(100, file_type)
        for number, (status, more) in zip(numbers, invoices, strict=True):
            books.invoice(account, number, "30.00", status, **more)
        books.journal(100, 10, [("invoice", number) for number in numbers], payment_account_id=account)
    return numbers


CHARGE = [head(), *lines_of(1001)]
REVERSAL = [head(), *lines_of(1001, back=True)]


def test_a_thing_is_told_by_all_its_lines(books: EjvBooks) -> None:
    given(books)
    lines = [head(), *lines_of(1001, 10, effective_date=TUESDAY), *lines_of(1001, 20, **BAD)]
    lines[3] |= {"message": "WORSE"}
    (row,) = judge(books, lines).values()
    assert (row["line"], row["refused_line"], row["effective_date"]) == (4, 6, TUESDAY)
    assert (row["amount"], row["message"], row["is_accepted"]) == (Decimal(30), "1117 BAD", False)
    assert row["is_header_refused"] is False
    assert (row["form"], row["invoice_id"], row["link_type"], row["link_id"]) == ("INVOICE", 1001, "invoice", 1001)


def test_lines_that_cannot_be_read_and_those_of_other_records_are_left_aside(books: EjvBooks) -> None:
    given(books)
    strange = {"receipt": "R0", "fault": "it cannot be read", **BAD}
    lines = [*CHARGE, head(**strange), *lines_of(1001, 9, **strange), head(record="JX", **BAD)]
    (row,) = judge(books, lines).values()
    assert (row["receipt"], row["amount"], row["is_accepted"], row["line"]) == (OWN, Decimal(30), True, 4)


def test_the_smaller_side_of_a_thing_is_what_moved(books: EjvBooks) -> None:
    given(books)
    lines = [head(), *lines_of(1001, 10), *lines_of(1001, 20)[:1]]
    (row,) = judge(books, lines).values()
    assert row["amount"] == 10


def test_a_header_that_came_twice_refuses_where_one_of_them_does(books: EjvBooks) -> None:
    given(books)
    lines = [head(receipt="R10b"), head(code="2002", message="B"), head(code="2001", message="A"), *lines_of(1001)]
    (row,) = judge(books, lines).values()
    assert (row["is_accepted"], row["is_header_refused"], row["message"], row["receipt"]) == (
        False,
        True,
        "2001 A",
        OWN,
    )


@pytest.mark.parametrize("lines", [CHARGE, []])
def test_a_refused_batch_refuses_its_things_whatever_their_lines_say(lines: list[Line], books: EjvBooks) -> None:
    given(books)
    (row,) = judge(books, lines, is_refused=True, refusal="9001 BAD").values()
    assert (row["is_accepted"], row["is_header_refused"], row["message"]) == (False, True, "9001 BAD")


def test_a_refused_journal_takes_the_open_links_with_it_that_no_line_speaks_of(books: EjvBooks) -> None:
    account = given(books)
    with books.together():
        for number in (1003, 1004, 1005, 1006):
            books.invoice(account, number, "5.00")
        books.partial_refund(1003, 1004, "5.00")
        books.partial_refund(1008, 1005, "5.00")
        links = [("invoice", 1003), ("partial_refund", 1003), ("invoice", 1004), ("invoice", 1005), ("other", 1003)]
        books.journal(100, 11, links)
        books.journal(100, 12, [("invoice", 1006)])
        books.journal(100, 13, [("invoice", 1001)])
        books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = 1005")
        books.change("UPDATE ejv_links SET link_type = NULL WHERE link_id = 1004")
    lines = [*CHARGE, head(11, code="2001", message="NO"), *lines_of(1003, 5, journal=11), head(12)]
    lines.append(head(13, code="2001", message="NO"))
    found = judge(books, lines)
    assert [
        (key, row["invoice_id"], row["refund_id"], row["outcome"], row["message"]) for key, row in found.items()
    ] == [
        ((10, "1001"), 1001, None, "applied", None),
        ((11, "1003"), 1003, None, "applied", "2001 NO"),
        ((13, ("invoice", 1001)), 1001, None, "applied", "2001 NO"),
        ((11, ("invoice", 1004)), 1004, None, "applied", "2001 NO"),
        ((11, ("other", 1003)), None, None, "rejected", "2001 NO"),
        ((11, ("partial_refund", 1003)), 1004, 1003, "applied", "2001 NO"),
    ]
    assert {row["form"] for key, row in found.items() if key[0] == 11 and key[1] != "1003"} == {"SILENT"}


@pytest.mark.parametrize(
    ("disbursed_on", "status", "effect"),
    [(BEFORE, "REFUNDED", "reversed"), (None, "REFUNDED", "disbursed"), (BEFORE, "PAID", "disbursed")],
)
def test_what_no_line_speaks_of_was_to_be_taken_back_where_a_refunded_invoice_was_disbursed(
    disbursed_on: datetime | None, status: str, effect: str, books: EjvBooks
) -> None:
    given(books, status, file_type="DISBURSEMENT", disbursement_date=disbursed_on)
    assert told(books, [], "DISBURSEMENT", is_refused=True, refusal="9001") == [(effect, "applied", "")]


@pytest.mark.parametrize(
    ("status", "lines", "batch_refused", "found"),
    [
        ("COMPLETED", CHARGE, False, ("already_applied", "same_answer")),
        ("COMPLETED", CHARGE, True, ("rejected", "refused_after_acceptance")),
        ("COMPLETED", [head(**BAD), *lines_of(1001)], False, ("rejected", "refused_after_acceptance")),
        ("COMPLETED", [head(), *lines_of(1001, **BAD)], False, ("rejected", "refused_after_acceptance")),
        ("ERRORED", CHARGE, False, ("rejected", "accepted_after_refusal")),
        ("ERRORED", CHARGE, True, ("already_applied", "same_answer")),
        ("ERRORED", [head(**BAD), *lines_of(1001)], False, ("already_applied", "same_answer")),
        ("ERRORED", [head(), *lines_of(1001, **BAD)], False, ("already_applied", "same_answer")),
        (None, CHARGE, False, ("applied", "")),
    ],
)
def test_an_answer_that_came_before_is_the_same_or_contradicts_it(
    status: str | None, lines: list[Line], batch_refused: bool, found: tuple[str, str], books: EjvBooks
) -> None:
    given(books)
    books.change("UPDATE ejv_links SET disbursement_status_code = :status WHERE link_id = 1001", status=status)
    assert told(books, lines, is_refused=batch_refused, refusal="9001") == [("paid", *found)]


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        (("COMPLETED", "UPLOADED"), ("applied", "")),
        (("COMPLETED", None), ("applied", "")),
        (("COMPLETED", "ERRORED"), ("already_applied", "same_answer")),
        (("ERRORED", "ERRORED"), ("rejected", "accepted_after_refusal")),
    ],
)
def test_of_two_links_to_a_thing_an_open_one_waits_and_an_accepted_one_counts(
    statuses: tuple[str, str], found: tuple[str, str], books: EjvBooks
) -> None:
    given(books)
    books.change("DELETE FROM ejv_links WHERE ejv_header_id = 10")
    for status in statuses:
        books.add("ejv_links", ejv_header_id=10, link_type="invoice", link_id=1001, disbursement_status_code=status)
    assert told(books, CHARGE) == [("paid", *found)]


@pytest.mark.parametrize(
    ("file_type", "lines", "rule"),
    [
        ("PAYMENT", [head(20), *lines_of(1002, 7, journal=20)], "unknown_journal"),
        ("PAYMENT", [head(11), *lines_of(1001, journal=11)], "unknown_link"),
        ("PAYMENT", [head(), *lines_of(1002, 7)], "unknown_link"),
        ("PAYMENT", [head(), *lines_of("1001-PR-1001")], "unknown_link"),
        ("PAYMENT", [head(12), *lines_of(1999, journal=12)], "unknown_invoice"),
        ("PAYMENT", [*lines_of(1001), head(11)], "no_journal_header"),
        ("DISBURSEMENT", [head(), *lines_of("1001-7")], "unknown_disbursement"),
        ("DISBURSEMENT", [head(), *lines_of("1001-7-PR")], "unknown_disbursement"),
        ("PAYMENT", [head(11), *lines_of("1001-PR-55", 5, journal=11, back=True)], "other_invoice"),
        ("PAYMENT", [head(11), *lines_of("1001-PR-55", 5, journal=11, back=True, **BAD)], "other_invoice"),
        ("DISBURSEMENT", [head(11), *lines_of("1001-9-PR", 5, journal=11, back=True)], "other_invoice"),
        ("DISBURSEMENT", [head(), *lines_of("1001-10", 5)], "other_invoice"),
        ("DISBURSEMENT", [head(), *lines_of("1001-9", 5)], "other_invoice"),
    ],
)
def test_what_has_no_row_of_ours_is_rejected(file_type: str, lines: list[Line], rule: str, books: EjvBooks) -> None:
    given(books, file_type=file_type)
    books.journal(100, 11, [])
    books.journal(100, 12, [("invoice", 1999)])
    books.partial_refund(55, 1002, "5.00")
    books.add("ejv_links", ejv_header_id=11, link_type="partial_refund", link_id=55)
    for id_, target, kind in ((8, 1001, "invoice"), (9, 55, "partial_refund"), (10, 1002, "INVOICE")):
        books.add("partner_disbursements", id=id_, amount="5.00", partner_code="VS", target_id=target, target_type=kind)
    assert [row[1:] for row in told(books, lines, file_type)] == [("rejected", rule)]


def test_which_way_the_money_went_and_whether_it_had_gone_before(books: EjvBooks) -> None:
    cases: list[tuple[str, dict[str, Any], bool, str, str]] = [
        ("APPROVED", {}, False, "paid", ""),
        ("OVERDUE", {"payment_date": BEFORE}, False, "paid", ""),
        ("PAID", {}, False, "paid", "settled_before"),
        ("CANCELLED", {}, False, "charged", ""),
        ("CANCELLED", {"payment_date": BEFORE}, False, "charged", "settled_before"),
        ("REFUND_REQUESTED", {"payment_date": BEFORE}, True, "refunded", ""),
        ("REFUND_REQUESTED", {"payment_method_code": "PAD"}, True, "returned", ""),
        ("REFUNDED", {"payment_method_code": "PAD"}, True, "refunded", "settled_before"),
        ("PAID", {}, True, "returned", ""),
    ]
    numbers = given_more(books, [(status, more) for status, more, *_ in cases])
    lines = [line for number, case in zip(numbers, cases, strict=True) for line in lines_of(number, back=case[2])]
    assert told(books, [head(), *lines]) == [(effect, "applied", rule) for *_, effect, rule in cases]


def test_a_charge_is_told_as_taken_twice_where_all_that_came_is_more_than_the_invoice(books: EjvBooks) -> None:
    cases: list[tuple[int, list[tuple[str, object]], str, object]] = [
        (30, [], "", 0),
        (31, [], "", 0),
        (20, [("CARD", 10)], "", 10),
        (20, [("CARD", "10.01")], "overpaid", "10.01"),
        (20, [("CARD", 6), ("CASH", 5)], "overpaid", 11),
        (31, [("VOID", 0)], "", 0),
    ]
    lines = [head()]
    for number, (amount, receipts, _, _) in zip(given_more(books, [("APPROVED", {})] * len(cases)), cases, strict=True):
        paid_before(books, *receipts, invoice=number)
        lines += lines_of(number, amount)
    found = judge(books, lines).values()
    assert [(row["amount"], row["rule"], row["earlier"]) for row in found] == [
        (amount, rule, Decimal(str(earlier))) for amount, _, rule, earlier in cases
    ]


@pytest.mark.parametrize(
    ("status", "lines", "receipts", "found"),
    [
        ("APPROVED", CHARGE, [(OWN, 30)], ("paid", "", True)),
        ("APPROVED", CHARGE, [(OWN, 30), ("CARD", 30)], ("paid", "", True)),
        ("PAID", CHARGE, [(OWN, 30)], ("paid", "booked_before", True)),
        ("CANCELLED", CHARGE, [(OWN, 30)], ("charged", "booked_before", True)),
        ("APPROVED", REVERSAL, [(OWN, 30)], ("returned", "", False)),
        ("REFUND_REQUESTED", REVERSAL, [(OWN, 30)], ("refunded", "", False)),
        ("APPROVED", CHARGE, [("R11", 30)], ("paid", "overpaid", False)),
    ],
)
def test_only_a_charge_is_booked_before_by_a_receipt_of_its_own_journal(
    status: str, lines: list[Line], receipts: list[tuple[str, object]], found: tuple[str, str, bool], books: EjvBooks
) -> None:
    given(books, status)
    paid_before(books, *receipts)
    (row,) = judge(books, [*lines, head(11)]).values()
    assert (row["effect"], row["rule"], row["is_booked"]) == found
    assert row["earlier"] == sum(30 for number, _ in receipts if number != OWN)


def test_a_receipt_counts_once_for_an_invoice_that_a_journal_charges_and_refunds_in_part(books: EjvBooks) -> None:
    given(books)
    books.partial_refund(55, 1001, "5.00")
    books.add("ejv_links", ejv_header_id=10, link_type="partial_refund", link_id=55)
    paid_before(books, ("CARD", 10))
    found = judge(books, [head(), *lines_of(1001, 20), *lines_of("1001-PR-55", 5, back=True)])
    assert [(row["rule"], row["earlier"]) for row in found.values()] == [("", 10), ("", 10)]


def in_journals(books: EjvBooks, account: int, *journals: int) -> None:
    for number in journals:
        books.journal(100, number, [("invoice", 1001)], payment_account_id=account)


def test_an_invoice_that_three_journals_charge_is_paid_by_the_first_and_the_others_say_what_had_come(
    books: EjvBooks,
) -> None:
    in_journals(books, given(books), 11, 12)
    paid_before(books, ("CARD", 1))
    lines = [
        line for n, amount in ((10, 30), (11, 20), (12, 10)) for line in (head(n), *lines_of(1001, amount, journal=n))
    ]
    found = judge(books, lines)
    assert [(row["rule"], row["earlier"]) for row in found.values()] == [
        ("overpaid", 1), ("settled_before", 31), ("settled_before", 51)]  # fmt: skip


@pytest.mark.parametrize(
    "first",
    [
        [head(11), *lines_of(1001, journal=11, **BAD)],
        [head(13), *lines_of(1001, journal=13)],
        [head(11), *lines_of(1001, journal=11, back=True)],
    ],
    ids=["refused", "of a journal without a link to it", "back"],
)
def test_a_charge_after_lines_that_took_nothing_is_the_first(first: list[Line], books: EjvBooks) -> None:
    in_journals(books, given(books), 11)
    books.journal(100, 13, [])
    assert judge(books, [*first, *CHARGE])[10, "1001"]["rule"] == ""


@pytest.mark.parametrize(
    ("amounts", "outcome"),
    [((30, 30), "applied"), ((30, 40), "rejected"), ((40, 30), "rejected"), ((29, 29), "rejected")],
)
def test_of_a_damaged_batch_only_what_adds_up_to_our_amount_is_applied(
    amounts: tuple[int, int], outcome: str, books: EjvBooks
) -> None:
    given(books)
    lines = [head(), *(line | {"amount": amount} for line, amount in zip(lines_of(1001), amounts, strict=True))]
    assert told(books, lines, despite_faults=True) == [("paid", outcome, "incomplete" if outcome == "rejected" else "")]
    assert told(books, [head(), *lines_of(1001, 1, **BAD)], despite_faults=True) == [("paid", "applied", "")]


def test_a_refund_of_what_was_never_taken_is_told(books: EjvBooks) -> None:
    charge, paid_out, refund = ("PAYMENT", "invoice"), ("DISBURSEMENT", "invoice"), ("PAYMENT", "partial_refund")
    cases: list[tuple[list[tuple[tuple[str, str | None], str]], dict[str, Any], str]] = [
        ([(charge, "ERRORED")], {}, "never_charged"),
        ([(("PAYMENT", None), "ERRORED"), (charge, "UPLOADED")], {}, "never_charged"),
        ([(charge, "ERRORED")], {"payment_date": BEFORE}, ""),
        ([(charge, "ERRORED"), (charge, "COMPLETED")], {}, ""),
        ([(paid_out, "ERRORED")], {}, ""),
        ([(refund, "ERRORED")], {}, ""),
        ([(charge, "UPLOADED")], {}, ""),
        ([], {}, ""),
    ]
    numbers = given_more(books, [("REFUND_REQUESTED", more) for _, more, _ in cases])
    lines = [head()]
    for number, (charged, _, _) in zip(numbers, cases, strict=True):
        lines += lines_of(number, back=True)
        for place, ((file_type, kind), status) in enumerate(charged):
            batch = books.batch(number * 10 + place, file_type)
            books.journal(batch, batch, [])
            books.add("ejv_links", ejv_header_id=batch, link_type=kind, link_id=number, disbursement_status_code=status)
    assert told(books, lines) == [("refunded", "applied", rule) for *_, rule in cases]


def test_a_receipt_over_nothing_says_not_that_an_invoice_was_paid(books: EjvBooks) -> None:
    given(books, "CANCELLED")
    paid_before(books, ("VOID", 0))
    assert told(books, CHARGE) == [("charged", "applied", "")]


@pytest.mark.parametrize(
    ("status", "refund", "lines", "rule"),
    [
        ("PAID", "REFUND_PROCESSING", {}, ""),
        ("PAID", "REFUND_PROCESSED", {}, "settled_before"),
        ("PAID", "REFUND_PROCESSED", BAD, "settled_before"),
        ("PAID", "REFUND_PROCESSING", BAD, ""),
        ("CREDITED", "REFUND_PROCESSING", {}, "given_up"),
    ],
)
def test_a_partial_refund_is_judged_by_its_own_row_and_the_state_of_its_invoice(
    status: str, refund: str, lines: dict[str, Any], rule: str, books: EjvBooks
) -> None:
    given(books, status)
    books.partial_refund(1002, 1001, "5.00", refund)
    books.partial_refund(1001, 1002, "6.00", "REFUND_PROCESSED")
    books.journal(100, 11, [("partial_refund", 1002), ("invoice", 1002)])
    both = [head(11), *lines_of("1001-PR-1002", 5, journal=11, back=True, **lines), *lines_of(1002, 7, journal=11)]
    found = judge(books, both)
    row, invoice = found[11, "1001-PR-1002"], found[11, "1002"]
    assert (row["effect"], row["outcome"], row["rule"]) == ("partially_refunded", "applied", rule)
    assert (row["expected"], row["status_before"], row["refund_id"]) == (Decimal(5), refund, 1002)
    assert (invoice["expected"], invoice["status_before"], invoice["effect"]) == (Decimal(7), "PAID", "paid")


def test_a_share_of_a_partner_is_judged_by_the_state_of_its_disbursement(books: EjvBooks) -> None:
    cases: list[tuple[str, str, dict[str, Any], str, str]] = [
        ("PAID", "UPLOADED", {}, "disbursed", ""),
        ("PAID", "COMPLETED", {}, "disbursed", "settled_before"),
        ("PAID", "REVERSED", {}, "disbursed", ""),
        ("CANCELLED", "UPLOADED", {}, "disbursed", "given_up"),
        ("REFUNDED", "UPLOADED", {}, "disbursed", ""),
        ("REFUNDED", "UPLOADED", BACK, "reversed", ""),
        ("CANCELLED", "UPLOADED", BACK, "reversed", ""),
        ("REFUNDED", "COMPLETED", BACK, "reversed", ""),
        ("REFUNDED", "REVERSED", BACK, "reversed", "settled_before"),
        ("PAID", "UPLOADED", BACK, "reversed", "still_paid"),
        ("PAID", "UPLOADED", BAD, "disbursed", ""),
        ("PAID", "COMPLETED", BAD, "disbursed", "settled_before"),
        ("PAID", "REVERSED", BACK | BAD, "reversed", "settled_before"),
        ("PAID", "COMPLETED", BACK | BAD, "reversed", ""),
    ]
    numbers = given_more(books, [(case[0], {"disbursement_status_code": case[1]}) for case in cases], "DISBURSEMENT")
    lines = [line for number, case in zip(numbers, cases, strict=True) for line in lines_of(number, **case[2])]
    assert told(books, [head(), *lines], "DISBURSEMENT") == [(effect, "applied", rule) for *_, effect, rule in cases]


def test_a_row_of_a_partner_says_which_way_its_money_goes(books: EjvBooks) -> None:
    cases: list[tuple[str, str, bool, dict[str, Any], str, str]] = [
        ("1001-{}", "UPLOADED", False, {}, "disbursed", ""),
        ("1001-{}", "COMPLETED", False, {}, "disbursed", "settled_before"),
        ("1001-{}", "COMPLETED", False, BAD, "disbursed", "settled_before"),
        ("1001-{}", "REVERSED", False, BAD, "disbursed", "settled_before"),
        ("1001-{}", "UPLOADED", True, BACK, "reversed", ""),
        ("1001-{}", "COMPLETED", True, BACK, "reversed", "settled_before"),
        ("1001-{}", "UPLOADED", True, {}, "reversed", "other_direction"),
        ("1001-{}", "UPLOADED", False, BACK, "disbursed", "other_direction"),
        ("1001-{}-PR", "UPLOADED", True, BACK, "reversed", ""),
    ]
    given(books, "PAID", file_type="DISBURSEMENT")
    books.partial_refund(55, 1001, "5.00", "REFUND_PROCESSED")
    books.add("ejv_links", ejv_header_id=10, link_type="partial_refund", link_id=55)
    lines, expected = [head()], []
    for row, (subject, status, is_reversal, how, effect, rule) in enumerate(cases, 70):
        target, kind = (55, "partial_refund") if subject.endswith("PR") else (1001, "invoice")
        books.add("partner_disbursements", id=row, amount=row, partner_code="VS", target_id=target, target_type=kind,
                  status_code=status, is_reversal=is_reversal)  # fmt: skip
        lines += lines_of(subject.format(row), **how)
        expected.append((row, effect, rule, row, kind, target, "VS"))
    columns = ("partner_id", "effect", "rule", "expected", "link_type", "link_id", "partner_code")
    found = judge(books, lines, "DISBURSEMENT").values()
    assert [tuple(row[name] for name in columns) for row in found] == expected


def test_the_first_line_of_a_thing_is_that_of_the_lowest_number_in_its_journal(books: EjvBooks) -> None:
    given(books, "REFUND_REQUESTED")
    later = [line | {"journal_line": line["journal_line"] + 2} for line in lines_of(1001, 15)]
    assert told(books, [head(), *later, *lines_of(1001, 15, back=True)]) == [("refunded", "applied", "")]
