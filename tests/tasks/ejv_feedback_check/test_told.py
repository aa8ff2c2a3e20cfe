"""What is told of each thing that an answer was about, of a batch, and of one that waits: the words alone."""

import shlex
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.sftp import RemoteFile
from diagnosis.unread_feedback import UnreadFile
from tasks.ejv_feedback_check.batch_report import outcome_of
from tasks.ejv_feedback_check.batch_result import BatchResult, FeedbackBatch, ItemToCheck, UnansweredLink
from tasks.ejv_feedback_check.findings import findings
from tasks.ejv_feedback_check.outstanding import OutstandingBatch, next_action
from tasks.ejv_feedback_check.resend_guards import SentBatch, ServerListing, answers_applied, answers_waiting
from tests.ejv_factory import NOW

HOSTILE = "FEEDBACK.F3535.20261117214512;oc delete pod x"
BATCH = FeedbackBatch(1, "F", "GI", 4321, "3535", 7, 20)
AMOUNT = Decimal("30.00")
ITEM = ItemToCheck(
    at_line=9, journal=10, subject="1001", link_id=1001, amount=AMOUNT, expected=AMOUNT, message="", effect="paid",
    outcome="applied", rule="", is_accepted=True, is_header_refused=False, is_undated=False,
    effective_date=date(2026, 11, 18), invoice_status="PAID", status_before="APPROVED", earlier=Decimal(5),
    invoice_id=1001, was_never_charged=False, refused_sides=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"outcome": "rejected", "rule": "unknown_link"}, [("unknown link", "no link to it in ejv_links")]),
        (
            {"outcome": "rejected", "rule": "not_uploaded", "status_before": "VOID"},
            [("not uploaded", "the slip is VOID, expected REFUND_UPLOADED; nothing was changed. A cheque went out")],
        ),
        (
            {"outcome": "rejected", "rule": "not_uploaded", "status_before": "VOID", "is_accepted": False},
            [("not uploaded", "the slip is VOID, expected REFUND_UPLOADED; nothing was changed")],
        ),
        ({"outcome": "rejected", "rule": "other_invoice"}, [("other invoice", "what it names is of another invoice")]),
        ({"is_accepted": False, "message": "1117 BAD"}, [("refused by CGI", "invoice 1001, 30.00 CAD: 1117 BAD")]),
        (
            {"is_accepted": False, "message": "1117 BAD", "rule": "settled_before"},
            [("refused by CGI", "1117 BAD. It was APPROVED before and stays so")],
        ),
        (
            {"is_accepted": False, "message": "1117 BAD", "refused_sides": "C"},
            [("refused by CGI", "1117 BAD, on the credit line, with the GL of BC Registries")],
        ),
        (
            {"is_accepted": False, "message": "1117 BAD", "refused_sides": "D"},
            [("refused by CGI", "1117 BAD, on the debit line, with the GL of the ministry")],
        ),
        (
            {"is_accepted": False, "message": "1117 BAD", "refused_sides": "C", "effect": "partially_refunded"},
            [("refused by CGI", "1117 BAD, on the credit line, with the GL of the ministry")],
        ),
        (
            {"is_accepted": False, "message": "1117 BAD", "refused_sides": "C", "effect": "disbursed"},
            [("refused by CGI", "1117 BAD, on the credit line, with the GL of the partner")],
        ),
        (
            {"is_accepted": False, "message": "1117 BAD", "refused_sides": "C", "effect": "reversed"},
            [("refused by CGI", "1117 BAD, on the credit line, with the GL of BC Registries")],
        ),
        (
            {"is_accepted": False, "message": "1117 BAD", "refused_sides": "CD"},
            [("refused by CGI", "1117 BAD, on both sides")],
        ),
        (
            {"is_accepted": False, "message": "0703 CLOSED", "refused_sides": "D"},
            [("refused by CGI", "0703 CLOSED. The period of its date was closed, and nothing is wrong with the GL")],
        ),
        ({"rule": "settled_before"}, [("moved a second time", "with 5 CAD on other receipts")]),
        ({"rule": "settled_before", "effect": "disbursed"}, [("moved a second time", "by another batch or by hand")]),
        ({"effect": "charged", "rule": "settled_before"}, [("moved a second time", "have the charge paid back")]),
        ({"effect": "charged"}, [("charged though given up", "its status was kept. It has to be paid back")]),
        (
            {"effect": "charged", "status_before": "REFUND_REQUESTED"},
            [("charged though given up", "its status was kept. The next payment batch pays it back")],
        ),
        ({"effect": "returned"}, [("paid back though not asked for", "Find out who asked for it")]),
        ({"rule": "overpaid"}, [("taken a second time", "5 CAD had been received for it before")]),
        ({"rule": "booked_before"}, []),
        ({"is_header_refused": True}, [("accepted though the batch was refused", "so it is booked as made")]),
        ({"expected": Decimal("30.01")}, [("another amount", "our tables say 30.01 CAD")]),
        ({"expected": None}, []),
        ({"is_undated": True}, [("no effective date", "so 2026-11-18, the day of this run, was taken")]),
        ({"is_undated": True, "outcome": "already_applied"}, []),
        (
            {"rule": "still_paid", "is_undated": True, "expected": Decimal(1)},
            [("taken back from the partner though paid", ""), ("another amount", ""), ("no effective date", "")],
        ),
    ],
)
def test_what_needs_attention_about_an_item_is_told_once(changes: dict[str, Any], told: list[tuple[str, str]]) -> None:
    found = list(findings(ITEM._replace(**changes), "F batch 4321", 4321))
    assert [one.reason for one in found] == [reason for reason, _ in told]
    assert all(words in one.detail for one, (_, words) in zip(found, told, strict=True))
    assert {(one.where, one.amount) for one in found} <= {("F batch 4321 journal 10 line 9", AMOUNT)}


@pytest.mark.parametrize(
    ("changes", "where", "subject", "command"),
    [
        ({}, "F journal 10 line 9", "invoice 1001, 30.00 CAD: ", "explain invoice 1001"),
        ({"subject": "1001-7"}, "F journal 10 line 9", "1001-7, 30.00 CAD: ", "explain invoice 1001"),
        ({"subject": None}, "F journal 10 line 9", "link 1001, 30.00 CAD: ", "explain invoice 1001"),
        ({"invoice_id": None, "journal": None}, "F line 9", "1001, 30.00 CAD: ", "explain batch 4321"),
        ({"at_line": None}, "F journal 10", "invoice 1001, 30.00 CAD: ", "explain invoice 1001"),
    ],
)
def test_an_item_is_named_by_its_invoice_else_by_what_the_file_says(
    changes: dict[str, Any], where: str, subject: str, command: str
) -> None:
    (found,) = findings(ITEM._replace(is_accepted=False, **changes), "F", 4321)
    assert (found.where, found.detail.startswith(subject)) == (where, True)
    assert found.command.endswith(command)


def test_a_batch_is_told_with_its_counts_its_refusal_and_what_it_left_open() -> None:
    result = BatchResult(
        "PAYMENT",
        refusal="9001 BAD",
        lines={"applied": 4, "rejected": 3},
        effects=[("paid", 2, AMOUNT), ("refused", 1, AMOUNT)],
        to_check=[ITEM._replace(is_accepted=False)],
        unanswered=[UnansweredLink(10, "invoice", 1002, 3), UnansweredLink(11, "invoice", 1003, 3)],
        stopped=[8, 5],
    )
    outcome = outcome_of(result, BATCH)
    assert outcome.counts == {
        "lines_applied": 4, "lines_rejected": 3, "lines_read": 7, "items_paid": 2, "items_refused": 1}  # fmt: skip
    assert [(one.where, one.reason) for one in outcome.rejects] == [
        ("F batch 4321 line 8", "CGI refused the whole batch"),
        ("F batch 4321 journal 10 line 9", "refused by CGI"),
        ("F batch 4321 journal 10", "not answered"),
        ("F batch 4321 journal 11", "not answered"),
    ]
    assert outcome.rejects[0].command.endswith("explain batch 4321")
    assert outcome.notes[0] == "F batch 4321: 3 links in all without an answer."
    assert "distribution code 5, 8." in outcome.notes[1] and 'ejv unstop 5 --reason "..."' in outcome.notes[1]
    assert [len(table.rows) for table in outcome.tables] == [2]


def test_a_batch_with_nothing_to_tell_says_nothing_and_ap_batches_are_rebuilt() -> None:
    quiet = outcome_of(BatchResult("PAYMENT", lines={"applied": 1}), BATCH)
    assert (quiet.rejects, quiet.notes, quiet.tables) == ([], [], [])
    all_shown = outcome_of(BatchResult("PAYMENT", unanswered=[UnansweredLink(10, "invoice", 1002, 1)]), BATCH)
    assert all_shown.notes == []
    refused = outcome_of(BatchResult("REFUND", refusal="9001 BAD"), BATCH)
    assert "the rest still waits" in refused.rejects[0].detail
    assert refused.rejects[0].command.endswith('ejv rebuild 4321 --reason "..."')


WAITING = OutstandingBatch(
    4321, "PAYMENT", "INBOX", datetime(2026, 11, 17, 4, 1), "UPLOADED", None, None, 2, AMOUNT, False, None, None, None,
    None, None, None,
)  # fmt: skip
LAST_MONTH = {"created_on": datetime(2026, 10, 30, 12, 0)}


@pytest.mark.parametrize(
    ("changes", "age", "state", "command", "is_urgent"),
    [
        ({}, 0, "uploaded", "", False),
        ({"ack_file_ref": "ACK"}, 0, "acknowledged", "", False),
        ({"status": "ACKNOWLEDGED"}, 0, "acknowledged", "", False),
        ({"resubmitted_as": "INBOX2"}, 0, "resubmitted, uploaded", "", False),
        ({}, 1, "uploaded", "ejv search 4321", True),
        ({}, 2, "uploaded", 'ejv resubmit 4321 --reason "..."', True),
        (LAST_MONTH, 2, "uploaded", 'ejv rebuild 4321 --reason "..."', True),
        ({"created_on": datetime(2025, 11, 17)}, 2, "uploaded", 'ejv rebuild 4321 --reason "..."', True),
        ({"created_on": datetime(2026, 11, 1, 12)}, 2, "uploaded", 'ejv resubmit 4321 --reason "..."', True),
        ({"resubmission_state": "sent"}, 0, "resubmission unfinished", "EJV_FEEDBACK_CHECK", True),
        ({"resubmission_state": "done"}, 0, "uploaded", "", False),
        ({"status": "COMPLETED", "open_items": 0}, 5, "completed", "", False),
        ({"status": "ERRORED", "open_items": 0}, 5, "errored", "", False),
        ({"status": "ERRORED"}, 0, "errored, half applied", 'ejv rebuild 4321 --reason "..."', True),
        ({"status": "COMPLETED"}, 0, "half applied", "", True),
        ({"feedback_file_ref": "F"}, 0, "half applied", "EJV_FEEDBACK_CHECK --file F", True),
        ({"is_applied": True}, 0, "half applied", 'ejv rebuild 4321 --reason "..."', True),
        (
            {"answer_name": "F", "answer_state": "held"},
            0,
            "feedback stored, not applied",
            "EJV_FEEDBACK_CHECK --file F",
            True,
        ),
    ],
)
def test_the_next_step_follows_from_what_is_known_of_a_batch(
    changes: dict[str, Any], age: int, state: str, command: str, is_urgent: bool
) -> None:
    found = next_action(WAITING._replace(**changes), age, NOW, [])
    assert (found.state, found.command, found.is_urgent) == (state, command, is_urgent)


@pytest.mark.parametrize(
    ("made", "looked_at", "command"),
    [
        (datetime(2026, 10, 30, 3, 1), datetime(2026, 11, 3, 16, tzinfo=UTC), "rebuild"),
        (datetime(2026, 10, 31, 3, 1), datetime(2026, 11, 4, 16, tzinfo=UTC), "resubmit"),
        (datetime(2028, 4, 1, 3, 1), datetime(2028, 4, 5, 16, tzinfo=UTC), "resubmit"),
        (datetime(2029, 3, 31, 3, 1), datetime(2029, 4, 4, 16, tzinfo=UTC), "rebuild"),
    ],
    ids=["Thursday the 29th", "Friday the 30th, for Monday", "31 March, for April", "30 March, for April"],
)
def test_a_batch_is_of_the_month_in_which_it_takes_effect_and_of_the_fiscal_year_in_which_it_was_made(
    made: datetime, looked_at: datetime, command: str
) -> None:
    """The payment job stamps both from the UTC clock, on which its evening is the next day."""
    found = next_action(WAITING._replace(created_on=made), 2, looked_at, [])
    assert found.command == f'ejv {command} 4321 --reason "..."'


@pytest.mark.parametrize(("count", "more"), [(0, None), (5, ""), (6, " and 1 more"), (7, " and 2 more")])
def test_five_of_the_files_that_wait_are_named(count: int, more: str | None) -> None:
    files = [RemoteFile(f"F{n}", 1, 1, is_regular=True) for n in range(count, 0, -1)]
    told = [f"F1, F2, F3, F4, F5{more} wait in the CGI directory"]
    assert [one.partition(":")[0] for one in answers_waiting(ServerListing(files, []))] == (told if count else [])


@pytest.mark.parametrize(
    ("status", "feedback", "message", "links", "told"),
    [
        ("UPLOADED", None, None, {"UPLOADED": (3, 7)}, []),
        (
            "UPLOADED",
            None,
            None,
            {"COMPLETED": (1, 7), "ERRORED": (2, 8)},
            ["1 of its links are COMPLETED (link 7", "2 "],
        ),
        ("UPLOADED", "F", None, {}, ["its feedback F was begun"]),
        ("COMPLETED", "F", "m", {}, ["it is COMPLETED in ejv_files (F)"]),
        ("ERRORED", None, "m", {}, ["it is ERRORED in ejv_files (m)"]),
        ("ERRORED", None, None, {}, ["it is ERRORED in ejv_files (no file named)"]),
    ],
)
def test_an_answer_in_our_tables_speaks_against_sending_again(
    status: str, feedback: str | None, message: str | None, links: dict[str, tuple[int, int]], told: list[str]
) -> None:
    batch = SentBatch(100, "PAYMENT", "INBOX", status, message, feedback, datetime(2026, 11, 17), links)
    found = answers_applied(batch)
    assert len(found) == len(told)
    assert all(one.startswith(words) for one, words in zip(found, told, strict=True))


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "F1 (held) came since"), (2, "F1 (held), and 1 more, came since"), (3, "F1 (held), and 2 more, came since")],
)
def test_feedback_that_was_not_read_is_named_with_how_many_more(count: int, words: str) -> None:
    unread = [UnreadFile(f"F{number}", "held", None, NOW) for number in range(1, count + 1)]
    found = next_action(WAITING, 5, NOW, unread)
    assert (found.state, found.command, found.is_urgent) == ("feedback not read", "EJV_FEEDBACK_CHECK --file F1", True)
    assert found.words.startswith(words)


def test_damaged_feedback_that_was_not_read_is_asked_for_again_before_it_is_applied() -> None:
    found = next_action(WAITING, 5, NOW, [UnreadFile("F", "failed", None, NOW, "faults")])

    assert found.words.endswith("; ask CAS to send it again; or apply what can be read:")
    assert found.command == 'EJV_FEEDBACK_CHECK --despite-faults --file F --reason "..."'


@pytest.mark.parametrize(
    ("feedback", "words"), [("F", "F was begun and not"), (None, "its feedback was begun and not")]
)
def test_feedback_that_was_begun_is_named_where_its_name_is_known(feedback: str | None, words: str) -> None:
    row = WAITING._replace(status="COMPLETED", feedback_file_ref=feedback)
    assert next_action(row, 0, NOW, []).words.startswith(words)


@pytest.mark.parametrize(("reason", "words"), [(None, "not applied: apply it"), ("why", "not applied (held: why): ")])
def test_stored_feedback_is_named_with_its_reason(reason: str | None, words: str) -> None:
    row = WAITING._replace(answer_name="F", answer_state="held", answer_reason=reason)
    assert words in next_action(row, 0, NOW, []).words


@pytest.mark.parametrize(
    ("changes", "unread"),
    [({"answer_name": HOSTILE}, []), ({"feedback_file_ref": HOSTILE}, []),
     ({}, [UnreadFile(HOSTILE, "held", None, NOW)])],
    ids=["stored", "begun", "unread"],
)  # fmt: skip
def test_a_name_from_the_server_is_one_word_of_the_command(changes: dict[str, Any], unread: list[UnreadFile]) -> None:
    command = next_action(WAITING._replace(**changes), 5, NOW, unread).command
    assert shlex.split(command) == ["EJV_FEEDBACK_CHECK", "--file", HOSTILE]
