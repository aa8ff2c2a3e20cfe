"""Section 7.2 row by row: what the lines of DISBURSEMENT and AP files do."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from config.errors import InputRefused
from tests.ejv_factory import SENT, Batch, EjvBooks, Item, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

DAY = datetime(2026, 11, 18)
BEFORE = datetime(2026, 10, 1)
BH, JH, LINE = 2, 3, 4
ERROR = "1117 INVALID DISTRIBUTION ACCOUNT"
PARTNER_IS_REGISTRIES = "112555556666677778888888"


@pytest.mark.parametrize("gl", ["902555556666677778888888", PARTNER_IS_REGISTRIES])
@pytest.mark.parametrize(
    ("status", "disbursed", "codes", "expected"),
    [
        ("PAID", None, {}, ("COMPLETED", DAY, None, "COMPLETED", False)),
        ("REFUNDED", BEFORE, {}, ("REVERSED", BEFORE, DAY, "COMPLETED", False)),
        ("CREDITED", BEFORE, {}, ("REVERSED", BEFORE, DAY, "COMPLETED", False)),
        ("REFUND_REQUESTED", None, {}, ("COMPLETED", DAY, None, "COMPLETED", False)),
        ("PAID", None, {LINE: ERROR}, ("ERRORED", None, None, "ERRORED", True)),
        ("PAID", None, {LINE + 1: ERROR}, ("ERRORED", None, None, "ERRORED", True)),
        ("REFUNDED", BEFORE, {LINE: ERROR}, ("ERRORED", BEFORE, None, "ERRORED", True)),
        ("PAID", None, {JH: "2001 BAD"}, ("ERRORED", None, None, "ERRORED", False)),
        ("PAID", None, {BH: "9001 BAD"}, ("ERRORED", None, None, "ERRORED", False)),
        ("REFUNDED", BEFORE, {BH: "9001 BAD"}, ("COMPLETED", BEFORE, None, "ERRORED", False)),
    ],
)
def test_disbursement_of_an_invoice(
    status: str, disbursed: Any, codes: Any, expected: tuple[Any, ...], gl: str, office: FeedbackOffice
) -> None:
    """Whether it is a reversal follows from the invoice, not by GL client 112, which may be the partner's own."""
    books = office.books
    partner_gl = given_disbursement(books, status, disbursed)
    is_reversal = disbursed is not None
    batch = Batch(100, "GA", journals=[(10, [JournalPair("1001", "28.50", is_reversal=is_reversal, ours=gl)])])
    office.answer(batch, codes)
    columns = "disbursement_status_code, disbursement_date, disbursement_reversal_date"
    invoice = books.one(f"SELECT {columns} FROM invoices")
    link = books.one("SELECT disbursement_status_code FROM ejv_links")
    stopped = "SELECT coalesce(stop_ejv, false) FROM distribution_codes WHERE distribution_code_id = :id"
    assert (*invoice, link, books.one(stopped, id=partner_gl)) == expected
    assert books.rows("SELECT * FROM payments") == books.rows("SELECT * FROM receipts") == []


def test_a_partner_gl_that_is_refused_is_shown_with_its_code_and_digits(office: FeedbackOffice) -> None:
    partner = given_disbursement(office.books, "PAID", None)
    batch = Batch(100, "GA", journals=[(10, [JournalPair("1001", "28.50")])])

    outcome = office.answer(batch, {LINE: ERROR})

    assert f"with the GL of the partner (distribution code {partner}: 112.?.?.?.?)" in outcome.rejects[0].detail


def test_a_later_batch_of_other_invoices_takes_nothing_from_what_an_answer_says(office: FeedbackOffice) -> None:
    books = office.books
    given_disbursement(books, "PAID", None)
    books.batch(200, "DISBURSEMENT")
    books.invoice(books.account(), 2001, "30.00", "PAID")
    books.journal(200, 20, [("invoice", 2001)], partner_code="VS")
    office.answer(Batch(100, "GA", journals=[(10, [JournalPair("1001", "28.50")])]))
    assert books.one("SELECT disbursement_status_code FROM invoices WHERE id = 1001") == "COMPLETED"


@pytest.mark.parametrize(
    ("is_reversal", "codes", "partner", "invoice"),
    [
        (False, {}, "COMPLETED", "COMPLETED"),
        (True, {}, "REVERSED", "REVERSED"),
        (False, {LINE: ERROR}, "ERRORED", "ERRORED"),
        (False, {BH: "9001 BAD"}, "WAITING_FOR_JOB", "ERRORED"),
    ],
)
@pytest.mark.parametrize("form", ["1001-{}", "1001-{}-PR"])
def test_disbursement_of_a_partner_row(
    form: str, is_reversal: bool, codes: Any, partner: str, invoice: str, office: FeedbackOffice
) -> None:
    books = office.books
    given_disbursement(books, "PAID", None, links=())
    is_refund = form.endswith("PR")
    target = books.partial_refund(55, 1001, "5.00", "REFUND_PROCESSED") if is_refund else 1001
    kind = "partial_refund" if is_refund else "invoice"
    row = books.add(
        "partner_disbursements", amount="5.00", partner_code="VS", is_reversal=is_reversal, target_id=target,
        target_type=kind,
    )  # fmt: skip
    books.add("ejv_links", ejv_header_id=10, link_type=kind, link_id=target)
    office.answer(Batch(100, journals=[(10, [JournalPair(form.format(row), "5.00", is_reversal=is_reversal)])]), codes)
    found = books.one("SELECT status_code, feedback_on, processed_on IS NOT NULL FROM partner_disbursements")
    assert found == (partner, None if codes else DAY, True)
    assert books.one("SELECT disbursement_status_code FROM invoices") == ("UPLOADED" if is_refund else invoice)
    if is_refund and LINE in codes:
        assert books.one("SELECT gl_error, status FROM refunds_partial") == (ERROR, "REFUND_PROCESSED")


@pytest.mark.parametrize("refused", [LINE, LINE + 2])
def test_a_second_answer_for_two_shares_of_an_invoice_of_which_one_was_refused_is_the_same(
    refused: int, office: FeedbackOffice
) -> None:
    """They have one link, which says what became of one of them."""
    books = office.books
    given_disbursement(books, "PAID", None)
    for row in (1, 2):
        share = {"amount": "5.00", "partner_code": "VS", "is_reversal": row == 2}
        books.add("partner_disbursements", id=row, target_id=1001, target_type="invoice", **share)
    pairs = [JournalPair("1001-1", "5.00"), JournalPair("1001-2", "5.00", is_reversal=True)]
    batch = Batch(100, journals=[(10, pairs)])
    office.answer(batch, {refused: ERROR})

    again = office.answer(batch, {refused: "1117 IN OTHER WORDS"}, name="FEEDBACK.F3535.20261118214512")

    assert again.rejects == []
    answers = "SELECT status_code FROM partner_disbursements ORDER BY id"
    assert books.rows(answers) == ([("ERRORED",), ("REVERSED",)] if refused == LINE else [("COMPLETED",), ("ERRORED",)])


@pytest.mark.parametrize(("refused", "waits"), [(99, [True, False]), (100, [False, True])])
def test_a_refused_batch_lets_the_row_alone_wait_that_it_sent(
    refused: int, waits: list[bool], office: FeedbackOffice
) -> None:
    books = office.books
    given_disbursement(books, "REFUNDED", None)
    books.batch(99, "DISBURSEMENT", "INBOX.F3535.20261116110000", created_on=SENT - timedelta(days=1))
    books.journal(99, 9, [("invoice", 1001)], partner_code="VS")
    for number, at in ((99, SENT - timedelta(days=1)), (100, SENT)):
        books.add("partner_disbursements", amount="5.00", partner_code="VS", target_id=1001, target_type="invoice",
                  is_reversal=number == 100, processed_on=at + timedelta(seconds=2))  # fmt: skip
    batch = Batch(refused, journals=[(10 if refused == 100 else 9, [JournalPair("1001", "28.50")])])

    office.apply(batch.feedback({BH: "9001 BAD"}, repeats=False))

    found = books.rows("SELECT status_code = 'WAITING_FOR_JOB' FROM partner_disbursements ORDER BY id")
    assert [wait for (wait,) in found] == waits


@pytest.mark.parametrize(("about", "codes"), [("1001-1", {LINE: ERROR}), ("1001-1", {BH: "9001 NO"}),
                                              ("1001-1", {JH: "2001 NO"}), (None, {BH: "9001 NO"})])  # fmt: skip
@pytest.mark.parametrize("kind", ["invoice", "partial_refund"])
def test_the_late_refusal_of_an_old_batch_leaves_the_row_to_the_newer_batch_that_sent_it_again(
    about: str | None, codes: Any, kind: str, office: FeedbackOffice
) -> None:
    books = office.books
    given_disbursement(books, "PAID", None, links=())
    target = books.partial_refund(55, 1001, "5.00", "REFUND_PROCESSED") if kind == "partial_refund" else 1001
    newer_on = SENT + timedelta(days=1)
    books.batch(101, "DISBURSEMENT", "INBOX.F3535.20261119040107", created_on=newer_on)
    books.journal(101, 11, [(kind, target)], partner_code="VS")
    books.add("ejv_links", ejv_header_id=10, link_type=kind, link_id=target)
    books.add("partner_disbursements", id=1, amount="5.00", partner_code="VS", target_id=target, target_type=kind,
              processed_on=newer_on + timedelta(seconds=2))  # fmt: skip
    ending = "-PR" if kind == "partial_refund" else ""
    batch = Batch(100, journals=[(10, [JournalPair(f"{about}{ending}", "5.00")])])

    outcome = office.apply(batch.feedback(codes, repeats=about is not None))

    assert books.one("SELECT status_code FROM partner_disbursements") == "UPLOADED"
    assert books.one("SELECT disbursement_status_code FROM invoices") == "UPLOADED"
    links = books.rows("SELECT disbursement_status_code FROM ejv_links ORDER BY ejv_header_id")
    assert links == [("ERRORED",), ("UPLOADED",)]
    assert "A newer batch has it" in outcome.rejects[-1].detail


def test_of_a_batch_without_lines_each_row_goes_by_when_it_was_sent_itself(office: FeedbackOffice) -> None:
    """The first was sent again in the second in which the newer batch was made, the other in the old batch alone."""
    books = office.books
    given_disbursement(books, "PAID", None)
    books.invoice(books.account(), 1002, "5.00", "PAID", disbursement_status_code="UPLOADED")
    newer_on = SENT + timedelta(days=1)
    books.batch(101, "DISBURSEMENT", "INBOX.F3535.20261119040107", created_on=newer_on)
    books.journal(101, 11, [("invoice", 1001), ("invoice", 1002)], partner_code="VS")
    books.add("ejv_links", ejv_header_id=10, link_type="invoice", link_id=1002)
    for row, target, at in ((1, 1001, newer_on), (2, 1002, SENT), (3, 1002, newer_on)):
        books.add("partner_disbursements", id=row, amount="5.00", partner_code="VS", target_id=target,
                  target_type="invoice", is_reversal=row == 3, processed_on=at)  # fmt: skip

    outcome = office.apply(
        Batch(100, journals=[(10, [JournalPair("1001", "5.00")])]).feedback({BH: "9001 NO"}, repeats=False)
    )

    found = books.rows("SELECT status_code FROM partner_disbursements ORDER BY id")
    assert found == [("UPLOADED",), ("WAITING_FOR_JOB",), ("UPLOADED",)]
    assert books.rows("SELECT disbursement_status_code FROM invoices ORDER BY id") == [("UPLOADED",), ("ERRORED",)]
    assert [one.detail.count("A newer batch has it") for one in outcome.rejects] == [0, 1, 0]
    links = books.rows("SELECT link_id, disbursement_status_code FROM ejv_links ORDER BY ejv_header_id, link_id")
    assert links == [(1001, "ERRORED"), (1002, "ERRORED"), (1001, "UPLOADED"), (1002, "UPLOADED")]


def test_the_late_refusal_of_a_batch_without_lines_leaves_an_invoice_to_the_newer_batch(
    office: FeedbackOffice,
) -> None:
    """The partner job would take up an ERRORED one at once."""
    books = office.books
    given_disbursement(books, "PAID", None)
    books.batch(101, "DISBURSEMENT", "INBOX.F3535.20261119040107", created_on=SENT + timedelta(days=1))
    books.journal(101, 11, [("invoice", 1001)], partner_code="VS")

    office.apply(Batch(100, journals=[(10, [JournalPair("1001", "28.50")])]).feedback({BH: "9001 NO"}, repeats=False))

    assert books.one("SELECT disbursement_status_code FROM invoices") == "UPLOADED"


def test_a_named_row_of_a_refused_batch_waits_though_a_newer_batch_sent_another_of_its_invoice(
    office: FeedbackOffice,
) -> None:
    books = office.books
    given_disbursement(books, "REFUNDED", None)
    newer_on = SENT + timedelta(days=1)
    books.batch(101, "DISBURSEMENT", "INBOX.F3535.20261119040107", created_on=newer_on)
    books.journal(101, 11, [("invoice", 1001)], partner_code="VS")
    for row, at in ((1, SENT), (2, newer_on)):
        books.add("partner_disbursements", id=row, amount="5.00", partner_code="VS", target_id=1001,
                  target_type="invoice", is_reversal=row == 2, processed_on=at + timedelta(seconds=2))  # fmt: skip

    office.answer(Batch(100, journals=[(10, [JournalPair("1001-1", "5.00")])]), {BH: "9001 NO"})

    found = books.rows("SELECT status_code FROM partner_disbursements ORDER BY id")
    assert found == [("WAITING_FOR_JOB",), ("UPLOADED",)]


def test_a_refused_batch_without_lines_lets_partner_rows_wait_for_the_next_run(office: FeedbackOffice) -> None:
    books = office.books
    given_disbursement(books, "PAID", None)
    books.add("partner_disbursements", amount="5.00", partner_code="VS", target_id=1001, target_type="invoice")
    batch = Batch(100, journals=[(10, [JournalPair("1001", "28.50")])])
    office.apply(batch.feedback({BH: "9001 BAD"}, repeats=False))
    assert books.one("SELECT status_code FROM partner_disbursements") == "WAITING_FOR_JOB"
    assert books.one("SELECT disbursement_status_code FROM invoices") == "ERRORED"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({}, ("REFUND_PROCESSED", "PROCESSED", DAY)),
        ({3: "3001 NO SUPPLIER"}, ("REFUND_REJECTED", None, None)),
        ({5: "3001 BAD ADDRESS"}, ("REFUND_REJECTED", None, None)),
        ({BH: "9001 BAD", 3: "3001 NO SUPPLIER"}, ("REFUND_REJECTED", None, None)),
    ],
)
def test_ap_lines_of_a_routing_slip(codes: Any, expected: tuple[Any, ...], office: FeedbackOffice) -> None:
    books = office.books
    books.batch(100, "REFUND")
    slip = books.add("routing_slips", number="206000010")
    books.add("refunds", routing_slip_id=slip)
    office.answer(Batch(100, "AP", items=[Item("206000010", "12.25", advice="BALANCE")]), codes)
    assert (
        *books.one("SELECT status, refund_status FROM routing_slips"),
        books.one("SELECT gl_posted FROM refunds"),
    ) == (expected)


@pytest.mark.parametrize(
    ("codes", "reasons", "state"),
    [({}, ["accepted after refusal"], "held"), ({3: "3001 NO"}, [], "already_applied")],
)
def test_a_voided_ap_batch_no_longer_moves_anything(
    codes: Any, reasons: list[str], state: str, office: FeedbackOffice
) -> None:
    """Its slip is in a newer batch by now, which waits for an answer of its own."""
    books = office.books
    books.batch(100, "REFUND", disbursement_status_code="ERRORED", message="Voided by hand")
    books.add("routing_slips", number="206000010")
    outcome = office.answer(Batch(100, "AP", items=[Item("206000010", "12.25")]), codes)
    assert [reject.reason for reject in outcome.rejects] == reasons
    assert books.one("SELECT status FROM routing_slips") == "REFUND_UPLOADED"
    assert books.one("SELECT state FROM pay_jobs.feedback_batches") == state


@pytest.mark.parametrize(("ours", "reasons"), [("12.25", []), ("12.00", ["another amount"]), (None, [])])
def test_a_refund_of_another_amount_than_ours_is_reported(
    ours: str | None, reasons: list[str], office: FeedbackOffice
) -> None:
    office.books.batch(100, "REFUND")
    office.books.add("routing_slips", number="206000010", refund_amount=ours)
    outcome = office.answer(Batch(100, "AP", items=[Item("206000010", "12.25")]))
    assert [reject.reason for reject in outcome.rejects] == reasons


def test_a_partner_row_of_another_amount_is_reported(office: FeedbackOffice) -> None:
    books = office.books
    given_disbursement(books, "PAID", None)
    row = books.add("partner_disbursements", amount="5.00", partner_code="VS", target_id=1001, target_type="invoice")
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair(f"1001-{row}", "5.50")])]))
    assert [reject.reason for reject in outcome.rejects] == ["another amount"]
    assert books.one("SELECT status_code FROM partner_disbursements") == "COMPLETED"


def test_a_slip_that_another_batch_paid_is_reported(office: FeedbackOffice) -> None:
    books = office.books
    books.batch(100, "REFUND")
    books.add("routing_slips", number="206000010", status="REFUND_PROCESSED")
    outcome = office.answer(Batch(100, "AP", items=[Item("206000010", "12.25")]))
    assert [reject.reason for reject in outcome.rejects] == ["moved a second time"]
    assert books.one("SELECT disbursement_status_code FROM ejv_files") == "COMPLETED"


def test_a_slip_that_its_batch_paid_before_there_were_lines_of_answers_is_not_reported(office: FeedbackOffice) -> None:
    books = office.books
    books.batch(100, "REFUND", disbursement_status_code="COMPLETED")
    books.add("routing_slips", number="206000010", status="REFUND_PROCESSED")
    outcome = office.answer(Batch(100, "AP", items=[Item("206000010", "12.25")]))
    assert (outcome.rejects, outcome.counts["batches_already_applied"]) == ([], 1)


@pytest.mark.parametrize(
    ("method", "codes", "expected"),
    [
        ("CHEQUE", {}, ("COMPLETED", "COMPLETED", date(2026, 11, 18), "PROCESSED")),
        ("EFT", {}, ("COMPLETED", "COMPLETED", date(2026, 11, 18), None)),
        ("EFT", {3: "3001 NO"}, ("ERRORED", "ERRORED", None, None)),
    ],
)
def test_ap_lines_of_an_eft_refund(method: str, codes: Any, expected: tuple[Any, ...], office: FeedbackOffice) -> None:
    books = office.books
    books.batch(100, "EFT_REFUND")
    name = books.add("eft_short_names", short_name="SAMPLE", type="EFT", is_generated=False)
    books.add("eft_refunds", id=77, short_name_id=name, refund_amount="12.25", refund_method=method)
    office.answer(Batch(100, "AP", items=[Item("77", "12.25")]), codes)
    columns = "status, disbursement_status_code, disbursement_date, cheque_status"
    assert books.one(f"SELECT {columns} FROM eft_refunds") == expected


@pytest.mark.parametrize(
    ("codes", "expected"), [({}, ("COMPLETED", DAY, "COMPLETED")), ({3: "3001 NO"}, ("ERRORED", None, "ERRORED"))]
)
def test_ap_lines_of_a_partner_without_gl(codes: Any, expected: tuple[Any, ...], office: FeedbackOffice) -> None:
    books = office.books
    given_disbursement(books, "PAID", None, "NON_GOV_DISBURSEMENT")
    office.answer(Batch(100, "AP", items=[Item("1001", "28.50")]), codes)
    invoice = books.one("SELECT disbursement_status_code, disbursement_date FROM invoices")
    assert (*invoice, books.one("SELECT disbursement_status_code FROM ejv_links")) == expected


def given_disbursement(
    books: EjvBooks, status: str, disbursed: Any, file_type: str = "DISBURSEMENT", links: Any = (("invoice", 1001),)
) -> int:
    """Invoice 1001 in journal 10 of batch 100; returns the partner's distribution code."""
    account = books.account()
    fee, partner = books.partner_gl()
    books.batch(100, file_type)
    more = {"disbursement_status_code": "UPLOADED", "disbursement_date": disbursed, "service_fees": "1.50"}
    books.invoice(account, 1001, "30.00", status, **more)
    books.line_item(1001, "28.50", fee)
    books.journal(100, 10, links, partner_code="VS")
    return partner


@pytest.mark.parametrize("is_settled_by_hand", [False, True])
def test_a_batch_is_not_voided_while_what_cgi_accepted_of_it_could_not_be_applied(
    is_settled_by_hand: bool, office: FeedbackOffice
) -> None:
    books = office.books
    given_disbursement(books, "PAID", None, links=[("invoice", number) for number in (1001, 1002, 1003)])
    for number in (1002, 1003):
        books.invoice(books.account(), number, "28.50", "PAID", disbursement_status_code="UPLOADED")
    books.add("partner_disbursements", id=1, amount="5.00", partner_code="VS", target_id=1001, target_type="invoice")
    office.answer(Batch(100, journals=[(10, [JournalPair("1003-1", "5.00"), JournalPair("1002", "28.50")])]))
    links = "SELECT link_id FROM ejv_links WHERE disbursement_status_code = 'ERRORED' ORDER BY link_id"

    if is_settled_by_hand:
        books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = 1001")
        office.run(rebuild=100, reason="ticket 4711")
    else:
        with pytest.raises(InputRefused, match="CGI accepted 1003-1 "):
            office.run(rebuild=100, reason="ticket 4711")

    assert books.rows(links) == ([(1003,)] if is_settled_by_hand else [])


@pytest.mark.parametrize("named", ["{code}", "999999"])
def test_a_rebuild_clears_the_stop_that_a_refused_partial_refund_of_a_partner_set(
    named: str, office: FeedbackOffice
) -> None:
    """The link is to the refund, and the GL that was stopped is that of its invoice's partner."""
    books = office.books
    code = given_disbursement(books, "PAID", DAY, links=[("partial_refund", 881)])
    books.partial_refund(881, 1001, "5.00")
    partner = books.add("partner_disbursements", amount="5.00", partner_code="VS", target_id=881,
                        target_type="partial_refund", is_reversal=True)  # fmt: skip
    pair = JournalPair(f"1001-{partner}-PR", "5.00", is_reversal=True)
    office.answer(Batch(100, "GA", journals=[(10, [pair])]), {LINE: ERROR})
    stopped = "SELECT distribution_code_id FROM distribution_codes WHERE stop_ejv"
    assert books.rows(stopped) == [(code,)]
    office.run(rebuild=100, reason=f"ticket 4711; clear stop_ejv {named.format(code=code)}")
    assert books.rows(stopped) == ([] if named == "{code}" else [(code,)])
