"""What a run says of one file and keeps of it: counts, words and commands, the state of the file and of its batches."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from config.errors import InputRefused
from connectors.inbound.ledger import FileToRecord, InboundFile, record
from jobs.inbound.file_format import FileToApply
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.apply_file import apply_file
from tasks.ejv_feedback_check.record_ack import record_ack
from tests.ejv_factory import NOW, Batch, EjvBooks, JournalPair

NAME, NEXT = "FEEDBACK.F3535.20261117214512", "FEEDBACK.F3535.20261118214512"
FIRST = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]).feedback()
SECOND = Batch(200, journals=[(20, [JournalPair("2001", "12.00")])]).feedback()
CUT = FIRST[:-30] + b"\n"
FAULT = f"it does not end with return code, message and 'CGI' ({len(CUT.splitlines()[-1].rstrip())} characters)"


@pytest.fixture
def sent(books: EjvBooks) -> EjvBooks:
    """Batches 100 and 200 wait for their answers."""
    account = books.account()
    with books.together():
        for batch, journal, invoice, total in ((100, 10, 1001, "30.00"), (200, 20, 2001, "12.00")):
            books.batch(batch)
            books.invoice(account, invoice, total)
            books.journal(batch, journal, [("invoice", invoice)], payment_account_id=account)
    return books


def recorded(books: EjvBooks, content: bytes, name: str = NAME) -> InboundFile:
    new = FileToRecord("CGI", name, sha256(content).hexdigest(), len(content), None, None, books.clock())
    with books.database.begin() as session:
        return record(session, new).file


def apply(books: EjvBooks, content: bytes, name: str = NAME, *, despite_faults: bool = False, **more: Any) -> Outcome:
    file = FileToApply(recorded(books, content, name), nullcontext(io.BytesIO(content)), **more)
    return apply_file(books.context(), file, despite_faults=despite_faults)


def counts(outcome: Outcome) -> dict[str, int]:
    """Return the counts of files and batches."""
    return {name: n for name, n in outcome.counts.items() if name.startswith(("files_", "batches_")) and n}


def told(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    return [
        (one.where, one.reason, one.detail, one.command.removeprefix("python3 invoke_jobs.py "))
        for one in outcome.rejects
    ]


def files(books: EjvBooks) -> list[tuple[Any, ...]]:
    return books.rows("SELECT name, state, reason, applied_on, details FROM pay_jobs.inbound_files ORDER BY id")


def batches(books: EjvBooks) -> list[tuple[Any, ...]]:
    return books.rows("SELECT state, reason, applied_on FROM pay_jobs.feedback_batches ORDER BY id")


def test_a_file_that_was_applied_whole(sent: EjvBooks) -> None:
    outcome = apply(sent, FIRST + SECOND)
    assert (counts(outcome), told(outcome), outcome.notes) == ({"files_applied": 1, "batches_applied": 2}, [], [])
    assert files(sent) == [(NAME, "applied", None, NOW, {"released": []})]
    assert batches(sent) == [("applied", None, NOW)] * 2


def test_a_batch_between_two_others_has_its_own_lines(sent: EjvBooks) -> None:
    sent.batch(300)
    sent.invoice(sent.account(), 3001, "7.00")
    sent.journal(300, 30, [("invoice", 3001)])
    third = Batch(300, journals=[(30, [JournalPair("3001", "7.00")])]).feedback()
    outcome = apply(sent, FIRST + SECOND + third)
    assert (counts(outcome), told(outcome)) == ({"files_applied": 1, "batches_applied": 3}, [])
    assert outcome.counts["lines_read"] == 18


def test_a_file_whose_content_was_applied_under_another_name(sent: EjvBooks) -> None:
    apply(sent, FIRST)
    outcome = apply(sent, FIRST, NEXT)
    assert (counts(outcome), len(batches(sent))) == ({"files_known": 1}, 1)
    [note] = outcome.notes
    assert note.startswith(f"{NEXT}: ") and note.endswith("; not applied again.")
    assert [row[:2] for row in files(sent)] == [(NAME, "applied"), (NEXT, "known")]


@pytest.mark.parametrize("what", ["applied", "gone"])
def test_a_file_that_somebody_else_has_taken_care_of(what: str, sent: EjvBooks) -> None:
    file = recorded(sent, FIRST)
    if what == "gone":
        file = replace(file, id=file.id + 1)
    else:
        apply(sent, FIRST)
    outcome = apply_file(sent.context(), FileToApply(file, nullcontext(io.BytesIO(FIRST))))
    assert (outcome.notes, counts(outcome)) == ([f"{NAME} was taken care of meanwhile."], {})


def test_a_damaged_batch_is_held_beside_one_that_is_applied_and_goes_with_the_next_try(sent: EjvBooks) -> None:
    content, faults = SECOND + CUT, f"line 12: {FAULT}"
    outcome = apply(sent, content)
    assert counts(outcome) == {"files_failed": 1, "batches_applied": 1, "batches_held": 1}
    held = (
        f"{NAME} batch 100 (lines 7 to 12)",
        "held",
        f"{faults}. Nothing of the batch was applied. Ask CAS to send it again; or apply what can be read",
        f'EJV_FEEDBACK_CHECK --despite-faults --file {NAME} --reason "..."',
    )
    assert told(outcome) == [held]
    assert files(sent) == [
        (NAME, "failed", f"batch 100 is held: {faults}", None, {"released": [], "hold": "faults"})]  # fmt: skip
    assert batches(sent) == [("applied", None, NOW), ("held", faults, None)]

    again = apply(sent, content, despite_faults=True, reason="ticket 4711")
    assert (counts(again), told(again)) == ({"files_applied": 1, "batches_applied": 1}, [])
    assert [row[1:3] for row in files(sent)] == [("applied", None)]
    assert files(sent)[0][4]["replayed"] == "ticket 4711"


def test_a_batch_without_a_readable_number_is_held_whatever_is_asked_for(sent: EjvBooks) -> None:
    content = FIRST.replace(b"000000100", b"00000010X", 1)
    fault = "line 1: there is no batch number at 15 to 24 (found '00000010X')"
    for despite_faults in (False, True):
        outcome = apply(sent, content, despite_faults=despite_faults)
        [(where, _, detail, command)] = told(outcome)
        assert (where, detail.startswith(f"{fault}; ")) == (f"{NAME} batch ? (lines 1 to 6)", True)
        assert detail.endswith("Ask CAS to send it again, and once that has come, put this one aside")
        assert command == f'files ignore {NAME} --reason "..."'
        assert counts(outcome) == {"files_failed": 1, "batches_held": 1}
    assert files(sent)[0][2].startswith(f"batch ? is held: {fault}; ")


def test_lines_outside_any_batch_are_each_told_and_the_first_is_kept(sent: EjvBooks) -> None:
    content = b"HELLO\nFROM CGI\n" + FIRST
    first = "it begins with 'HELL', which is not a known record type"
    outcome = apply(sent, content)
    assert counts(outcome) == {"files_failed": 1, "batches_applied": 1}
    assert told(outcome) == [
        (f"{NAME} line 1", "outside", first, f"files show {NAME}"),
        (f"{NAME} line 2", "outside", first.replace("HELL", "FROM"), f"files show {NAME}"),
    ]
    assert files(sent)[0][1:4] == ("failed", f"line 1 belongs to no batch: {first}", None)
    assert counts(apply(sent, content, despite_faults=True)) == {"files_applied": 1}
    assert files(sent)[0][1] == "applied"


def test_a_file_without_a_batch_is_told_once(sent: EjvBooks) -> None:
    nothing = "it holds no batch of feedback (no line begins with GIBG, GABG or APBG)"
    outcome = apply(sent, b"")
    assert told(outcome) == [(NAME, "no batch", f"{nothing}; ask CAS what it is", f"files show {NAME}")]
    assert (counts(outcome), files(sent)[0][1:3]) == ({"files_failed": 1}, ("failed", nothing))


def test_a_batch_that_was_answered_the_same_way_before(sent: EjvBooks) -> None:
    apply(sent, FIRST)
    outcome = apply(sent, FIRST + b"\n", NEXT)
    assert counts(outcome) == {"files_applied": 1, "batches_already_applied": 1}
    assert outcome.notes == [f"{NEXT} batch 100: every line of it was answered the same way before."]
    assert batches(sent)[1] == ("already_applied", None, NOW)


def test_a_batch_that_was_refused_keeps_why(sent: EjvBooks) -> None:
    apply(sent, Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]).feedback({2: "9001 BAD"}))
    assert batches(sent) == [("applied", "9001 BAD", NOW)]


def test_a_batch_of_which_nothing_could_be_applied(sent: EjvBooks) -> None:
    sent.change("DELETE FROM ejv_links")
    outcome = apply(sent, FIRST)
    assert (counts(outcome), outcome.notes) == ({"files_failed": 1, "batches_held": 1}, [])
    assert batches(sent) == [("held", "none of its lines could be applied (`files replay` shows why)", None)]


def test_a_batch_that_is_none_of_ours_can_be_replayed(sent: EjvBooks) -> None:
    outcome = apply(sent, Batch(300, journals=[(30, [JournalPair("3001", "30.00")])]).feedback())
    [(where, reason, detail, command)] = told(outcome)
    assert (where, reason, command) == (
        f"{NAME} batch 300 (lines 1 to 6)",
        "held",
        f'files replay {NAME} --reason "..."',
    )
    assert detail.endswith(
        "before anything else. Nothing of the batch was applied. Replay it once the cause is removed"
    )


def test_a_file_that_cannot_be_read_is_held_and_can_be_replayed(sent: EjvBooks) -> None:
    @contextmanager
    def unreadable() -> Iterator[io.BytesIO]:
        raise InputRefused("its content is not what was stored.")
        yield

    outcome = apply_file(sent.context(), FileToApply(recorded(sent, FIRST), unreadable()))

    said = "t could not be read: its content is not what was stored"
    assert counts(outcome) == {"files_held": 1}
    assert told(outcome) == [
        (NAME, "held", f"I{said}. Replay it once the cause is removed", f'files replay {NAME} --reason "..."')
    ]
    assert files(sent) == [(NAME, "held", f"i{said}", None, {"hold": "failed"})]


def test_why_a_file_failed_is_kept_up_to_two_thousand_characters(sent: EjvBooks) -> None:
    apply(sent, CUT * 21)
    assert len(files(sent)[0][2]) == 2000


def test_links_without_an_answer_are_told_up_to_a_thousand_and_counted(sent: EjvBooks) -> None:
    sent.change("INSERT INTO ejv_links (ejv_header_id, link_type, link_id, disbursement_status_code)"
                " SELECT 10, 'invoice', n, 'UPLOADED' FROM generate_series(3001, 4001) AS n")  # fmt: skip
    outcome = apply(sent, FIRST)
    assert [one.reason for one in outcome.rejects] == ["not answered"] * 1000
    assert outcome.notes == [f"{NAME} batch 100: 1,001 links in all without an answer."]


def acknowledged(books: EjvBooks, content: bytes, name: str = "ACK") -> tuple[Outcome, tuple[Any, ...]]:
    """Return what is said of an ACK, and what is kept of it."""
    outcome = record_ack(books.context(), FileToApply(recorded(books, content, name), nullcontext(io.BytesIO(content))))
    row = "SELECT state, reason, applied_on, details -> 'acknowledged' FROM pay_jobs.inbound_files WHERE name = :name"
    return outcome, books.one(row, name=name)


def test_an_ack_is_kept_with_the_batches_that_it_names(sent: EjvBooks) -> None:
    content = b"GIBG...353520270000002004010\nAPBG...353520279999999994010\n"
    outcome, kept = acknowledged(sent, b"3535GIBH\x1d353520270000001004010\x1d\n" + content)
    assert (outcome.notes, outcome.counts["acks_recorded"]) == (["ACK acknowledges batch 100, 200."], 1)
    assert kept == ("applied", None, NOW, [100, 200])
    outcome, kept = acknowledged(sent, b"HELLO", "ACK2")
    assert outcome.notes == ["ACK2 acknowledges no batch that is known."]
    assert kept == ("applied", "neither its name nor its content names a batch of ours", NOW, [])


def test_an_ack_is_read_for_a_megabyte(sent: EjvBooks) -> None:
    line = b"GIBG...353520270000001004010\n"
    content = b"\n" * ((1 << 20) - len(line)) + line + line.replace(b"100", b"200")
    assert acknowledged(sent, content)[1][3] == [100]
