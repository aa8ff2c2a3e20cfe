"""Resubmitting, rebuilding and unstopping: what they change, and when they refuse."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from config.errors import InputRefused, UsageError
from connectors.effects import ClaimLost, LateEffect, breaking_in
from connectors.sftp import RemoteFile, SftpSession
from tests.ejv_factory import Batch, EjvBooks, Item, JournalPair
from tests.old_schema import written_before
from tests.tasks.ejv_feedback_check.conftest import FEEDBACK, FeedbackOffice
from tests.tools.verify.watch import all_findings

INBOX = "INBOX.F3535.20261118040107"
BATCH = Batch(
    100, journals=[(10, [JournalPair("1001", "30.00"), JournalPair("7600001-PR-55", "5.00", is_reversal=True)])]
)
SATURDAY = datetime(2026, 11, 21, 18, 30, 15, tzinfo=UTC)
NEW = "INBOX.F3535.20261123113015"
WHY = "ticket 4711: CAS never got it"


@pytest.fixture
def sent(office: FeedbackOffice) -> FeedbackOffice:
    """Batch 100 was sent on Tuesday; it is Saturday."""
    given_batch(office.books)
    office.sent(BATCH, INBOX)
    office.books.clock = lambda: SATURDAY
    return office


def given_batch(books: EjvBooks) -> None:
    account = books.account()
    books.batch(100, name=INBOX)
    books.invoice(account, 1001, "30.00")
    books.invoice(account, 7600001, "40.00", "PAID")
    books.partial_refund(55, 7600001, "5.00")
    books.journal(100, 10, [("invoice", 1001), ("partial_refund", 55)], payment_account_id=account)


def test_a_batch_is_sent_again_under_a_fresh_name_of_the_next_business_day(sent: FeedbackOffice) -> None:
    outcome = sent.run(resubmit=100, reason=WHY)
    assert sent.place.uploaded() == [NEW, f"{NEW}.TRG"]
    assert (sent.place.upload / NEW).read_bytes() == BATCH.inbox()
    assert (sent.place.upload / f"{NEW}.TRG").read_bytes() == b""
    columns = "subject, plan ->> 'old_name', plan ->> 'new_name', state, reason, plan ->> 'business_day'"
    assert sent.books.one(f"SELECT {columns} FROM pay_jobs.operations") == (
        "batch 100", INBOX, NEW, "done", WHY, "2026-11-23",
    )  # fmt: skip
    assert f"cgi_processed/{NEW}" in sent.store.list("")
    assert (outcome.exit_code, outcome.counts["batches_resubmitted"]) == (0, 1)


def test_the_fresh_name_avoids_every_name_that_is_taken(sent: FeedbackOffice) -> None:
    sent.books.batch(101, name=NEW)
    sent.place.put("INBOX.F3535.20261123113016", b"x")
    sent.run(resubmit=100, reason=WHY)
    assert "INBOX.F3535.20261123113017" in sent.place.uploaded()


def test_a_dry_run_shows_the_name_and_sends_nothing(sent: FeedbackOffice) -> None:
    outcome = sent.run(dry_run=True, resubmit=100, reason=WHY)
    assert outcome.tables[0].records()[0]["new name"] == NEW
    assert (sent.place.uploaded(), sent.books.rows("SELECT * FROM pay_jobs.operations")) == ([], [])


def test_a_resubmitted_batch_takes_its_answer_and_its_ack(sent: FeedbackOffice) -> None:
    sent.run(resubmit=100, reason=WHY)
    sent.place.put(f"ACK.{NEW}", b"")
    sent.run()
    assert sent.books.one("SELECT disbursement_status_code FROM ejv_files") == "ACKNOWLEDGED"
    sent.apply(BATCH.feedback())
    assert sent.books.one("SELECT invoice_status_code FROM invoices WHERE id = 1001") == "PAID"


def refuse(office: FeedbackOffice, said: str, **arguments: Any) -> None:
    before = office.place.uploaded()
    with pytest.raises(InputRefused, match=said):
        office.run(resubmit=100, reason=WHY, **arguments)
    assert office.place.uploaded() == before


@pytest.mark.parametrize("status", ["COMPLETED", "ERRORED"])
def test_a_batch_with_an_answered_link_is_not_sent_again(status: str, sent: FeedbackOffice) -> None:
    sent.books.change("UPDATE ejv_links SET disbursement_status_code = :s WHERE link_id = 1001", s=status)
    refuse(sent, f"1 of its links are {status}")


def test_a_batch_with_stored_feedback_is_not_sent_again(sent: FeedbackOffice) -> None:
    sent.apply(BATCH.feedback()[:-30])
    refuse(sent, "is stored and not applied")


def test_a_batch_with_feedback_in_the_old_bucket_folder_is_not_sent_again(sent: FeedbackOffice) -> None:
    sent.store.put("cgi_feedback/FEEDBACK.F3535.20261118214512", [BATCH.feedback()])
    refuse(sent, "FEEDBACK.F3535.20261118214512 is stored and not applied")


def test_a_batch_is_not_sent_again_while_feedback_waits_in_the_directory(sent: FeedbackOffice) -> None:
    sent.place.put("FEEDBACK.F3535.20261118214512", b"")
    refuse(sent, "wait in the CGI directory: run EJV_FEEDBACK_CHECK first")


def test_a_batch_is_not_sent_twice_on_a_day(sent: FeedbackOffice) -> None:
    sent.run(resubmit=100, reason=WHY)
    refuse(sent, f"sent again this business day already, as {NEW}")


@pytest.mark.parametrize("how", ["resubmit", "rebuild"])
def test_a_batch_that_cgi_may_still_run_is_left_alone_unless_cas_says_it_never_came(
    how: str, sent: FeedbackOffice
) -> None:
    asked: dict[str, Any] = {how: 100, "reason": WHY}
    sent.books.change("UPDATE ejv_files SET created_on = :at", at=SATURDAY - timedelta(hours=20))
    with pytest.raises(InputRefused, match="less than a business day ago, and CGI may still run it"):
        sent.run(**asked)
    sent.run(**asked, skip_wait=True)
    assert (len(sent.place.uploaded()), sent.books.one("SELECT message IS NULL FROM ejv_files")) == (
        (2, True) if how == "resubmit" else (0, False)
    )


def test_a_stored_file_that_changed_since_it_was_chosen_is_not_sent(sent: FeedbackOffice) -> None:
    sent.begun(100, INBOX, NEW, sha256="0" * 64)
    outcome = sent.run(resubmit=100, reason=WHY)
    assert "no longer what it was when it was chosen" in outcome.rejects[0].detail
    assert (sent.place.uploaded(), sent.books.one("SELECT state FROM pay_jobs.operations")) == ([], "dropped")


def given_begun(office: FeedbackOffice) -> None:
    office.begun(100, INBOX, NEW, sha256=sha256(BATCH.inbox()).hexdigest())


def test_a_dry_run_leaves_a_resubmission_that_was_begun_to_the_next_run(sent: FeedbackOffice) -> None:
    given_begun(sent)
    outcome = sent.run(dry_run=True)
    assert (sent.place.uploaded(), outcome.counts["batches_resubmitted"]) == ([], 0)
    assert sent.run().counts["batches_resubmitted"] == 1
    assert sent.place.uploaded() == [NEW, f"{NEW}.TRG"]


def test_a_dry_run_of_a_resubmission_that_was_begun_says_that_it_would_be_finished(sent: FeedbackOffice) -> None:
    given_begun(sent)

    outcome = sent.run(dry_run=True, resubmit=100, reason=WHY)

    assert outcome.answer == f"Batch 100 was begun to be sent again as {NEW}; that would be brought to its end."
    assert sent.place.uploaded() == []


@pytest.mark.parametrize("taken", [set(), {""}, {"", ".TRG"}], ids=["nothing", "the data file", "both files"])
def test_what_was_sent_before_a_run_died_is_not_sent_again(taken: set[str], sent: FeedbackOffice) -> None:
    with breaking_in(_dies_behind_the_trigger), pytest.raises(KeyboardInterrupt):
        sent.run(resubmit=100, reason=WHY)
    for ending in taken:
        (sent.place.upload / f"{NEW}{ending}").unlink()
    before = sent.place.uploaded()

    outcome = sent.run()

    assert sent.place.uploaded() == before
    assert outcome.rejects == []
    assert sent.books.one("SELECT state FROM pay_jobs.operations") == "done"


def test_a_trigger_that_was_sent_perhaps_is_sent_where_only_the_data_file_is_there_and_that_is_told(
    sent: FeedbackOffice,
) -> None:
    """Whether it never arrived or CGI has taken it, nothing shows; a second one is a second run of the file."""
    with breaking_in(_dies_behind_the_trigger), pytest.raises(KeyboardInterrupt):
        sent.run(resubmit=100, reason=WHY)
    (sent.place.upload / f"{NEW}.TRG").unlink()

    outcome = sent.run()

    assert sent.place.uploaded() == [NEW, f"{NEW}.TRG"]
    [told] = [reject for reject in outcome.rejects if reject.reason == "trigger perhaps sent a second time"]
    assert "ask CAS whether it ran once" in told.detail


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_second_trigger_is_told_by_the_run_that_ends_the_resubmission_where_its_sender_died(
    is_answered: bool, sent: FeedbackOffice
) -> None:
    trigger = sent.place.upload / f"{NEW}.TRG"
    runs: list[dict[str, Any]] = [{"resubmit": 100, "reason": WHY}, {}]
    for run in runs:
        trigger.unlink(missing_ok=True)
        with breaking_in(_dies_behind_the_trigger), pytest.raises(KeyboardInterrupt):
            sent.run(**run)
    if is_answered:
        trigger.unlink()
        sent.apply(BATCH.feedback())

    outcome = sent.run()

    reasons = [reject.reason for reject in outcome.rejects]
    assert reasons.count("trigger perhaps sent a second time") == 1
    assert ("resubmission not finished" in reasons) is is_answered


@pytest.mark.parametrize("died", ["intended 2 send trigger", "answered 2 send trigger"])
def test_a_second_trigger_is_told_as_possible_where_the_run_before_died_on_its_way(
    died: str, sent: FeedbackOffice
) -> None:
    """Nothing shows whether the first one left."""

    def dies(step: str) -> None:
        if step == died:
            raise KeyboardInterrupt

    with breaking_in(dies), pytest.raises(KeyboardInterrupt):
        sent.run(resubmit=100, reason=WHY)
    (sent.place.upload / f"{NEW}.TRG").unlink(missing_ok=True)

    [told] = sent.run().rejects

    assert told.reason == "trigger perhaps sent a second time"
    assert "and sent it again, or was about to" in told.detail


def _dies_behind_the_trigger(step: str) -> None:
    if step == "answered 2 send trigger":
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ([NEW], f"The trigger {NEW}.TRG of batch 100 lies in /data, and CGI has taken its file already"),
        ([NEW, f"{NEW}.TRG"], "was taken over by another run"),
        ([], "was taken over by another run"),
    ],
)
def test_a_trigger_that_comes_after_that_of_another_run_is_told_where_cgi_leaves_it(
    taken: list[str], said: str, sent: FeedbackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = SftpSession.write

    def overtaken(session: SftpSession, directory: str, name: str, chunks: Iterable[bytes]) -> RemoteFile:
        found = write(session, directory, name, chunks)
        if name.endswith(".TRG"):
            sent.books.change("UPDATE pay_jobs.operation_steps SET attempts = attempts + 1")
            for one in taken:
                (sent.place.upload / one).unlink()
        return found

    monkeypatch.setattr(SftpSession, "write", overtaken)
    with pytest.raises(LateEffect if taken == [NEW] else ClaimLost, match=said):
        sent.run(resubmit=100, reason=WHY)


@pytest.mark.parametrize("state", ["begun", "data_sent", "triggering"])
def test_a_resubmission_that_was_open_before_there_was_one_journal_is_finished(
    state: str, sent: FeedbackOffice
) -> None:
    written_before(
        sent.books.database.engine,
        "0017",
        f"""
        INSERT INTO pay_jobs.resubmissions (batch_number, old_name, new_name, object_key, size_bytes, sha256,
                                            business_day, state, reason, begun_on)
        VALUES (100, '{INBOX}', '{NEW}', 'cgi_processed/{INBOX}', 1, '{sha256(BATCH.inbox()).hexdigest()}',
                '2026-11-23', '{state}', '{WHY}', '{SATURDAY.isoformat()}')
        """,
    )
    if state != "begun":
        sent.place.put(NEW, BATCH.inbox())

    sent.run()

    assert sent.place.uploaded() == [NEW, f"{NEW}.TRG"]
    assert sent.books.one("SELECT state FROM pay_jobs.operations") == "done"


def test_a_batch_of_a_past_month_is_sent_only_on_demand(sent: FeedbackOffice) -> None:
    december = datetime(2026, 12, 2, 18, 0, tzinfo=UTC)
    refuse(sent, "lie in a month before December 2026", at=december)
    sent.run(resubmit=100, reason=WHY, closed_period=True)
    assert len(sent.place.uploaded()) == 2


def test_a_batch_of_a_past_fiscal_year_is_sent_only_on_demand(sent: FeedbackOffice) -> None:
    refuse(sent, "its fiscal year is 2027, the current one is 2028", at=datetime(2027, 4, 2, 18, 0, tzinfo=UTC))


def test_a_batch_whose_inbox_file_is_missing_or_never_left_is_not_sent_again(sent: FeedbackOffice) -> None:
    sent.store.remove(f"cgi_processed/{INBOX}")
    refuse(sent, "is not in the bucket")
    sent.store.put(f"cgi_processing/{INBOX}", [BATCH.inbox()])
    refuse(sent, "was never sent")


def test_an_inbox_file_that_is_damaged_or_of_another_batch_is_not_sent(sent: FeedbackOffice) -> None:
    sent.store.put(f"cgi_processed/{INBOX}", [Batch(101, journals=BATCH.journals).inbox()])
    refuse(sent, r"it holds the batches \[101\]")
    sent.store.put(f"cgi_processed/{INBOX}", [BATCH.inbox()[:-60]])
    refuse(sent, "is damaged")


def test_an_unknown_batch_is_a_wrong_command(sent: FeedbackOffice) -> None:
    actions: list[dict[str, Any]] = [{"resubmit": 999}, {"rebuild": 999}]
    for action in actions:
        with pytest.raises(UsageError, match="no batch 999"):
            sent.run(reason=WHY, **action)


def test_a_rebuild_sets_everything_of_a_payment_batch_free(sent: FeedbackOffice) -> None:
    outcome = sent.run(rebuild=100, reason="the month is closed")
    books = sent.books
    assert books.rows("SELECT status_code FROM invoice_references WHERE invoice_id = 1001") == [("CANCELLED",)]
    assert books.one("SELECT status FROM refunds_partial") == "REFUND_REQUESTED"
    assert set(books.rows("SELECT disbursement_status_code FROM ejv_links")) == {("ERRORED",)}
    status, message = books.one("SELECT disbursement_status_code, message FROM ejv_files")
    assert (status, message.endswith("the month is closed")) == ("ERRORED", True)
    assert [row["table"] for row in outcome.tables[0].records()] == [
        "invoice_references", "refunds_partial", "ejv_links", "ejv_links", "ejv_headers", "ejv_files",
    ]  # fmt: skip


def test_a_rebuild_keeps_an_invoice_back_whose_refund_was_asked_for_after_its_charge_was_sent(
    sent: FeedbackOffice,
) -> None:
    """Without a reference the next batch would pay back what was never charged."""
    books = sent.books
    books.change("UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = 1001")
    books.add("refunds", invoice_id=1001, requested_date=SATURDAY, type="INVOICE", status="APPROVAL_NOT_REQUIRED")

    outcome = sent.run(rebuild=100, reason=WHY)

    assert books.rows("SELECT status_code FROM invoice_references WHERE invoice_id = 1001") == [("ACTIVE",)]
    [note] = [note for note in outcome.notes if "1001" in note]
    assert "the pay team closes it as CANCELLED" in note


@pytest.mark.parametrize("known_by", ["its payment date", "a receipt"])
def test_a_rebuild_leaves_a_reversal_a_settled_reference(known_by: str, sent: FeedbackOffice) -> None:
    """EJV_PAYMENT sends a reversal without a COMPLETED one every night."""
    paid = "2026-11-02" if known_by == "its payment date" else None
    sent.books.change(
        "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED', payment_date = :paid WHERE id = 1001", paid=paid
    )
    if paid is None:
        sent.books.add("receipts", invoice_id=1001, receipt_number="R1", receipt_amount=30, receipt_date=SATURDAY)

    outcome = sent.run(rebuild=100, reason=WHY)

    assert sent.books.rows("SELECT status_code FROM invoice_references WHERE invoice_id = 1001") == [("COMPLETED",)]
    [row] = [row for row in outcome.tables[0].records() if row["table"] == "invoice_references"]
    assert (row["before"], row["after"]) == ("ACTIVE", "COMPLETED")


def test_a_rebuild_holds_a_part_of_an_invoice_of_which_another_part_was_paid_back(sent: FeedbackOffice) -> None:
    """EJV_PAYMENT sends all parts of an invoice of which one is due."""
    books = sent.books
    books.partial_refund(56, 7600001, "3.00", "REFUND_PROCESSED")

    outcome = sent.run(rebuild=100, reason=WHY)

    states = books.rows("SELECT status FROM refunds_partial ORDER BY id")
    assert states == [("REFUND_PROCESSING",), ("REFUND_PROCESSED",)]
    [note] = [note for note in outcome.notes if note.startswith("Partial refund 55 stays REFUND_PROCESSING")]
    assert "paid back by hand, and makes it REFUND_PROCESSED" in note


def test_a_rebuild_leaves_a_part_to_the_answer_of_another_part_at_cgi(sent: FeedbackOffice) -> None:
    books = sent.books
    books.partial_refund(56, 7600001, "3.00")
    books.batch(101, name="INBOX.F3535.20261120040107")
    books.journal(101, 11, [("partial_refund", 56)])

    outcome = sent.run(rebuild=100, reason=WHY)

    assert books.rows("SELECT status FROM refunds_partial") == [("REFUND_PROCESSING",)] * 2
    [note] = [note for note in outcome.notes if note.startswith("Partial refund 55 stays REFUND_PROCESSING")]
    assert "while a part of invoice 7600001 is at CGI" in note
    assert "by hand" not in note


@pytest.mark.parametrize("voided", [101, 100])
def test_a_rebuild_frees_all_parts_of_an_invoice_once_none_is_at_cgi(voided: int, sent: FeedbackOffice) -> None:
    """Part 55 was refused in batch 100 and held beside part 56, which batch 101 has."""
    books = sent.books
    books.partial_refund(56, 7600001, "3.00")
    books.batch(101, name="INBOX.F3535.20261120040107")
    books.journal(101, 11, [("partial_refund", 56)])
    closed = "UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE ejv_header_id = :journal"
    books.change(closed, journal=10)
    if voided == 100:
        books.change(closed, journal=11)

    outcome = sent.run(rebuild=voided, reason=WHY, skip_wait=True)

    assert books.rows("SELECT status FROM refunds_partial") == [("REFUND_REQUESTED",)] * 2
    assert not any("REFUND_PROCESSING" in note for note in outcome.notes)


@pytest.fixture
def paid_before(sent: FeedbackOffice) -> FeedbackOffice:
    """Batch 99 paid part 56 back, and EJV_PAYMENT sent it again with part 55 in batch 100."""
    books = sent.books
    books.partial_refund(56, 7600001, "3.00")
    books.change("UPDATE refunds_partial SET gl_posted = '2026-11-17' WHERE id = 56")
    books.batch(99, name="INBOX.F3535.20261116040107")
    books.journal(99, 9, [("partial_refund", 56)])
    books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = 56")
    books.add("ejv_links", ejv_header_id=10, link_type="partial_refund", link_id=56)
    return sent


def test_a_rebuild_closes_a_part_that_an_earlier_batch_paid_back(paid_before: FeedbackOffice) -> None:
    outcome = paid_before.run(rebuild=100, reason=WHY)

    assert paid_before.books.rows("SELECT status, gl_posted, version FROM refunds_partial ORDER BY id") == [
        ("REFUND_PROCESSING", None, 1), ("REFUND_PROCESSED", datetime(2026, 11, 17), 2),
    ]  # fmt: skip
    held, closed = [note for note in outcome.notes if note.startswith("Partial refund")]
    assert "Partial refund 55 stays REFUND_PROCESSING: a part of invoice 7600001 was paid back" in held
    assert closed == "Partial refund 56 becomes REFUND_PROCESSED again: CGI paid it back in an earlier batch."


def test_a_part_that_was_paid_back_is_closed_though_the_batch_that_sent_it_again_was_answered(
    paid_before: FeedbackOffice,
) -> None:
    """The old job leaves it REFUND_PROCESSING."""
    books = paid_before.books
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE ejv_header_id = 10")
    books.change("UPDATE ejv_files SET disbursement_status_code = 'COMPLETED'")
    found = all_findings(books.database, SATURDAY, ("EJV-RELEASED",)).values()
    assert ("REFUND_PROCESSED, as an earlier batch paid it back", "refund 56 REFUND_PROCESSING") in found

    paid_before.run(rebuild=100, reason=WHY)

    assert books.one("SELECT status FROM refunds_partial WHERE id = 56") == "REFUND_PROCESSED"


def test_a_rebuild_that_is_refused_names_the_part_that_is_paid_back_by_hand(sent: FeedbackOffice) -> None:
    sent.books.partial_refund(56, 7600001, "3.00", "REFUND_PROCESSED")
    sent.apply(BATCH.feedback({7: "1117 INVALID DISTRIBUTION"}))

    with pytest.raises(InputRefused, match="nothing is left to void") as error:
        sent.run(rebuild=100, reason=WHY)

    assert "Partial refund 55 stays REFUND_PROCESSING: a part of invoice 7600001 was paid back" in str(error.value)


def test_a_dry_run_of_a_rebuild_shows_every_row_and_changes_none(sent: FeedbackOffice) -> None:
    outcome = sent.run(dry_run=True, rebuild=100, reason="the month is closed")
    assert len(outcome.tables[0].rows) == 6
    assert sent.books.one("SELECT disbursement_status_code FROM ejv_files") == "UPLOADED"


@pytest.mark.parametrize(
    ("reason", "is_stopped"),
    [
        ("nothing named", True),
        ("clear stop_ejv", False),
        ("clear stop_ejv {code}", False),
        ("clear stop_ejv 999999", True),
        ("ticket 4711. Clear stop_ejv 999999, {code}. Clear stop_ejv 999998", False),
        ("Clear  STOP_EJV {code}; ticket 4711", False),
        ("clear stop_ejv; ticket 4711", False),
    ],
)
def test_a_rebuild_clears_stop_ejv_only_where_the_reason_names_it(
    reason: str, is_stopped: bool, sent: FeedbackOffice
) -> None:
    sent.books.change("UPDATE distribution_codes SET stop_ejv = true WHERE account_id IS NOT NULL")
    code = sent.books.one("SELECT distribution_code_id FROM distribution_codes WHERE account_id IS NOT NULL")
    sent.run(rebuild=100, reason=reason.format(code=code))
    stopped = "SELECT stop_ejv FROM distribution_codes WHERE account_id IS NOT NULL"
    assert sent.books.one(stopped) is is_stopped


@pytest.mark.parametrize(
    "reason",
    [
        "leave stop_ejv as it is",
        "do not clear stop_ejv",
        "decided not to clear stop_ejv",
        "never clear stop_ejv",
        "nobody may clear stop_ejv yet",
        "do not yet clear stop_ejv {code}",
        "clear stop_ejv only after ticket {code}",
        "clear stop_ejv {code}; stop_ejv of the others stays",
        "clear stop_ejv {code}5678901234",
        "clear stop_ejv: {code}",
        "clear stop_ejv, code {code}",
        "clear stop_ejv, but not {code}",
        "do not: clear stop_ejv",
        "do not, ever, clear stop_ejv",
        "clear stop_ejv; clear stop_ejv {code}",
    ],
)
def test_a_rebuild_refuses_a_reason_that_mentions_stop_ejv_and_does_not_plainly_clear_it(
    reason: str, sent: FeedbackOffice
) -> None:
    code = sent.books.one("SELECT distribution_code_id FROM distribution_codes WHERE account_id IS NOT NULL")
    with pytest.raises(UsageError, match="it is not clear whether the stop is to be cleared"):
        sent.run(rebuild=100, reason=reason.format(code=code))


def test_a_rebuild_says_which_code_of_the_reason_is_not_stopped_in_the_batch(sent: FeedbackOffice) -> None:
    sent.books.change("UPDATE distribution_codes SET stop_ejv = true WHERE account_id IS NOT NULL")
    code = sent.books.one("SELECT distribution_code_id FROM distribution_codes WHERE account_id IS NOT NULL")
    outcome = sent.run(rebuild=100, reason=f"clear stop_ejv {code} and 999999; ticket 4711")
    assert [note for note in outcome.notes if "stop_ejv" in note] == [
        "Distribution code 999999 is no stopped code of batch 100: its stop_ejv was left as it is."
    ]


def test_a_rebuild_leaves_what_was_accepted_alone(sent: FeedbackOffice) -> None:
    sent.books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = 1001")
    outcome = sent.run(rebuild=100, reason="half answered")
    assert sent.books.one("SELECT status_code FROM invoice_references WHERE invoice_id = 1001") == "ACTIVE"
    assert any("1 link of batch 100 that CGI accepted" in note for note in outcome.notes)


def test_a_rebuild_of_an_answered_batch_is_refused_with_what_is_left_to_do(sent: FeedbackOffice) -> None:
    sent.apply(BATCH.feedback({7: "1117 INVALID DISTRIBUTION"}))
    books = sent.books
    assert books.rows("SELECT link_id, disbursement_status_code FROM ejv_links ORDER BY link_id") == [
        (55, "ERRORED"), (1001, "COMPLETED"),
    ]  # fmt: skip
    code = books.one("SELECT distribution_code_id FROM distribution_codes WHERE stop_ejv")
    with pytest.raises(InputRefused) as error:
        sent.run(rebuild=100, reason=WHY)
    assert "is not voided: CGI answered all of it in FEEDBACK.F3535.20261117214512 (1 accepted, 1 refused)" in str(
        error.value
    )
    assert "Refused: partial_refund 55: 1117 INVALID DISTRIBUTION; they are free" in str(error.value)
    assert f"ejv unstop {code}" in str(error.value)
    assert books.one("SELECT disbursement_status_code, message FROM ejv_files") == ("COMPLETED", None)


@pytest.mark.parametrize("is_reversal", [False, True])
def test_a_rebuild_of_an_answered_partner_batch_frees_the_reversals_alone(
    sent: FeedbackOffice, is_reversal: bool
) -> None:
    """The partner job takes an invoice that is ERRORED up by itself, and a reversal only where it is COMPLETED."""
    books = sent.books
    books.batch(200, "DISBURSEMENT", "INBOX.F3535.20261118030001", disbursement_status_code="ERRORED")
    status, given = ("REFUNDED", datetime(2026, 10, 1)) if is_reversal else ("PAID", None)
    books.invoice(books.account(), 2001, "30.00", status, disbursement_status_code="ERRORED", disbursement_date=given)
    books.journal(200, 20, [("invoice", 2001)], partner_code="VS", disbursement_status_code="ERRORED")
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE link_id = 2001")

    if is_reversal:
        sent.run(rebuild=200, reason=WHY)
    else:
        with pytest.raises(InputRefused, match="they are free for the next partner batch"):
            sent.run(rebuild=200, reason=WHY)

    found = books.one("SELECT disbursement_status_code FROM invoices WHERE id = 2001")
    assert found == ("COMPLETED" if is_reversal else "ERRORED")


def test_a_rebuild_of_an_ap_batch_that_was_answered_names_what_was_refused(sent: FeedbackOffice) -> None:
    batch = Batch(300, "AP", items=[Item("206000010", "12.25"), Item("206000028", "40.00")])
    sent.books.batch(300, "REFUND", "INBOX.F3535.20261118030002")
    for number, amount in (("206000010", "12.25"), ("206000028", "40.00")):
        sent.books.add("routing_slips", number=number, refund_amount=amount)
    sent.sent(batch, "INBOX.F3535.20261118030002")
    sent.apply(batch.feedback({"206000028": "3001 PAYEE REJECTED"}))
    with pytest.raises(InputRefused, match="Refused: 206000028: 3001 PAYEE REJECTED; their slips are REFUND_REJECTED"):
        sent.run(rebuild=300, reason=WHY)
    assert set(sent.books.rows("SELECT status FROM routing_slips")) == {("REFUND_PROCESSED",), ("REFUND_REJECTED",)}


def test_a_rebuild_is_refused_while_feedback_waits_in_the_directory(sent: FeedbackOffice) -> None:
    sent.place.put("FEEDBACK.F3535.20261118214512", b"")
    with pytest.raises(InputRefused, match="wait in the CGI directory"):
        sent.run(rebuild=100, reason=WHY)
    assert sent.books.one("SELECT disbursement_status_code FROM ejv_files") == "UPLOADED"


def test_a_rebuild_is_refused_twice_or_while_an_answer_is_due(sent: FeedbackOffice) -> None:
    sent.run(resubmit=100, reason=WHY)
    with pytest.raises(InputRefused, match="CGI may run that"):
        sent.run(rebuild=100, reason=WHY)
    with pytest.raises(InputRefused, match="CGI may run that"):
        sent.run(rebuild=100, reason=WHY, at=datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    sent.run(rebuild=100, reason=WHY, at=datetime(2026, 11, 24, 18, 0, tzinfo=UTC))
    with pytest.raises(InputRefused, match="it was voided before"):
        sent.run(rebuild=100, reason=WHY)


def test_an_answer_to_a_voided_batch_changes_nothing_and_is_reported(sent: FeedbackOffice) -> None:
    sent.run(rebuild=100, reason=WHY)
    outcome = sent.apply(BATCH.feedback())
    assert sent.books.one("SELECT invoice_status_code FROM invoices WHERE id = 1001") == "APPROVED"
    assert {reject.reason for reject in outcome.rejects} == {"accepted after refusal"}
    assert "double charge" in outcome.rejects[0].detail


def test_a_rebuild_of_a_partner_batch_resets_disbursements(sent: FeedbackOffice) -> None:
    books = sent.books
    books.batch(200, "DISBURSEMENT", "INBOX.F3535.20261118030001")
    account = books.account()
    paid = {"disbursement_status_code": "UPLOADED"}
    books.invoice(account, 2001, "30.00", "PAID", **paid)
    books.invoice(account, 2002, "30.00", "REFUNDED", disbursement_date=datetime(2026, 10, 1), **paid)
    books.journal(200, 20, [("invoice", 2001), ("invoice", 2002)], partner_code="VS")
    books.add("partner_disbursements", amount="5.00", partner_code="VS", target_id=2001, target_type="invoice")
    sent.run(rebuild=200, reason=WHY)
    found = books.rows("SELECT id, disbursement_status_code FROM invoices WHERE id > 2000 AND id < 3000 ORDER BY id")
    assert found == [(2001, None), (2002, "COMPLETED")]
    assert books.one("SELECT status_code FROM partner_disbursements") == "WAITING_FOR_JOB"


@pytest.mark.parametrize("older", ["UPLOADED", "ERRORED"])
def test_a_rebuild_of_a_partner_batch_leaves_the_row_alone_that_an_older_batch_sent(
    older: str, sent: FeedbackOffice
) -> None:
    """The share of an EFT invoice went out in one batch, and its reversal in the next; the first may be refused."""
    books = sent.books
    books.invoice(books.account(), 2001, "30.00", "REFUNDED")
    for number, at in ((199, datetime(2026, 11, 16, 11)), (200, datetime(2026, 11, 17, 11))):
        books.batch(number, "DISBURSEMENT", f"INBOX.F3535.{at:%Y%m%d%H%M%S}", created_on=at)
        books.journal(number, number, [("invoice", 2001)], partner_code="VS")
        books.add("partner_disbursements", amount="5.00", partner_code="VS", target_id=2001, target_type="invoice",
                  is_reversal=number == 200, processed_on=at + timedelta(seconds=2),
                  status_code="UPLOADED" if number == 200 else older)  # fmt: skip

    sent.run(rebuild=200, reason=WHY)

    found = books.rows("SELECT is_reversal, status_code FROM partner_disbursements ORDER BY id")
    assert found == [(False, older), (True, "WAITING_FOR_JOB")]


@pytest.mark.parametrize(
    ("state", "processed_on"),
    [
        ("UPLOADED", datetime(2026, 11, 16, 11, 0, 2)),
        ("ERRORED", datetime(2026, 11, 16, 23, 0)),
        ("ERRORED", datetime(2026, 11, 19, 23, 0)),
    ],
    ids=["lost at CGI", "refused", "refused after the newer batch was made"],
)
def test_a_rebuild_of_an_older_partner_batch_frees_the_row_that_it_sent_beside_a_newer_one(
    state: str, processed_on: datetime, sent: FeedbackOffice
) -> None:
    """The reversal is at CGI in the newer batch: accepted alone, the partner would give back what it never got."""
    books = sent.books
    books.invoice(books.account(), 2001, "30.00", "REFUNDED")
    for number, at in ((199, datetime(2026, 11, 16, 11)), (200, datetime(2026, 11, 17, 11))):
        books.batch(number, "DISBURSEMENT", f"INBOX.F3535.{at:%Y%m%d%H%M%S}", created_on=at)
        books.journal(number, number, [("invoice", 2001)], partner_code="VS")
    books.change("UPDATE ejv_links SET disbursement_status_code = :state WHERE ejv_header_id = 199", state=state)
    row = {"amount": "5.00", "partner_code": "VS", "target_id": 2001, "target_type": "invoice"}
    books.add("partner_disbursements", **row, status_code=state, processed_on=processed_on)
    books.add("partner_disbursements", **row, is_reversal=True, processed_on=datetime(2026, 11, 17, 11, 0, 2))

    sent.run(rebuild=199, reason=WHY)

    found = books.rows("SELECT is_reversal, status_code FROM partner_disbursements ORDER BY id")
    assert found == [(False, "WAITING_FOR_JOB"), (True, "UPLOADED")]


def test_a_rebuild_of_an_older_partner_batch_leaves_the_row_that_was_sent_again_in_a_newer_one(
    sent: FeedbackOffice,
) -> None:
    books = sent.books
    books.invoice(books.account(), 2001, "30.00", "PAID")
    for number, at in ((199, datetime(2026, 11, 16, 11)), (200, datetime(2026, 11, 17, 11))):
        books.batch(number, "DISBURSEMENT", f"INBOX.F3535.{at:%Y%m%d%H%M%S}", created_on=at)
        books.journal(number, number, [("invoice", 2001)], partner_code="VS")
    books.add("partner_disbursements", amount="5.00", partner_code="VS", target_id=2001, target_type="invoice",
              processed_on=datetime(2026, 11, 17, 11, 0, 2))  # fmt: skip

    sent.run(rebuild=199, reason=WHY)

    assert books.one("SELECT status_code FROM partner_disbursements") == "UPLOADED"


def test_a_rebuild_of_an_older_partner_batch_clears_the_stop_of_what_a_newer_one_has_too(sent: FeedbackOffice) -> None:
    books = sent.books
    fee, partner = books.partner_gl()
    books.change("UPDATE distribution_codes SET stop_ejv = true WHERE distribution_code_id = :id", id=partner)
    books.invoice(books.account(), 2001, "30.00", "PAID")
    books.line_item(2001, "28.50", fee)
    for number in (199, 200):
        books.batch(number, "DISBURSEMENT", f"INBOX.F3535.20261116{number}000")
        books.journal(number, number, [("invoice", 2001)], partner_code="VS")

    sent.run(rebuild=199, reason=f"ticket 4711; clear stop_ejv {partner}")

    assert books.rows("SELECT distribution_code_id FROM distribution_codes WHERE stop_ejv") == []


def test_a_rebuild_of_an_ap_batch_knows_its_slips_from_the_inbox_file(sent: FeedbackOffice) -> None:
    sent.books.batch(300, "REFUND", "INBOX.F3535.20261118030002")
    sent.books.add("routing_slips", number="206000010")
    with pytest.raises(InputRefused, match=r"^Batch 300 is not voided: .* only it says what AP batch 300 holds"):
        sent.run(rebuild=300, reason=WHY)
    sent.sent(Batch(300, "AP", items=[Item("206000010", "12.25")]), "INBOX.F3535.20261118030002")
    sent.run(rebuild=300, reason=WHY)
    assert sent.books.one("SELECT status FROM routing_slips") == "REFUND_AUTHORIZED"


def test_unstop_lets_journals_run_again(sent: FeedbackOffice) -> None:
    books = sent.books
    code = books.one("SELECT distribution_code_id FROM distribution_codes WHERE account_id IS NOT NULL")
    with pytest.raises(InputRefused, match="is not stopped"):
        sent.run(unstop=code, reason=WHY)
    books.change("UPDATE distribution_codes SET stop_ejv = true WHERE distribution_code_id = :code", code=code)
    sent.run(dry_run=True, unstop=code, reason=WHY)
    assert books.one("SELECT stop_ejv FROM distribution_codes WHERE distribution_code_id = :code", code=code) is True
    sent.run(unstop=code, reason=WHY)
    assert books.one("SELECT stop_ejv FROM distribution_codes WHERE distribution_code_id = :code", code=code) is False
    with pytest.raises(UsageError, match="no distribution code 999999"):
        sent.run(unstop=999999, reason=WHY)


def stopped_code(books: EjvBooks) -> int:
    """Stop journals on the GL of batch 100's account, and return it."""
    code: int = books.one("SELECT distribution_code_id FROM distribution_codes WHERE account_id IS NOT NULL")
    books.change("UPDATE distribution_codes SET stop_ejv = true WHERE distribution_code_id = :code", code=code)
    return code


def test_unstop_shows_what_the_next_payment_batch_sends(sent: FeedbackOffice) -> None:
    books, code = sent.books, stopped_code(sent.books)
    books.change("UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = 1001")
    account = books.one("SELECT id FROM payment_accounts")
    books.invoice(account, 1002, "20.00")  # at CGI
    books.invoice(account, 1003, "12.50", "REFUND_REQUESTED", payment_date=datetime(2026, 11, 2))
    books.change("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = 1003")
    books.batch(99, name="INBOX.F3535.20261102040107")
    books.journal(99, 9, [("invoice", 1003)])
    books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = 1003")
    asked = books.add("refunds", invoice_id=7600001, type="INVOICE", status="APPROVED", requested_date=SATURDAY)
    books.change("UPDATE refunds_partial SET status = 'REFUND_REQUESTED', refund_id = :id", id=asked)

    outcome = sent.run(unstop=code, reason=WHY)

    assert [(row["what"], row["items"], str(row["amount"])) for row in outcome.tables[1].records()] == [
        ("charges", 1, "30.00"), ("partial refunds", 1, "5.00"), ("refunds", 1, "12.50"),
    ]  # fmt: skip


def test_unstop_names_the_batch_that_stopped_the_gl_and_what_comes_next(sent: FeedbackOffice) -> None:
    sent.answer(BATCH, {5: "1117 INVALID DISTRIBUTION ACCOUNT"})
    [code] = sent.books.rows("SELECT distribution_code_id FROM distribution_codes WHERE stop_ejv")

    notes = sent.run(unstop=code[0], reason=WHY).notes

    assert notes == [
        f"The newest batch of it of which CGI refused anything is 100 (1 link, {FEEDBACK}): 1117 INVALID DISTRIBUTION "
        "ACCOUNT. See explain batch 100. The next run of EJV_PAYMENT sends what waits for this GL."
    ]


def test_unstop_says_where_no_batch_is_known_to_have_stopped_the_gl(sent: FeedbackOffice) -> None:
    assert sent.run(unstop=stopped_code(sent.books), reason=WHY).notes == [
        "No batch is known in which CGI refused anything over it: it may have been stopped by hand."
    ]


UNSAFE: dict[str, tuple[str, ...]] = {
    "invoice 1001: J17": ("UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = 1001",),
    "invoice 1001: J19: .*the pay team makes the reference COMPLETED": (
        "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED', payment_date = '2026-11-02' WHERE id = 1001",
    ),
    "invoice 1001: CGI accepted it in a batch": (
        "UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = 1001",
    ),
    "invoice 7600001: its partial refund 56 is REFUND_PROCESSED": (
        "INSERT INTO refunds (id, invoice_id, type, status) VALUES (1, 7600001, 'INVOICE', 'APPROVED')",
        "UPDATE refunds_partial SET status = 'REFUND_REQUESTED', refund_id = 1 WHERE id = 55",
        "INSERT INTO refunds_partial (id, invoice_id, payment_line_item_id, refund_type, refund_amount, status,"
        " created_by, created_on, version) SELECT 56, invoice_id, payment_line_item_id, refund_type, 3,"
        " 'REFUND_PROCESSED', 'x', created_on, 1 FROM refunds_partial WHERE id = 55",
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", UNSAFE)
def test_journals_stay_stopped_where_money_would_move_wrongly(said: str, sent: FeedbackOffice) -> None:
    books, code = sent.books, stopped_code(sent.books)
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED'")
    books.change("UPDATE invoice_references SET status_code = 'CANCELLED'")
    for statement in UNSAFE[said]:
        books.change(statement)

    with pytest.raises(InputRefused, match=said):
        sent.run(unstop=code, reason=WHY)
    with pytest.raises(InputRefused, match=f"^Batch 100 is not voided: .*{said}"):
        sent.run(rebuild=100, reason="clear stop_ejv")

    assert books.one("SELECT stop_ejv FROM distribution_codes WHERE distribution_code_id = :code", code=code) is True
    assert books.one("SELECT disbursement_status_code FROM ejv_files") == "UPLOADED"


def test_a_reference_that_keeps_an_invoice_out_of_the_batches_lets_its_gl_be_released(sent: FeedbackOffice) -> None:
    books, code = sent.books, stopped_code(sent.books)
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED'")
    books.change("UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = 1001")

    sent.run(unstop=code, reason=WHY)

    assert books.one("SELECT stop_ejv FROM distribution_codes WHERE distribution_code_id = :code", code=code) is False
