"""Damaged feedback: a clear report, nothing lost, and the other batches applied."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FEEDBACK, FeedbackOffice
from tools.files.arguments import FileListArguments
from tools.files.task import show_files

GOOD = Batch(200, journals=[(20, [JournalPair("2001", "12.00")])])
BAD = Batch(100, journals=[(10, [JournalPair("1001", "30.00"), JournalPair("1001", "1.50")])])


def given_two_batches(books: EjvBooks) -> None:
    account = books.account()
    for batch, journal, invoice, total in ((100, 10, 1001, "31.50"), (200, 20, 2001, "12.00")):
        books.batch(batch)
        books.invoice(account, invoice, total)
        books.journal(batch, journal, [("invoice", invoice)], payment_account_id=account)


def statuses(books: EjvBooks) -> list[Any]:
    return [status for (status,) in books.rows("SELECT invoice_status_code FROM invoices ORDER BY id")]


def lines_of(content: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """Return a content with its lines changed; they keep their line ends."""
    return b"".join(change(content.splitlines(keepends=True)))


def shortened(content: bytes) -> bytes:
    return lines_of(content, lambda lines: [*lines[:4], lines[4][:200] + b"\n", *lines[5:]])


def without_trailer(content: bytes) -> bytes:
    return lines_of(content, lambda lines: lines[:-1])


def without_a_line(content: bytes) -> bytes:
    return lines_of(content, lambda lines: lines[:4] + lines[5:])


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a short line": (shortened, "line 5: it does not end with return code"),
    "no BT line": (without_trailer, "the batch has no BT line"),
    "a line is missing": (without_a_line, "BT counts 5 lines, 4 are there"),
    "no BH line": (lambda c: lines_of(c, lambda lines: [lines[0], *lines[2:]]), "it has no readable BH line"),
    "BT of another batch": (
        lambda c: lines_of(c, lambda ls: [*ls[:-1], ls[-1].replace(b"000000100", b"000000101")]),
        "BT names batch 101, BG names 100",
    ),
    "journal of another batch": (
        lambda c: c.replace(b"FI000000100", b"FI000000999"),
        "journal 10 names batch 999, expected 100",
    ),
    "the batch total is off": (
        lambda c: c.replace(b"000000000031.500000 ", b"000000000031.490000 "),
        "BT says 31.49 CAD",
    ),
    "the journal total is off": (lambda c: c.replace(b"31.50ACAD", b"31.51ACAD"), "journal 10: JH says 31.51 CAD"),
    "an unknown record": (lambda c: c.replace(b"GIJD", b"GIJX", 1), "begins with 'GIJX'"),
    "an unknown flow-through": (
        lambda c: c.replace(b"#10011001 ", b"#1001GL99 ", 1),
        "names no invoice (found 'GL99')",
    ),
    "a flow-through that is no number": (lambda c: c.replace(b"#10011001 ", b"#10011-2-3 ", 1), "names no invoice"),
    "an amount that is none": (lambda c: c.replace(b"000000000001.50C", b"00000000000x.50C"), "cannot be read"),
    "a negative amount": (lambda c: c.replace(b"000000000001.50C", b"-00000000001.50C"), "cannot be read"),
    "no return code": (lambda c: c.replace(b"0000" + b" " * 150, b"    " + b" " * 150, 3), "there is no return code"),
    "an unreadable batch number": (lambda c: c.replace(b"000000100", b"00000010X", 1), "there is no batch number"),
    "an unknown batch": (lambda _: Batch(777, journals=BAD.journals).feedback(), "batch 777 has no row in ejv_files"),
    "a foreign feeder": (lambda c: c.replace(b"BG...3535", b"BG...1111"), "BG names feeder 1111"),
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_batch_is_held_and_the_other_applied(damage: str, first: bool, office: FeedbackOffice) -> None:
    change, said = DAMAGE[damage]
    given_two_batches(office.books)
    bad, good = change(BAD.feedback()), GOOD.feedback()
    outcome = office.apply(bad + good if first else good + bad)
    assert statuses(office.books) == ["APPROVED", "PAID"]
    assert any(said.removeprefix("line 5: ") in reject.detail for reject in outcome.rejects), outcome.rejects
    assert outcome.exit_code == 3
    assert [state for _, state in office.states()] == ["failed"]
    assert sorted(office.books.rows("SELECT state FROM pay_jobs.feedback_batches")) == [("applied",), ("held",)]
    assert office.books.one("SELECT feedback_file_ref FROM ejv_files WHERE id = 100") is None


def test_the_list_of_what_is_held_names_a_batch_that_is_held_in_a_file_that_is_not(office: FeedbackOffice) -> None:
    given_two_batches(office.books)
    office.take_in(DAMAGE["no BT line"][0](BAD.feedback()) + GOOD.feedback())

    listed = show_files(office.books.context(), FileListArguments("held"))

    [row] = listed.tables[0].records()
    assert (row["file"], row["state"], row["batch"]) == (FEEDBACK, "failed", 100)
    assert row["command"] == f"python3 invoke_jobs.py files show {FEEDBACK}"
    assert listed.answer == "No file is held. 1 batch of feedback is held in files that failed."
    office.run(ignore=FEEDBACK, reason="ticket 4711")
    assert show_files(office.books.context(), FileListArguments("held")).answer == "No file is held."


@pytest.mark.parametrize("name", ["no BT line", "an unknown record"])
def test_a_held_batch_keeps_its_faults_with_line_numbers(name: str, office: FeedbackOffice) -> None:
    given_two_batches(office.books)
    office.apply(GOOD.feedback() + DAMAGE[name][0](BAD.feedback()))
    [(reason,)] = office.books.rows("SELECT reason FROM pay_jobs.feedback_batches WHERE state = 'held'")
    assert "line " in reason


@pytest.mark.parametrize(
    "harmless",
    [
        lambda c: c.replace(b"\n", b"\r\n"),
        lambda c: c.rstrip(b"\n"),
        lambda c: c + b"\n\n",
        lambda c: c.replace(b"...", b"\x1d  "),
        lambda c: c.replace(b"MINISTRY OF", b"MINI\x1dTRY\x0bOF"),
        lambda c: c.replace(b"MINISTRY OF", b"M\x85N\x1cSTRY\x1eOF"),
        lambda c: c.replace(b"CGI\n", b"CGI\x1d\n"),
        lambda c: c.replace(b"MINISTRY OF", "MINISTÈRE F".encode()),
        lambda c: c.replace(b"MINISTRY OF SA", "MINISTÈRE DÉ".encode()),
        lambda c: c.replace(b"MINISTRY OF SAMPLES", "MINISTRY\u2028OF SAMPLES".encode()),
        lambda c: c.replace(b"MINISTRY", b"MINIST\xc8R"),
        lambda c: c.replace(b"MINISTRY", b"MINI\0TRY"),
    ],
    ids=["CR LF", "no last LF", "blank lines", "0x1D for dots", "0x1D and 0x0B inside", "0x85, 0x1C and 0x1E inside",
         "0x1D at the end", "accents counted as characters", "accents counted as bytes", "U+2028 inside", "Latin-1",
         "NUL inside"],
)  # fmt: skip
def test_odd_bytes_change_nothing(harmless: Callable[[bytes], bytes], office: FeedbackOffice) -> None:
    given_two_batches(office.books)
    outcome = office.apply(harmless(BAD.feedback() + GOOD.feedback()))
    assert (statuses(office.books), outcome.rejects) == (["PAID", "PAID"], [])


def test_lines_outside_any_batch_are_named(office: FeedbackOffice) -> None:
    given_two_batches(office.books)
    outcome = office.apply(b"HELLO FROM CGI\n" + BAD.feedback() + GOOD.feedback()[29:])
    assert statuses(office.books) == ["PAID", "APPROVED"]
    assert [reject.where.rpartition(" line ")[2] for reject in outcome.rejects] == ["1", "10", "11", "12", "13", "14"]


def test_a_file_without_a_batch_fails(office: FeedbackOffice) -> None:
    outcome = office.apply(b"")
    assert ([reject.reason for reject in outcome.rejects], office.states()[0][1]) == (["no batch"], "failed")


def test_journals_and_links_that_do_not_match_are_named_and_the_rest_applied(office: FeedbackOffice) -> None:
    books = office.books
    given_two_batches(books)
    books.add("ejv_links", ejv_header_id=10, link_type="invoice", link_id=3003)
    pairs = [JournalPair("1001", "31.50"), JournalPair("4004", "1.00")]
    outcome = office.answer(Batch(100, journals=[(10, pairs), (20, [JournalPair("2001", "12.00")])]))
    assert statuses(books) == ["PAID", "APPROVED"]
    assert [(reject.reason, reject.where.partition(" batch ")[2]) for reject in outcome.rejects] == [
        ("unknown link", "100 journal 10 line 6"),
        ("unknown journal", "100 journal 20 line 9"),
        ("not answered", "100 journal 10"),
    ]
    assert outcome.counts["lines_rejected"] == 4


def test_what_can_be_read_is_applied_on_request_and_incomplete_invoices_are_not(office: FeedbackOffice) -> None:
    books = office.books
    account = books.account()
    books.batch(100)
    for invoice, total in ((1001, "31.50"), (1002, "12.00")):
        books.invoice(account, invoice, total)
    books.journal(100, 10, [("invoice", 1001), ("invoice", 1002)], payment_account_id=account)
    pairs = [JournalPair("1001", "30.00"), JournalPair("1001", "1.50"), JournalPair("1002", "12.00")]
    damaged = shortened(Batch(100, journals=[(10, pairs)]).feedback())
    office.take_in(damaged)
    outcome = office.run(file="FEEDBACK.F3535.20261117214512", despite_faults=True, reason="CAS cannot send it again")
    assert statuses(books) == ["APPROVED", "PAID"]
    assert "incomplete" in [reject.reason for reject in outcome.rejects]


@pytest.mark.parametrize("missing", [3, 4])
def test_half_of_a_pair_moves_nothing_even_on_request(missing: int, office: FeedbackOffice) -> None:
    books = office.books
    books.batch(100, "DISBURSEMENT")
    books.invoice(books.account(), 1001, "28.50", "PAID", disbursement_status_code="UPLOADED")
    books.journal(100, 10, [("invoice", 1001)], partner_code="VS")
    whole = Batch(100, journals=[(10, [JournalPair("1001", "28.50")])]).feedback()
    office.take_in(lines_of(whole, lambda lines: lines[:missing] + lines[missing + 1 :]))
    outcome = office.run(file="FEEDBACK.F3535.20261117214512", despite_faults=True, reason="CAS cannot send it again")
    assert "incomplete" in [reject.reason for reject in outcome.rejects]
    assert books.one("SELECT disbursement_status_code FROM invoices") == "UPLOADED"


def test_a_held_batch_whose_cause_is_gone_is_applied_by_name(office: FeedbackOffice) -> None:
    given_two_batches(office.books)
    office.books.change("UPDATE ejv_files SET file_type = 'REFUND' WHERE id = 100")
    office.take_in(BAD.feedback() + GOOD.feedback())
    assert "is of type REFUND" in office.run(file="FEEDBACK.F3535.20261117214512").rejects[0].detail
    office.books.change("UPDATE ejv_files SET file_type = 'PAYMENT' WHERE id = 100")
    outcome = office.run(file="FEEDBACK.F3535.20261117214512")
    assert (statuses(office.books), outcome.exit_code) == (["PAID", "PAID"], 0)
    assert office.states() == [("FEEDBACK.F3535.20261117214512", "applied")]


def test_a_batch_of_which_nothing_fits_stays_without_an_answer(office: FeedbackOffice) -> None:
    given_two_batches(office.books)
    office.books.change("DELETE FROM ejv_links WHERE ejv_header_id = 10")
    outcome = office.answer(BAD)
    assert [reject.reason for reject in outcome.rejects] == ["unknown link"]
    assert office.books.one(
        "SELECT disbursement_status_code, feedback_file_ref, completed_on FROM ejv_files WHERE id = 100"
    ) == ("UPLOADED", None, None)
    assert office.books.one("SELECT disbursement_status_code FROM ejv_headers WHERE id = 10") == "UPLOADED"
    assert office.books.one("SELECT state FROM pay_jobs.feedback_batches") == "held"


def test_an_answer_that_contradicts_an_earlier_one_changes_nothing(office: FeedbackOffice) -> None:
    given_two_batches(office.books)
    office.answer(GOOD)
    outcome = office.answer(GOOD, {5: "1117 BAD"}, name="FEEDBACK.F3535.20261118214512")
    assert statuses(office.books) == ["APPROVED", "PAID"]
    assert [reject.reason for reject in outcome.rejects] == ["refused after acceptance"]


def test_a_batch_half_processed_by_another_system_is_finished(office: FeedbackOffice) -> None:
    books = office.books
    given_two_batches(books)
    books.change("UPDATE ejv_files SET feedback_file_ref = 'FEEDBACK.F3535.20261117214512' WHERE id = 100")
    office.answer(BAD)
    assert statuses(books) == ["PAID", "APPROVED"]


def test_a_file_type_that_does_not_match_is_held(office: FeedbackOffice) -> None:
    given_two_batches(office.books)
    office.books.change("UPDATE ejv_files SET file_type = 'REFUND' WHERE id = 100")
    outcome = office.answer(BAD)
    assert "batch 100 is of type REFUND" in outcome.rejects[0].detail
