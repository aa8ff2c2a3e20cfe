"""While feedback that came since a batch was sent lies unread, the batch is neither sent again nor voided."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import InputRefused, UsageError
from connectors.effects import breaking_in
from diagnosis.unread_feedback import since, unread_feedback
from tests.ejv_factory import SENT, Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tests.typed import run_ejv

INBOX = "INBOX.F3535.20261118040107"
NAME = "FEEDBACK.F3535.20261118214512"
BATCH = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])
OTHER = Batch(200, journals=[(20, [JournalPair("2001", "12.00")])])
SATURDAY = datetime(2026, 11, 21, 18, 30, 15, tzinfo=UTC)
WHY = "ticket 4711: CAS never got it"
EBCDIC = BATCH.feedback().decode().encode("cp037")
HOW = pytest.mark.parametrize("how", ["resubmit", "rebuild"])


@pytest.fixture
def sent(office: FeedbackOffice) -> FeedbackOffice:
    """Batches 100 and 200 were sent on Tuesday; it is Saturday."""
    account = office.books.account()
    for batch, journal, invoice, total in ((100, 10, 1001, "30.00"), (200, 20, 2001, "12.00")):
        office.books.batch(batch, name=INBOX.replace("107", f"{batch}"))
        office.books.invoice(account, invoice, total)
        office.books.journal(batch, journal, [("invoice", invoice)], payment_account_id=account)
    office.sent(BATCH, INBOX.replace("107", "100"))
    office.books.clock = lambda: SATURDAY
    return office


def refused(office: FeedbackOffice, how: str, *said: str) -> None:
    """Both ways are refused with these words, and nothing has changed."""
    arguments: dict[str, Any] = {how: 100, "reason": WHY}
    before = office.place.uploaded()
    with pytest.raises(InputRefused) as error:
        office.run(**arguments)
    assert [words for words in said if words not in str(error.value)] == []
    assert office.place.uploaded() == before
    assert office.books.one("SELECT message FROM ejv_files WHERE id = 100") is None
    assert office.books.one("SELECT status_code FROM invoice_references WHERE invoice_id = 1001") == "ACTIVE"


def goes(office: FeedbackOffice, how: str) -> None:
    arguments: dict[str, Any] = {how: 100, "reason": WHY}
    office.run(**arguments)
    voided = office.books.one("SELECT message IS NOT NULL FROM ejv_files WHERE id = 100")
    assert (len([name for name in office.place.uploaded() if name.startswith("INBOX")]), voided) == (
        (2, False) if how == "resubmit" else (0, True)
    )


def test_a_byte_order_mark_is_dropped(sent: FeedbackOffice) -> None:
    sent.place.put(NAME, b"\xef\xbb\xbf" + BATCH.feedback())
    outcome = sent.run()
    assert (sent.books.one("SELECT invoice_status_code FROM invoices WHERE id = 1001"), sent.states()) == (
        "PAID", [(NAME, "applied")],
    )  # fmt: skip
    assert not [reject for reject in outcome.rejects if NAME in reject.where]


def test_an_inbox_file_and_an_ack_may_begin_with_a_byte_order_mark_too(sent: FeedbackOffice) -> None:
    sent.sent(BATCH, INBOX)
    sent.store.put(f"cgi_processed/{INBOX.replace('107', '100')}", [b"\xef\xbb\xbf" + BATCH.inbox()])
    sent.place.put("ACK.F3535.20261118040555", b"\xef\xbb\xbfGIBG...353520270000001004010\n")
    sent.run()
    assert sent.books.one("SELECT ack_file_ref FROM ejv_files WHERE id = 100") == "ACK.F3535.20261118040555"
    goes(sent, "resubmit")


@HOW
def test_a_trigger_without_its_file_blocks_and_says_what_to_ask_for(how: str, sent: FeedbackOffice) -> None:
    sent.place.put(f"{NAME}.TRG", b"")
    sent.run()
    refused(
        sent, how,
        f"the trigger {NAME}.TRG lies in the CGI directory and {NAME} does not: run EJV_FEEDBACK_CHECK first, and if "
        f"it leaves the trigger there, ask CAS for {NAME}, or to take the trigger away where there is none",
    )  # fmt: skip
    (sent.place.upload / f"{NAME}.TRG").unlink()
    goes(sent, how)


@HOW
@pytest.mark.parametrize(
    "content",
    [
        EBCDIC,
        BATCH.feedback().decode().encode("utf-16"),
        b"<html>busy</html>",
        BATCH.feedback().replace(b"GIBG", b"XXBG"),
    ],
    ids=["EBCDIC", "UTF-16", "HTML", "another layout"],
)
def test_a_file_that_was_taken_in_and_names_no_batch_blocks_it(how: str, content: bytes, sent: FeedbackOffice) -> None:
    sent.place.put(NAME, content)
    sent.run()
    refused(sent, how, NAME, "failed", f"files ignore {NAME}")


@pytest.mark.parametrize("content", [EBCDIC, BATCH.feedback()[:-30]], ids=["of no batch", "of this batch"])
def test_the_name_of_a_file_that_blocks_it_is_quoted_in_every_command(content: bytes, sent: FeedbackOffice) -> None:
    name = f"{NAME};oc delete pod x"
    sent.place.put(name, content)
    sent.run()
    with pytest.raises(InputRefused) as error:
        sent.run(resubmit=100, reason=WHY)
    said = str(error.value)
    assert f"--file '{name}'" in said
    assert f"--file {name}" not in said
    assert f"files ignore {name}" not in said


@pytest.mark.parametrize("what", ["replay", "ignore"])
def test_a_name_that_nobody_knows_is_not_taken_for_feedback(what: str, office: FeedbackOffice) -> None:
    with pytest.raises(UsageError, match=r"^No file is named 'NOBODY\.csv'"):
        run_ejv(office.books.context(office.settings()), {what: "NOBODY.csv", "reason": WHY})


@HOW
def test_other_content_under_a_known_name_blocks_it(how: str, sent: FeedbackOffice) -> None:
    sent.place.put(NAME, OTHER.feedback())
    sent.run()
    sent.place.put(NAME, BATCH.feedback())
    sent.run()
    assert sent.states() == [(NAME, "applied"), (NAME, "held")]
    refused(sent, how, NAME, "held")
    sent.run(file=NAME)
    assert sent.books.one("SELECT invoice_status_code FROM invoices WHERE id = 1001") == "PAID"


@HOW
def test_lines_outside_any_batch_block_it(how: str, sent: FeedbackOffice) -> None:
    sent.place.put(NAME, OTHER.feedback() + BATCH.feedback().replace(b"GIBG", b"GIXX"))
    sent.run()
    assert sent.states() == [(NAME, "failed")]
    refused(sent, how, NAME, "belongs to no batch")


@HOW
@pytest.mark.parametrize(
    "name",
    ["feedback.f3535.20261118214512", "Feedback.F3535.20261118214512", "OLD-FEEDBACK.F3535.20261118214512",
     ".FEEDBACK.F3535.20261118214512.part", f"{NAME}.TRG", "FEEDBACK.F3535.2026\x1b[2J"],
    ids=["small", "mixed", "with something before", "on its way", "that of a trigger", "not printable"],
)  # fmt: skip
def test_a_file_in_the_directory_blocks_it_whatever_its_name(how: str, name: str, sent: FeedbackOffice) -> None:
    sent.place.put(name, BATCH.feedback())
    refused(sent, how, "wait in the CGI directory", name.replace("\x1b", "\\x1b"))


@HOW
@pytest.mark.parametrize("leads_to", ["kept", NAME], ids=["a file", "itself, so nobody sees what it is"])
def test_a_link_in_the_directory_blocks_it(how: str, leads_to: str, sent: FeedbackOffice) -> None:
    sent.place.put("kept", BATCH.feedback())
    (sent.place.upload / NAME).symlink_to(leads_to)
    refused(sent, how, "wait in the CGI directory", NAME)


@HOW
def test_a_directory_of_that_name_and_a_link_to_one_or_to_nothing_do_not(how: str, sent: FeedbackOffice) -> None:
    (sent.place.upload / "FEEDBACK.OLD").mkdir()
    (sent.place.upload / "FEEDBACK.NOW").symlink_to("FEEDBACK.OLD")
    (sent.place.upload / "FEEDBACK.LOST").symlink_to("gone")
    goes(sent, how)


@pytest.mark.parametrize("name", ["feedback.f3535.20261118214512", "FeedBack.F3535.20261118214512"])
def test_a_name_in_another_case_is_read_like_any_other(name: str, sent: FeedbackOffice) -> None:
    sent.place.put(name, BATCH.feedback())
    sent.run()
    assert (sent.books.one("SELECT invoice_status_code FROM invoices WHERE id = 1001"), sent.states()) == (
        "PAID", [(name, "applied")],
    )  # fmt: skip


@HOW
def test_a_file_in_the_backup_directory_that_was_never_taken_in_blocks_it(how: str, sent: FeedbackOffice) -> None:
    (sent.place.backup / NAME).write_bytes(BATCH.feedback())
    refused(sent, how, NAME, "lie in the backup directory and were never taken in")


@HOW
def test_what_was_taken_in_and_archived_does_not(how: str, sent: FeedbackOffice) -> None:
    for _ in range(2):
        sent.place.put(NAME, OTHER.feedback())
        sent.place.put(f"{NAME}.TRG", b"")
        sent.run()
    assert len(sent.place.backed_up()) == 4
    goes(sent, how)


@HOW
@pytest.mark.parametrize("name", [NAME, NAME.lower(), f"copy of {NAME}", "FEEDBACK.F3535.99991231214512"])
def test_a_file_in_the_bucket_that_cannot_be_read_blocks_it(how: str, name: str, sent: FeedbackOffice) -> None:
    sent.store.put(f"cgi_feedback/{name}", [EBCDIC])
    refused(sent, how, name, "in the bucket")


@HOW
def test_other_content_of_a_known_name_in_the_bucket_blocks_it(how: str, sent: FeedbackOffice) -> None:
    sent.place.put(NAME, OTHER.feedback())
    sent.run()
    sent.store.put(f"cgi_feedback/{NAME}", [OTHER.feedback()])
    sent.run(index=True)
    sent.store.put(f"ar/{NAME}", [EBCDIC])
    sent.run(index=True)
    refused(sent, how, NAME, "in the bucket")
    sent.run(ignore=NAME, reason="CAS: a test file")
    goes(sent, how)


@HOW
def test_what_somebody_put_aside_or_what_came_before_it_was_sent_does_not_block_it(
    how: str, sent: FeedbackOffice
) -> None:
    sent.place.put(NAME, EBCDIC)
    sent.run()
    sent.store.put("cgi_feedback/FEEDBACK.F3535.20251118214512", [EBCDIC])
    outcome = sent.run(ignore=NAME, reason="ticket 4713: CAS sent it again")
    assert outcome.answer.startswith(f"{NAME} (file ")
    assert sent.books.one("SELECT state, reason FROM pay_jobs.inbound_files") == (
        "ignored", "ticket 4713: CAS sent it again",
    )  # fmt: skip
    goes(sent, how)


def test_a_held_answer_that_was_put_aside_is_not_an_answer(sent: FeedbackOffice) -> None:
    sent.place.put(NAME, BATCH.feedback()[:-30])
    sent.run()
    refused(sent, "resubmit", NAME, "held")
    sent.run(ignore=NAME, reason="CAS: a test file")
    goes(sent, "resubmit")


def test_only_what_is_held_or_failed_can_be_put_aside(sent: FeedbackOffice) -> None:
    sent.place.put(NAME, BATCH.feedback())
    sent.run()
    with pytest.raises(UsageError, match="is applied: only a file that is held or failed"):
        sent.run(ignore=NAME, reason=WHY)
    with pytest.raises(UsageError, match="No file is named"):
        sent.run(ignore="FEEDBACK.X", reason=WHY)


def test_the_overview_names_the_unread_file_instead_of_sending_again(sent: FeedbackOffice) -> None:
    sent.place.put(NAME, EBCDIC)
    sent.run()
    outcome = sent.run(outstanding=True)
    rows = outcome.tables[0].records()
    assert {row["state"] for row in rows} == {"feedback not read"}
    assert {row["command"] for row in rows} == {f"python3 invoke_jobs.py EJV_FEEDBACK_CHECK --file {NAME}"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("OLD-FEEDBACK.F3535.20261118214512", EBCDIC), (f"{NAME}.TRG", b""), (NAME, b""), ("FEEDBACK.\x1b[2J", EBCDIC)],
    ids=["a name that is not taken", "a trigger alone", "empty", "not printable"],
)
def test_what_a_poll_leaves_in_the_directory_keeps_the_overview_from_advising(
    name: str, content: bytes, sent: FeedbackOffice
) -> None:
    sent.place.put(name, content)
    sent.run()
    rows = sent.run(outstanding=True).tables[0].records()
    assert {(row["state"], row["command"]) for row in rows} == {
        ("feedback not read", "python3 invoke_jobs.py EJV_FEEDBACK_CHECK")
    }
    assert all(name.replace("\x1b", "\\x1b") in row["next"] for row in rows)
    assert sent.books.one("SELECT size_bytes FROM pay_jobs.unfinished_files") == len(content)
    (sent.place.upload / name).unlink()
    sent.run()
    rows = sent.run(outstanding=True).tables[0].records()
    assert {row["state"] for row in rows} == {"uploaded"}


def test_a_link_that_a_poll_leaves_keeps_the_overview_from_advising(sent: FeedbackOffice) -> None:
    sent.place.put("kept", EBCDIC)
    (sent.place.upload / NAME).symlink_to("kept")
    sent.run()
    assert {row["state"] for row in sent.run(outstanding=True).tables[0].records()} == {"feedback not read"}


def test_a_directory_among_the_files_keeps_nobody_from_advising(sent: FeedbackOffice) -> None:
    (sent.place.upload / "FEEDBACK.OLD").mkdir()
    sent.run()
    assert {row["state"] for row in sent.run(outstanding=True).tables[0].records()} == {"uploaded"}


def test_a_resubmission_that_was_begun_is_given_up_when_unread_feedback_came(sent: FeedbackOffice) -> None:
    sent.begun(100, INBOX, "INBOX.F3535.20261123113015", sha256=sha256(BATCH.inbox()).hexdigest())
    sent.place.put(NAME, EBCDIC)
    outcome = sent.run()
    assert (sent.place.uploaded(), sent.books.one("SELECT state FROM pay_jobs.operations")) == ([], "dropped")
    assert any(NAME in reject.detail for reject in outcome.rejects if reject.reason == "resubmission not finished")


def test_feedback_that_comes_after_the_data_file_keeps_the_trigger_back(sent: FeedbackOffice) -> None:
    def comes(step: str) -> None:
        if step == "intended 2 send trigger":
            sent.place.put(NAME, EBCDIC)

    with breaking_in(comes):
        outcome = sent.run(resubmit=100, reason=WHY)

    assert (sent.place.uploaded(), sent.books.one("SELECT state FROM pay_jobs.operations")) == ([NAME], "dropped")
    assert any(NAME in reject.detail for reject in outcome.rejects if reject.reason == "resubmission not finished")


def test_a_run_that_died_before_the_trigger_looks_for_feedback_again(sent: FeedbackOffice) -> None:
    def dies(step: str) -> None:
        if step == "intended 2 send trigger":
            raise KeyboardInterrupt

    with breaking_in(dies), pytest.raises(KeyboardInterrupt):
        sent.run(resubmit=100, reason=WHY)
    sent.place.put(NAME, EBCDIC)

    sent.run()

    assert (sent.place.uploaded(), sent.books.one("SELECT state FROM pay_jobs.operations")) == ([], "dropped")


STATES = ("stored", "received", "applied", "held", "failed", "known", "ignored")
FILES = st.lists(
    st.tuples(
        st.sampled_from(["FEEDBACK", "feedback", "ACK", "ack", "SOMETHING"]),
        st.sampled_from(STATES),
        st.integers(-3, 3),
        st.sampled_from("abc"),
    ),
    max_size=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES)
def test_every_file_of_the_ledger_is_read_or_blocks_what_was_sent_before_it(
    books: EjvBooks, files: list[tuple[str, str, int, str]]
) -> None:
    books.empty()
    read = {content for _, state, _, content in files if state in {"applied", "ignored"}}
    expected = set()
    for number, (word, state, hours, content) in enumerate(files):
        came = SENT.replace(tzinfo=UTC) + timedelta(hours=hours)
        books.add(
            "pay_jobs.inbound_files", source="CGI", name=f"{word}.{number}", size_bytes=1, state=state,
            sha256=sha256(content.encode()).hexdigest(), received_on=came,
        )  # fmt: skip
        is_unread = state not in {"applied", "ignored", "known"} or (state == "known" and content not in read)
        if is_unread and word.upper() != "ACK" and hours >= 0:
            expected.add(f"{word}.{number}")
    with books.database.begin() as session:
        assert {file.name for file in since(unread_feedback(session, "ACK"), SENT)} == expected
