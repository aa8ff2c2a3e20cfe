"""The CGI directory: what is taken, what is left and named, and what an ACK tells."""

from typing import Any

import pytest

from config.settings import CgiSettings
from tasks.ejv_feedback_check.file_names import wanted_names
from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

INBOX = "INBOX.F3535.20261118040107"
BATCH = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])


@pytest.fixture
def sent(office: FeedbackOffice) -> FeedbackOffice:
    """Batch 100 is at CGI."""
    given_batch(office.books)
    office.sent(BATCH, INBOX)
    return office


def given_batch(books: EjvBooks) -> None:
    account = books.account()
    books.batch(100, name=INBOX)
    books.invoice(account, 1001, "30.00")
    books.journal(100, 10, [("invoice", 1001)], payment_account_id=account)


def test_feedback_is_fetched_stored_applied_and_moved(sent: FeedbackOffice) -> None:
    sent.place.put("FEEDBACK.F3535.20261117214512", BATCH.feedback())
    outcome = sent.run()
    assert sent.books.one("SELECT invoice_status_code FROM invoices") == "PAID"
    assert sent.states() == [("FEEDBACK.F3535.20261117214512", "applied")]
    assert (sent.place.uploaded(), len(sent.place.backed_up())) == ([], 1)
    [key] = sent.store.list("cgi/")
    assert b"".join(sent.store.read(key)) == BATCH.feedback()
    assert (outcome.exit_code, outcome.counts["batches_overdue"]) == (0, 0)


def test_triggers_of_inbox_files_and_everything_unknown_are_left_and_named(sent: FeedbackOffice) -> None:
    names = [INBOX, f"{INBOX}.TRG", "README.txt", "OTHER.F3535.20261118040107.TRG"]
    for name in names:
        sent.place.put(name, b"")
    outcome = sent.run()
    assert sent.place.uploaded() == sorted(names)
    for name in names:
        assert any(name in note for note in outcome.notes)


def test_a_trigger_beside_feedback_is_moved_with_it(sent: FeedbackOffice) -> None:
    sent.place.put("FEEDBACK.F3535.20261117214512", BATCH.feedback())
    sent.place.put("FEEDBACK.F3535.20261117214512.TRG", b"")
    sent.run()
    assert (sent.place.uploaded(), len(sent.place.backed_up())) == ([], 2)


def test_the_inbox_prefix_has_a_setting_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting the feedback prefix must not make inbox files ours to take (weakness 17)."""
    monkeypatch.setenv("CGI_FEEDBACK_FILE_PREFIX", "ANSWER")
    monkeypatch.setenv("CGI_TRIGGER_FILE_SUFFIX", ".TRG")
    settings = CgiSettings()
    names = wanted_names(settings)
    assert names.matches("ANSWER.F3535.20261117214512")
    assert not names.matches(INBOX)
    assert not names.is_trigger(f"{INBOX}.TRG")
    assert (settings.inbox_prefix, settings.trigger_ending) == ("INBOX", ".TRG")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ACK.F3535.20261118040107", b""),
        ("ACK.INBOX.F3535.20261118040107", b""),
        ("ACK.F3535.20261118040555", b"received INBOX.F3535.20261118040107 ok\n"),
        ("ACK.F3535.20261118040555", b"GIBG...353520270000001004010\n"),
        ("ACK.F3535.20261118040555", b"3535GIBH\x1d353520270000001004010\x1d\n"),
    ],
)
def test_an_ack_whose_name_or_content_names_the_batch_acknowledges_it(
    name: str, content: bytes, sent: FeedbackOffice
) -> None:
    sent.place.put(name, content)
    outcome = sent.run()
    assert sent.books.one("SELECT disbursement_status_code, ack_file_ref FROM ejv_files") == ("ACKNOWLEDGED", name)
    assert outcome.counts["batches_outstanding"] == 1
    assert sent.states() == [(name, "applied")]


def test_an_ack_that_names_no_batch_is_kept_and_reported(sent: FeedbackOffice) -> None:
    sent.place.put("ACK.F3535.20261118040555", b"")
    outcome = sent.run()
    assert sent.books.one("SELECT disbursement_status_code, ack_file_ref FROM ejv_files") == ("UPLOADED", None)
    assert "ACK.F3535.20261118040555 acknowledges no batch that is known." in outcome.notes


def test_two_acks_of_the_same_content_are_both_recorded(sent: FeedbackOffice) -> None:
    sent.place.put("ACK.F3535.20261118040555", b"")
    sent.place.put("ACK.F3535.20261118040107", b"")
    sent.run()
    assert sent.books.one("SELECT ack_file_ref FROM ejv_files") == "ACK.F3535.20261118040107"


@pytest.mark.parametrize("way", ["file", "replay"])
def test_an_ack_that_cgi_wrote_after_it_was_taken_can_be_released(way: str, sent: FeedbackOffice) -> None:
    name = "ACK.F3535.20261118040107"
    typed: dict[str, Any] = {way: name}
    sent.books.batch(200)
    sent.place.put(name, b"")
    sent.run()
    (path,) = sent.place.backed_up()
    path.write_bytes(b"GIBG...353520270000002004010\n")
    assert sent.run().exit_code == 3
    assert sent.states() == [(name, "applied"), (name, "held")]

    sent.run(reason="ticket 4711", **typed)

    assert sent.states() == [(name, "applied"), (name, "applied")]
    assert sent.books.one("SELECT ack_file_ref FROM ejv_files WHERE id = 200") == name
    details = sent.books.one("SELECT details FROM pay_jobs.inbound_files ORDER BY id DESC LIMIT 1")
    assert (details["released"], details["replayed"]) == (["changed"], "ticket 4711")


def test_an_ack_never_sets_an_answered_batch_back(sent: FeedbackOffice) -> None:
    sent.apply(BATCH.feedback())
    sent.place.put("ACK.F3535.20261118040107", b"")
    sent.run()
    assert sent.books.one("SELECT disbursement_status_code FROM ejv_files") == "COMPLETED"


def test_feedback_of_the_same_name_with_other_content_is_held(sent: FeedbackOffice) -> None:
    sent.place.put("FEEDBACK.F3535.20261117214512", BATCH.feedback())
    sent.run()
    sent.place.put("FEEDBACK.F3535.20261117214512", BATCH.feedback({5: "1117 NO"}))
    outcome = sent.run()
    assert [reject.reason for reject in outcome.rejects] == ["held"]
    assert sent.books.one("SELECT invoice_status_code FROM invoices") == "PAID"


def test_a_dry_run_reads_and_reports_and_leaves_everything(sent: FeedbackOffice) -> None:
    sent.place.put("FEEDBACK.F3535.20261117214512", BATCH.feedback())
    outcome = sent.run(dry_run=True)
    assert outcome.counts["lines_applied"] == 6
    assert (sent.place.uploaded(), sent.states()) == (["FEEDBACK.F3535.20261117214512"], [])
    assert sent.books.one("SELECT invoice_status_code FROM invoices") == "APPROVED"


@pytest.mark.parametrize("way", ["file", "replay"])
def test_a_held_file_is_applied_alike_by_file_and_by_replay(way: str, sent: FeedbackOffice) -> None:
    """The answer to a second batch was written after a pause."""
    typed: dict[str, Any] = {way: "FEEDBACK.F3535.20261117214512"}
    name = "FEEDBACK.F3535.20261117214512"
    account = sent.books.account()
    sent.books.batch(200)
    sent.books.invoice(account, 2001, "12.00")
    sent.books.journal(200, 20, [("invoice", 2001)], payment_account_id=account)
    second = Batch(200, journals=[(20, [JournalPair("2001", "12.00")])]).feedback()
    sent.place.put(name, BATCH.feedback())
    assert sent.run().counts["batches_applied"] == 1
    (path,) = sent.place.backed_up()
    path.write_bytes(BATCH.feedback() + second)

    outcome = sent.run()

    assert (outcome.exit_code, sent.states()) == (3, [(name, "applied"), (name, "held")])
    assert f'files replay {name} --reason "..."' in outcome.rejects[0].command
    sent.run(reason="ticket 4711", **typed)
    assert sent.books.one("SELECT max(details ->> 'replayed') FROM pay_jobs.inbound_files") == "ticket 4711"
    assert sent.states() == [(name, "applied"), (name, "applied")]
    assert sent.books.rows("SELECT id, invoice_status_code FROM invoices ORDER BY id") == [
        (1001, "PAID"),
        (2001, "PAID"),
    ]
    assert sent.books.one("SELECT count(*) FROM receipts") == 2


def test_a_replay_does_not_apply_a_damaged_batch(sent: FeedbackOffice) -> None:
    name = "FEEDBACK.F3535.20261117214512"
    sent.place.put(name, BATCH.feedback()[:-30] + b"\n")
    sent.run()
    outcome = sent.run(replay=name, reason="ticket 4711")
    assert (outcome.counts["batches_held"], outcome.counts["batches_applied"]) == (1, 0)
    assert sent.books.one("SELECT invoice_status_code FROM invoices") == "APPROVED"


def test_a_batch_that_was_tried_before_has_each_line_once_with_what_became_of_it_last(sent: FeedbackOffice) -> None:
    name = "FEEDBACK.F3535.20261117214512"
    account = sent.books.account()
    sent.books.batch(200)
    sent.books.invoice(account, 2001, "12.00")
    sent.books.journal(200, 20, [], payment_account_id=account)
    sent.place.put(name, Batch(200, journals=[(20, [JournalPair("2001", "12.00")])]).feedback())
    outcomes = "SELECT line, outcome FROM pay_jobs.feedback_lines WHERE subject = '2001' ORDER BY line"
    assert sent.run().counts["batches_held"] == 1
    assert sent.books.rows(outcomes) == [(4, "rejected"), (5, "rejected")]
    sent.books.change(
        "INSERT INTO ejv_links (link_id, link_type, ejv_header_id, disbursement_status_code, sequence) "
        "VALUES (2001, 'invoice', 20, 'UPLOADED', 1)"
    )

    sent.run(replay=name, reason="ticket 4711")

    assert sent.books.rows(outcomes) == [(4, "applied"), (5, "applied")]
    assert sent.books.one("SELECT count(*) FROM pay_jobs.feedback_lines") == 6


def test_empty_feedback_stays_where_it_is_while_an_empty_ack_is_taken(sent: FeedbackOffice) -> None:
    sent.place.put("FEEDBACK.F3535.20261117214512", b"")
    sent.place.put("ACK.F3535.20261118040107", b"")
    sent.run()
    assert sent.place.uploaded() == ["FEEDBACK.F3535.20261117214512"]
    assert sent.states() == [("ACK.F3535.20261118040107", "applied")]


def test_a_name_whose_date_is_not_a_date_is_reported_and_the_file_read(sent: FeedbackOffice) -> None:
    sent.place.put("FEEDBACK.F3535.20260229214512", BATCH.feedback())
    outcome = sent.run()
    assert sent.books.one("SELECT invoice_status_code FROM invoices") == "PAID"
    said = "FEEDBACK.F3535.20260229214512: 20260229 in its name is not a date; it is read all the same."
    assert said in outcome.notes
