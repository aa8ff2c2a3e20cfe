"""What an AP batch's own lines say about an item is what holds; its header alone releases nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from config.errors import InputRefused
from tests.ejv_factory import Batch, EjvBooks, Item
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tests.tools.verify.watch import all_findings

DAY = datetime(2026, 11, 18)
BH, SECOND_IH = 2, 6
REFUSED = "9001 BAD BATCH"
SLIPS = Batch(100, "AP", items=[Item("206000010", "12.25"), Item("206000028", "40.00")])
EFT = Batch(100, "AP", items=[Item("77", "12.25"), Item("78", "40.00")])
PARTNER = Batch(100, "AP", items=[Item("1001", "12.25"), Item("1002", "40.00")])
NEXT = "FEEDBACK.F3535.20261118214512"


def given_slips(books: EjvBooks, status: str = "REFUND_UPLOADED", **batch: Any) -> None:
    books.batch(100, "REFUND", **batch)
    for number, amount in (("206000010", "12.25"), ("206000028", "40.00")):
        slip = books.add("routing_slips", number=number, status=status, refund_amount=amount)
        books.add("refunds", routing_slip_id=slip)


def given_eft_refunds(books: EjvBooks) -> None:
    books.batch(100, "EFT_REFUND")
    name = books.add("eft_short_names", short_name="SAMPLE", type="EFT", is_generated=False)
    for number, amount in ((77, "12.25"), (78, "40.00")):
        books.add("eft_refunds", id=number, short_name_id=name, refund_amount=amount, refund_method="CHEQUE")


def given_partner_invoices(books: EjvBooks) -> None:
    account = books.account()
    books.batch(100, "NON_GOV_DISBURSEMENT")
    for number, amount in ((1001, "12.25"), (1002, "40.00")):
        books.invoice(account, number, amount, "PAID", disbursement_status_code="UPLOADED")
        books.add("partner_disbursements", amount=amount, partner_code="VS", target_id=number, target_type="invoice")
    books.journal(100, 10, [("invoice", 1001), ("invoice", 1002)], partner_code="VS")


def slips(books: EjvBooks) -> list[tuple[Any, ...]]:
    return books.rows(
        "SELECT slip.status, refund_status, gl_posted FROM routing_slips AS slip"
        " JOIN refunds ON routing_slip_id = slip.id ORDER BY number"
    )


def eft_refunds(books: EjvBooks) -> list[tuple[Any, ...]]:
    return books.rows("SELECT status, disbursement_status_code, disbursement_date FROM eft_refunds ORDER BY id")


def partner_invoices(books: EjvBooks) -> list[tuple[Any, ...]]:
    return books.rows(
        "SELECT invoice.disbursement_status_code, disbursement_date, link.disbursement_status_code"
        " FROM invoices AS invoice JOIN ejv_links AS link ON link_id = invoice.id ORDER BY invoice.id"
    )


KINDS: dict[str, tuple[Any, Batch, Any, tuple[Any, ...], tuple[Any, ...]]] = {
    "slips": (given_slips, SLIPS, slips, ("REFUND_PROCESSED", "PROCESSED", DAY), ("REFUND_REJECTED", None, None)),
    "EFT refunds": (
        given_eft_refunds, EFT, eft_refunds, ("COMPLETED", "COMPLETED", date(2026, 11, 18)),
        ("ERRORED", "ERRORED", None)),
    "invoices of a partner without GL": (
        given_partner_invoices, PARTNER, partner_invoices, ("COMPLETED", DAY, "COMPLETED"),
        ("ERRORED", None, "ERRORED")),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_whose_own_lines_were_accepted_is_booked_though_the_batch_was_refused(
    kind: str, office: FeedbackOffice
) -> None:
    """The cheque went out: made open again it would be made a second time."""
    given, batch, found, paid, refused = KINDS[kind]
    given(office.books)
    outcome = office.answer(batch, {BH: REFUSED, SECOND_IH: "3001 NO SUPPLIER"})
    assert found(office.books) == [paid, refused]
    assert {reject.reason for reject in outcome.rejects} == {
        "CGI refused the whole batch", "accepted though the batch was refused", "refused by CGI"
    }  # fmt: skip
    assert outcome.exit_code == 3
    assert office.books.one("SELECT disbursement_status_code, message FROM ejv_files") == ("ERRORED", REFUSED)


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_refused_without_its_lines_releases_no_item(kind: str, office: FeedbackOffice) -> None:
    given, batch, found, _, _ = KINDS[kind]
    given(office.books)
    before = found(office.books)
    outcome = office.apply(batch.feedback({BH: REFUSED}, repeats=False))
    assert found(office.books) == before
    assert outcome.exit_code == 3
    assert any("ejv rebuild 100" in reject.command for reject in outcome.rejects)


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_after_a_refused_header_is_applied(kind: str, office: FeedbackOffice) -> None:
    given, batch, found, paid, refused = KINDS[kind]
    given(office.books)
    office.apply(batch.feedback({BH: REFUSED}, repeats=False))
    office.answer(batch, {SECOND_IH: "3001 NO SUPPLIER"}, name=NEXT)
    assert found(office.books) == [paid, refused]


@pytest.mark.parametrize("kind", KINDS)
def test_ap_answers_touch_no_partner_row(kind: str, office: FeedbackOffice) -> None:
    given, batch, _, _, _ = KINDS[kind]
    given(office.books)
    rows = "SELECT status_code, feedback_on, processed_on FROM partner_disbursements"
    office.answer(batch, {BH: REFUSED, SECOND_IH: "3001 NO SUPPLIER"})
    assert set(office.books.rows(rows)) <= {("UPLOADED", None, None)}


@pytest.mark.parametrize("kind", KINDS)
def test_an_accepted_item_without_a_readable_date_takes_the_day_of_the_run(kind: str, office: FeedbackOffice) -> None:
    given, batch, found, paid, refused = KINDS[kind]
    given(office.books)
    content = batch.feedback({SECOND_IH: "3001 NO SUPPLIER"}).replace(b"CAD20261118", b"CAD20261399")
    outcome = office.apply(content)
    assert found(office.books) == [paid, refused]
    assert [reject.reason for reject in outcome.rejects] == ["no effective date", "refused by CGI"]


def test_a_refused_item_that_is_accepted_later_is_reported_even_once_it_waits_in_another_batch(
    office: FeedbackOffice,
) -> None:
    """Its batch was refused in part, and the slip was authorized again: the lines we keep remember the refusal."""
    books = office.books
    given_slips(books)
    office.answer(SLIPS, {SECOND_IH: "3001 NO SUPPLIER"})
    books.change("UPDATE routing_slips SET status = 'REFUND_UPLOADED' WHERE number = '206000028'")
    outcome = office.answer(SLIPS, name=NEXT)
    assert [reject.reason for reject in outcome.rejects] == ["accepted after refusal"]
    assert slips(books)[1][0] == "REFUND_UPLOADED"


@pytest.mark.parametrize("status", ["REFUND_AUTHORIZED", "REFUND_REQUESTED"])
def test_a_cheque_for_a_slip_that_was_set_back_by_hand_is_booked_and_reported(
    status: str, office: FeedbackOffice
) -> None:
    given_slips(office.books, status)
    outcome = office.answer(SLIPS)
    assert slips(office.books) == [("REFUND_PROCESSED", "PROCESSED", DAY)] * 2
    assert [reject.reason for reject in outcome.rejects] == ["paid though not sent"] * 2


def test_a_second_refund_of_a_slip_leaves_the_day_of_the_first(office: FeedbackOffice) -> None:
    books = office.books
    given_slips(books)
    slip = books.one("SELECT id FROM routing_slips WHERE number = '206000010'")
    earlier = datetime(2026, 3, 2)
    books.add("refunds", routing_slip_id=slip, gl_posted=earlier)
    office.answer(SLIPS)
    posted = books.rows("SELECT gl_posted FROM refunds WHERE routing_slip_id = :slip ORDER BY 1", slip=slip)
    assert posted == [(earlier,), (DAY,)]


def test_a_change_without_a_user_leaves_no_name_behind(office: FeedbackOffice) -> None:
    books = office.books
    given_slips(books)
    books.change("UPDATE routing_slips SET updated_by = 'STAFF', updated_name = 'Staff Member'")
    office.answer(SLIPS)
    assert set(books.rows("SELECT updated_by, updated_name FROM routing_slips")) == {(None, None)}


def test_an_item_whose_number_is_none_is_rejected_and_the_rest_paid(office: FeedbackOffice) -> None:
    given_partner_invoices(office.books)
    outcome = office.answer(Batch(100, "AP", items=[Item("1001", "12.25"), Item("ABC", "40.00")]))
    assert [reject.reason for reject in outcome.rejects] == ["unknown item", "not answered"]
    assert [row[0] for row in partner_invoices(office.books)] == ["COMPLETED", "UPLOADED"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_refused_batch_never_paid_is_set_free_by_the_command_that_the_report_names(
    kind: str, office: FeedbackOffice
) -> None:
    """Only what still waits: an item that was accepted went out, and one that was refused needs attention."""
    given, batch, found, _, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, "INBOX.F3535.20261118040107")
    office.apply(batch.feedback({BH: REFUSED}, repeats=False))
    office.run(rebuild=100, reason="ticket 4711: CAS never ran it")
    free = {"slips": ("REFUND_AUTHORIZED", None, None), "EFT refunds": ("APPROVED", None, None)}
    assert found(office.books) == [free.get(kind, (None, None, "ERRORED"))] * 2


@pytest.mark.parametrize("kind", ["slips", "EFT refunds"])
def test_what_a_refused_batch_paid_is_never_set_free(kind: str, office: FeedbackOffice) -> None:
    given, batch, found, paid, refused = KINDS[kind]
    given(office.books)
    office.sent(batch, "INBOX.F3535.20261118040107")
    office.answer(batch, {BH: REFUSED, SECOND_IH: "3001 NO SUPPLIER"})
    with pytest.raises(InputRefused, match="so nothing is left to void"):
        office.run(rebuild=100, reason="ticket 4711: CAS never ran it")
    assert found(office.books) == [paid, refused]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_refused_batch_left_waiting_is_listed_until_it_is_settled(kind: str, office: FeedbackOffice) -> None:
    given, batch, _, _, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, "INBOX.F3535.20261118040107")
    office.run()
    office.apply(batch.feedback({BH: REFUSED}, repeats=False))
    later = datetime(2026, 12, 18, 16, 0, tzinfo=UTC)
    [row] = office.run(outstanding=True, at=later).tables[0].records()
    expected = ("errored, half applied", 2, 'python3 invoke_jobs.py ejv rebuild 100 --reason "..."')
    assert (row["state"], row["open"], row["command"]) == expected
    office.run(rebuild=100, reason="ticket 4711: CAS never ran it")
    settled = office.run(outstanding=True, at=datetime(2027, 1, 18, 16, 0, tzinfo=UTC))
    assert settled.answer == "No batch is without an answer."


FIRST_INBOX, SECOND_INBOX = "INBOX.F3535.20261118040107", "INBOX.F3535.20261119040107"
AGAIN = {
    "slips": (
        "UPDATE routing_slips SET status = 'REFUND_UPLOADED' WHERE number = '206000028'",
        ("REFUND_UPLOADED", None, None), ("REFUND_AUTHORIZED", None, None)),
    "EFT refunds": (
        "UPDATE eft_refunds SET status = 'APPROVED', disbursement_status_code = 'UPLOADED' WHERE id = 78",
        ("APPROVED", "UPLOADED", None), ("APPROVED", None, None)),
}  # fmt: skip
LATER = datetime(2026, 12, 18, 16, 0, tzinfo=UTC)


def sent_in_a_newer_batch(office: FeedbackOffice, kind: str, item: Item) -> None:
    """Let the second item be authorized again, and go out in batch 102."""
    change, _, _ = AGAIN[kind]
    file_type = office.books.one("SELECT file_type FROM ejv_files WHERE id = 100")
    office.books.batch(102, file_type, SECOND_INBOX)
    office.books.change(change)
    office.sent(Batch(102, "AP", items=[item]), SECOND_INBOX)


def listed(office: FeedbackOffice) -> dict[int, int]:
    """Return how many items each batch waits with."""
    tables = office.run(outstanding=True, at=LATER).tables
    return {row["batch"]: row["open"] for row in tables[0].records()} if tables else {}


@pytest.mark.parametrize("is_indexed", [True, False], ids=["newer inbox indexed", "newer inbox not indexed"])
@pytest.mark.parametrize("kind", AGAIN)
def test_what_was_refused_and_sent_in_a_newer_batch_is_neither_listed_nor_set_free(
    kind: str, is_indexed: bool, office: FeedbackOffice
) -> None:
    """Set free, it would be issued by the next run while CGI has it in the newer batch: a second payment."""
    given, batch, found, paid, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    office.run()
    office.answer(batch, {BH: REFUSED, SECOND_IH: "3001 NO SUPPLIER"})
    sent_in_a_newer_batch(office, kind, batch.items[1])
    if is_indexed:
        office.run()
    assert 100 not in listed(office)
    with pytest.raises(InputRefused, match="so nothing is left to void"):
        office.run(rebuild=100, reason="ticket 4711", at=LATER)
    assert found(office.books) == [paid, AGAIN[kind][1]]


LEFT = {
    **{kind: sent for kind, (_, sent, _) in AGAIN.items()},
    "invoices of a partner without GL": ("UPLOADED", None, "ERRORED"),
}


@pytest.mark.parametrize("kind", LEFT)
def test_the_late_refusal_of_an_old_batch_leaves_what_a_newer_batch_holds(kind: str, office: FeedbackOffice) -> None:
    """It was set back by hand and sent again: rejected now, it would be sent a third time while CGI has the second."""
    given, batch, found, _, refused = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    newer = Batch(102, "AP", items=[batch.items[1]])
    office.books.batch(102, office.books.one("SELECT file_type FROM ejv_files"), SECOND_INBOX)
    office.sent(newer, SECOND_INBOX)
    before = found(office.books)

    outcome = office.take_in(batch.feedback({3: "3001 NO SUPPLIER", SECOND_IH: "3001 NO SUPPLIER"}))

    first = LEFT[kind] if kind not in AGAIN else before[1]
    assert found(office.books) == [refused, first]
    [told] = [reject for reject in outcome.rejects if batch.items[1].number in reject.detail]
    assert "A newer batch has it" in told.detail
    assert all_findings(office.books.database, DAY.replace(tzinfo=UTC), ("EJV-DAY",)) == {}


@pytest.mark.parametrize("kind", AGAIN)
def test_what_an_old_batch_paid_late_is_booked_though_a_newer_one_has_it(kind: str, office: FeedbackOffice) -> None:
    given, batch, found, paid, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    sent_in_a_newer_batch(office, kind, batch.items[1])

    office.take_in(batch.feedback())

    assert found(office.books) == [paid, paid]


@pytest.mark.parametrize("kind", AGAIN)
def test_the_newer_batch_of_what_an_old_one_refused_late_is_booked(kind: str, office: FeedbackOffice) -> None:
    given, batch, found, paid, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    sent_in_a_newer_batch(office, kind, batch.items[1])
    office.take_in(batch.feedback({SECOND_IH: "3001 NO SUPPLIER"}))

    outcome = office.answer(Batch(102, "AP", items=[batch.items[1]]), name=NEXT)

    assert (found(office.books), outcome.rejects) == ([paid, paid], [])


@pytest.mark.parametrize("kind", AGAIN)
def test_of_a_refused_batch_only_what_nobody_spoke_of_is_listed_and_set_free(kind: str, office: FeedbackOffice) -> None:
    given, batch, found, _, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    office.run()
    refused = Batch(100, "AP", items=[batch.items[1]])
    office.apply(refused.feedback({BH: REFUSED, 3: "3001 NO SUPPLIER"}))
    sent_in_a_newer_batch(office, kind, batch.items[1])
    assert listed(office) == {100: 1, 102: 0}
    office.run(rebuild=100, reason="ticket 4711", at=LATER)
    assert found(office.books) == [AGAIN[kind][2], AGAIN[kind][1]]
    assert listed(office) == {100: 0, 102: 1}


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("kind", AGAIN)
def test_a_rebuild_sees_a_newer_batch_though_no_line_of_the_old_one_is_kept(
    kind: str, dry_run: bool, office: FeedbackOffice
) -> None:
    """An answer from before this job kept lines: only the newer inbox file says where the item is."""
    given, batch, found, _, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    office.run()
    office.books.change("UPDATE ejv_files SET disbursement_status_code = 'ERRORED', message = '9001 BAD BATCH'")
    sent_in_a_newer_batch(office, kind, batch.items[1])
    outcome = office.run(dry_run=dry_run, rebuild=100, reason="ticket 4711", at=LATER)
    freed = [row["id"] for row in outcome.tables[0].records() if row["table"] in {"routing_slips", "eft_refunds"}]
    assert len(freed) == 1
    assert dry_run or found(office.books) == [AGAIN[kind][2], AGAIN[kind][1]]


def test_a_rebuild_leaves_a_slip_of_a_newer_batch_though_an_eft_refund_bears_its_number(office: FeedbackOffice) -> None:
    books = office.books
    given_slips(books)
    name = books.add("eft_short_names", short_name="SAMPLE", type="EFT", is_generated=False)
    books.add("eft_refunds", id=206000028, short_name_id=name, refund_amount="40.00", refund_method="CHEQUE",
              disbursement_status_code="UPLOADED")  # fmt: skip
    office.sent(SLIPS, FIRST_INBOX)
    office.run()
    books.change("UPDATE ejv_files SET disbursement_status_code = 'ERRORED', message = '9001 BAD BATCH'")
    sent_in_a_newer_batch(office, "slips", SLIPS.items[1])

    office.run(rebuild=100, reason="ticket 4711", at=LATER)

    assert slips(books) == [AGAIN["slips"][2], AGAIN["slips"][1]]


@pytest.mark.parametrize("kind", AGAIN)
def test_of_a_batch_that_was_refused_as_a_whole_no_item_is_told_as_not_answered(
    kind: str, office: FeedbackOffice
) -> None:
    given, batch, _, _, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    office.run()

    told = office.take_in(batch.feedback({BH: REFUSED}, repeats=False))

    assert "not answered" not in {reject.reason for reject in told.rejects}


@pytest.mark.parametrize("is_unreadable", [False, True], ids=["no line of it came", "its IH line cannot be read"])
@pytest.mark.parametrize("kind", AGAIN)
def test_what_no_line_of_an_accepted_batch_answers_is_told_listed_and_set_free(
    kind: str, is_unreadable: bool, office: FeedbackOffice
) -> None:
    given, batch, found, paid, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    office.run()

    if is_unreadable:
        damaged = batch.feedback().splitlines(keepends=True)
        damaged[SECOND_IH - 1] = damaged[SECOND_IH - 1][:60] + b"\n"
        told = office.take_in(b"".join(damaged), despite_faults=True, reason="ticket 4711")
    else:
        told = office.answer(Batch(100, "AP", items=[batch.items[0]]))

    missing = [reject for reject in told.rejects if reject.reason == "not answered"]
    assert [(reject.amount, told.exit_code) for reject in missing] == [(Decimal("40.00"), 3)]
    assert batch.items[1].number in missing[0].detail
    [row] = office.run(outstanding=True, at=LATER).tables[0].records()
    assert (row["state"], row["open"], row["amount"], row["command"]) == (
        "half applied", 1, Decimal("40.00"), 'python3 invoke_jobs.py ejv rebuild 100 --reason "..."'
    )  # fmt: skip
    office.run(rebuild=100, reason="ticket 4711: CAS never ran it", at=LATER)
    assert found(office.books) == [paid, AGAIN[kind][2]]
    assert listed(office) == {}


@pytest.mark.parametrize("kind", AGAIN)
def test_what_was_set_free_of_an_accepted_batch_is_neither_freed_again_nor_booked_by_a_late_answer(
    kind: str, office: FeedbackOffice
) -> None:
    """Its newer batch was sent an hour ago, and nothing knows its inbox file yet."""
    given, batch, found, paid, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    office.run()
    office.answer(Batch(100, "AP", items=[batch.items[0]]))
    office.run(rebuild=100, reason="ticket 4711: CAS never ran it", at=LATER)
    office.books.change(AGAIN[kind][0])

    assert listed(office) == {}
    with pytest.raises(InputRefused, match="it was voided before"):
        office.run(rebuild=100, reason="ticket 4711", at=LATER)
    late = office.answer(batch, name=NEXT)

    assert [reject.reason for reject in late.rejects] == ["accepted after refusal"]
    assert found(office.books) == [paid, AGAIN[kind][1]]
    assert office.books.one("SELECT disbursement_status_code FROM ejv_files") == "COMPLETED"


@pytest.mark.parametrize("kind", AGAIN)
def test_nothing_is_set_free_of_a_batch_whose_answer_another_reader_applied(kind: str, office: FeedbackOffice) -> None:
    """No line of it is kept, so an item that was refused and sent again looks as one that was never answered."""
    given, batch, found, _, _ = KINDS[kind]
    given(office.books)
    office.sent(batch, FIRST_INBOX)
    office.run()
    office.books.change("UPDATE ejv_files SET disbursement_status_code = 'COMPLETED'")
    before = found(office.books)

    assert listed(office) == {}
    with pytest.raises(InputRefused, match="so nothing is left to void"):
        office.run(rebuild=100, reason="ticket 4711", at=LATER)
    assert found(office.books) == before


_HANDED_OVER = (
    "INSERT INTO pay_jobs.slip_movements (slip, kind, amount, moved_on) VALUES ('206000010', 'refunded', :amount, :at)"
)


@pytest.mark.parametrize(
    ("status", "left", "is_handed_over", "is_told"),
    [
        ("REFUND_REQUESTED", "5.00", False, False),
        ("REFUND_AUTHORIZED", "5.00", False, False),
        ("REFUND_AUTHORIZED", "0.00", True, False),
        ("REFUND_UPLOADED", "0.00", True, False),
        ("REFUND_REQUESTED", "0.00", False, True),
        ("REFUND_AUTHORIZED", "0.00", False, True),
        ("REFUND_UPLOADED", "0.00", False, True),
        ("ACTIVE", "0.00", True, True),
    ],
)
def test_only_a_slip_that_has_more_to_refund_after_its_cheque_may_wait_for_another(
    status: str, left: str, is_handed_over: bool, is_told: bool, office: FeedbackOffice
) -> None:
    books = office.books
    books.batch(100, "REFUND")
    slip = books.add("routing_slips", number="206000010", status="REFUND_UPLOADED", refund_amount="12.25")
    books.add("refunds", routing_slip_id=slip)
    books.change(_HANDED_OVER, amount=-12, at=datetime(2026, 1, 1, tzinfo=UTC))
    office.answer(Batch(100, "AP", items=[Item("206000010", "12.25")]))
    assert all_findings(books.database, DAY.replace(tzinfo=UTC), ("EJV-DAY",)) == {}

    books.change(
        "UPDATE routing_slips SET status = :status, refund_status = 'PROCESSING', remaining_amount = :left",
        status=status, left=left,
    )  # fmt: skip
    if is_handed_over:
        books.change(_HANDED_OVER, amount=-5, at=datetime(2099, 1, 1, tzinfo=UTC))

    told = all_findings(books.database, DAY.replace(tzinfo=UTC), ("EJV-DAY",))

    assert list(told) == ([("EJV-DAY", "slip 206000010")] if is_told else [])


@pytest.mark.parametrize("refused", ["IH", "IL", "NA", "IC"])
@pytest.mark.parametrize("kind", ["slips", "EFT refunds"])
def test_what_cgi_refused_on_any_line_of_an_item_is_no_finding_once_it_is_refused(
    kind: str, refused: str, office: FeedbackOffice
) -> None:
    given, batch, _, _, _ = KINDS[kind]
    given(office.books)

    office.answer(
        replace(batch, items=[replace(one, advice="SEE LETTER") for one in batch.items]), {refused: "1117 NO"}
    )

    assert all_findings(office.books.database, DAY.replace(tzinfo=UTC), ("EJV-DAY",)) == {}


def test_a_cheque_on_another_day_than_its_lines_is_a_finding(office: FeedbackOffice) -> None:
    given_slips(office.books)
    office.answer(SLIPS)

    office.books.change("UPDATE refunds SET gl_posted = gl_posted + interval '1 day'")

    told = all_findings(office.books.database, DAY.replace(tzinfo=UTC), ("EJV-DAY",))
    assert list(told) == [("EJV-DAY", "slip 206000010"), ("EJV-DAY", "slip 206000028")]


@pytest.mark.parametrize("kind", ["slips", "EFT refunds"])
def test_what_is_refunded_by_ap_says_nothing_of_the_invoice_of_the_same_number(
    kind: str, office: FeedbackOffice
) -> None:
    given, batch, _, _, _ = KINDS[kind]
    given(office.books)
    account = office.books.account()
    for one in batch.items:
        office.books.invoice(account, int(one.number), "12.25", "PAID", payment_method_code="DRAWDOWN")
    before = all_findings(office.books.database, DAY.replace(tzinfo=UTC), ("EJV", "DIS"))

    office.answer(batch)

    assert all_findings(office.books.database, DAY.replace(tzinfo=UTC), ("EJV", "DIS")) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_cgi_accepted_without_a_day_that_can_be_read_is_no_finding_on_any_day(
    kind: str, office: FeedbackOffice
) -> None:
    given, batch, _, _, _ = KINDS[kind]
    given(office.books)

    outcome = office.answer(replace(batch, effective="00000000"))

    assert len(outcome.rejects) == len(batch.items)
    assert all_findings(office.books.database, DAY.replace(tzinfo=UTC), ("EJV-DAY",)) == {}


def test_a_cheque_accepted_without_a_day_that_can_be_read_has_one_all_the_same(office: FeedbackOffice) -> None:
    given_slips(office.books)
    office.answer(replace(SLIPS, effective="00000000"))

    office.books.change("UPDATE refunds SET gl_posted = NULL")

    told = all_findings(office.books.database, DAY.replace(tzinfo=UTC), ("EJV-DAY",))
    assert list(told) == [("EJV-DAY", "slip 206000010"), ("EJV-DAY", "slip 206000028")]
