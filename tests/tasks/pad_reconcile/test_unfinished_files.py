"""Files that are not complete: what of them reaches the books, and how a person finishes the day."""

import pytest

from config.errors import UsageError
from tests.settlement_factory import FILE, NOW, Line, SettlementBooks, on_account, settlement_csv
from tests.tasks.pad_reconcile.conftest import SettlementOffice
from tests.tools.verify.watch import all_findings

PAID = [Line("PADP", f"PR{number}", "60.00", "800101", f"REG{number}") for number in (1, 2, 3)]


@pytest.fixture
def owing(office: SettlementOffice) -> SettlementOffice:
    """An account that owes three invoices."""
    account = office.books.account("800101")
    for number in (1, 2, 3):
        office.books.invoice(account, f"REG{number}", "60.00", id=number)
    return office


def paid(office: SettlementOffice) -> list[str]:
    return [status for status, _ in office.books.invoices().values()]


def wait(office: SettlementOffice) -> None:
    """Let five minutes go by."""
    office.books.change("UPDATE pay_jobs.unfinished_files SET first_seen = first_seen - interval '5 minutes'")


def count_receipts(office: SettlementOffice) -> int:
    return len(office.books.rows("SELECT id FROM receipts"))


def test_rows_that_the_sender_writes_after_a_pause_are_held_and_replayed_without_paying_twice(
    owing: SettlementOffice,
) -> None:
    whole = settlement_csv(PAID)
    part = whole[: whole.index(b"PR2") - len('"PADP","BCR-PAD Daily","')]
    part = part[: part.rindex(b"\n") + 1]
    owing.place.put(FILE, part)
    assert owing.run().exit_code == 0
    (path,) = owing.place.backed_up()
    path.write_bytes(whole)

    outcome = owing.run()

    assert (outcome.exit_code, [one.reason for one in outcome.rejects]) == (3, ["held"])
    assert f"files replay {FILE}" in outcome.rejects[0].command
    assert (owing.states(), paid(owing)) == ([(FILE, "applied"), (FILE, "held")], ["PAID", "APPROVED", "APPROVED"])

    replayed = owing.run(replay=FILE, reason="CAS: the line was down for a minute")
    assert (replayed.counts["rows_applied"], replayed.counts["rows_already_applied"]) == (2, 1)
    assert (paid(owing), count_receipts(owing)) == (["PAID"] * 3, 3)


@pytest.mark.parametrize(
    ("content", "said"),
    [(settlement_csv(PAID).decode("utf-8-sig").encode("utf-16"), "is UTF-16 (expected UTF-8)"),
     (settlement_csv(PAID).decode("utf-8-sig").encode("utf-16-be"), "is UTF-16 (expected UTF-8)"),
     (settlement_csv(PAID, newline="\r"), "its lines end in CR alone (expected CRLF or LF)")],
    ids=["utf-16 with a mark", "utf-16 without", "carriage returns"],
)  # fmt: skip
def test_a_whole_file_of_other_line_ends_is_not_said_to_be_cut_off(
    content: bytes, said: str, owing: SettlementOffice
) -> None:
    owing.place.put(FILE, content)
    for _ in range(2):
        owing.run()
        wait(owing)

    owing.run()

    assert owing.states() == [(FILE, "failed")]
    assert said in owing.books.rows("SELECT reason FROM pay_jobs.inbound_files")[0][0]
    assert paid(owing) == ["APPROVED"] * 3


_NEXT_DAY = "BCR_PAYMENT_APPL_20261106.csv"


@pytest.mark.parametrize(
    ("rows", "name", "told"),
    [(PAID, _NEXT_DAY, True), ([], _NEXT_DAY, False), (PAID, "BCR_PAYMENT_APPL_20261105_2.csv", False)],
)
def test_the_rows_of_an_earlier_day_under_the_name_of_a_later_one_need_attention(
    rows: list[Line], name: str, told: bool, owing: SettlementOffice
) -> None:
    owing.place.put(FILE, settlement_csv(rows))
    owing.run()
    owing.place.put(name, settlement_csv(rows))

    outcome = owing.run()

    assert outcome.counts["files_known"] == 1
    assert [(one.where, one.reason) for one in outcome.rejects] == [(name, "content of another day")] * told
    assert all(f"what {FILE} held, so the rows of 2026-11-06 did not come" in one.detail for one in outcome.rejects)


@pytest.mark.parametrize("rows", [PAID, []])
def test_files_of_two_days_with_the_same_rows_need_attention_where_both_come_at_once(
    rows: list[Line], owing: SettlementOffice
) -> None:
    owing.place.put(FILE, settlement_csv(rows))
    owing.place.put(_NEXT_DAY, settlement_csv(rows))

    outcome = owing.run()

    assert outcome.counts["files_known"] == 1
    told = [(_NEXT_DAY, "content of another day")] if rows else []
    assert [(one.where, one.reason) for one in outcome.rejects] == told
    assert owing.run().rejects == []


def test_the_rows_of_an_earlier_day_are_no_alarm_where_the_file_of_the_day_came_too(owing: SettlementOffice) -> None:
    owing.place.put(FILE, settlement_csv(PAID[:1]))
    owing.run()
    owing.place.put("BCR_PAYMENT_APPL_20261106_2.csv", settlement_csv(PAID[1:]))
    owing.run()
    owing.place.put(_NEXT_DAY, settlement_csv(PAID[:1]))

    outcome = owing.run()

    assert (outcome.counts["files_known"], outcome.rejects) == (1, [])


@pytest.mark.parametrize("first", ["BOLP", "ONAC"])
def test_a_bank_receipt_of_which_the_sender_writes_a_row_after_a_pause_is_one_payment_over_both(
    first: str, office: SettlementOffice
) -> None:
    office.books.invoice(office.books.account("800104", "ONLINE_BANKING"), "REG1", "70.00", method="ONLINE_BANKING")
    rows = [Line("BOLP", "OB1", "70.00", "800104", "REG1"), on_account("OB1", "800104", "30.00")]
    rows.sort(key=lambda row: row.record != first)
    office.place.put(FILE, settlement_csv(rows[:1]))
    office.run()
    (path,) = office.place.backed_up()
    path.write_bytes(settlement_csv(rows))
    office.run()

    office.run(replay=FILE, reason="CAS: the line was down for a minute")

    assert office.books.payments() == [(None, "ONLINE_BANKING", "COMPLETED", "OB1", "100.00")]
    (mail,) = [one["data"] for one in office.books.payloads("bc.registry.payment.OverPaid")]
    assert (mail["amount"], mail["creditAmount"]) == ("30.00" if first == "BOLP" else "100.00", "30.00")
    assert all_findings(office.books.database, NOW, ("FILE-PAYMENT",)) == {}


def test_money_on_account_before_a_pause_of_the_sender_covers_its_part_once(office: SettlementOffice) -> None:
    office.books.invoice(office.books.account("800101"), "REG1", "100.00")
    part = Line("ONAC", "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00")
    rest = Line("PADP", "PR1", "70.00", "800101", "REG1", original="100.00")
    office.place.put(FILE, settlement_csv([part]))
    office.run()
    (path,) = office.place.backed_up()
    path.write_bytes(settlement_csv([part, rest]))
    office.run()

    replayed = office.run(replay=FILE, reason="CAS: the line was down for a minute")

    assert (replayed.exit_code, replayed.rejects) == (0, [])
    assert (replayed.counts["rows_applied"], replayed.counts["rows_already_applied"]) == (1, 1)
    assert all_findings(office.books.database, NOW, ("INV-PAID",)) == {}


def test_what_a_file_of_another_name_booked_on_account_is_no_part_of_the_payment_of_a_bank_row(
    books: SettlementBooks,
) -> None:
    books.invoice(books.account("800104", "ONLINE_BANKING"), "REG1", "70.00", method="ONLINE_BANKING")
    books.apply(on_account("OB1", "800104", "30.00"))

    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG1"), name=FILE.replace("1105", "1106"))

    assert books.payments() == [("REG1", "ONLINE_BANKING", "COMPLETED", "OB1", "70.00")]


def test_a_file_that_ends_in_the_middle_of_a_line_is_never_applied_as_it_is(owing: SettlementOffice) -> None:
    cut = settlement_csv(PAID).rstrip()
    owing.place.put(FILE, cut)
    for _ in range(3):
        outcome = owing.run()
        wait(owing)
    assert (outcome.exit_code, owing.states(), paid(owing)) == (3, [(FILE, "held")], ["APPROVED"] * 3)
    with pytest.raises(UsageError, match="ends in the middle of a line"):
        owing.run(replay=FILE, reason="it looks fine")

    whole = owing.outbox.parent / FILE
    whole.write_bytes(cut + b"\r\n")
    assert owing.run(file=str(whole)).exit_code == 3
    owing.run(replay=FILE, reason="CAS sent the whole")
    assert (owing.states(), paid(owing)) == ([(FILE, "ignored"), (FILE, "applied")], ["PAID"] * 3)


def test_content_of_a_file_that_failed_is_applied_under_a_new_name(owing: SettlementOffice) -> None:
    owing.place.put(FILE, settlement_csv(PAID))
    owing.place.faults.set(refuse_rename=True, times=1)
    owing.run()
    owing.books.change("UPDATE pay_jobs.inbound_files SET state = 'failed', archived_on = now()")
    (owing.place.upload / FILE).unlink()
    later = FILE.replace("1105", "1106")
    owing.place.put(later, settlement_csv(PAID))
    assert owing.run().exit_code == 0
    assert (owing.states()[1], paid(owing)) == ((later, "applied"), ["PAID"] * 3)


def test_two_names_with_one_content_are_applied_once(owing: SettlementOffice) -> None:
    again = FILE.replace("1105", "1105_2")
    for name in (FILE, again):
        owing.place.put(name, settlement_csv(PAID))
    outcome = owing.run()
    assert owing.states() == [(FILE, "applied"), (again, "known")]
    assert (outcome.exit_code, count_receipts(owing)) == (0, 3)


def test_an_empty_file_is_told_after_its_time_and_the_real_one_is_applied(owing: SettlementOffice) -> None:
    owing.place.put(FILE, b"")
    codes = []
    for _ in range(3):
        codes.append(int(owing.run().exit_code))
        wait(owing)
    assert codes == [0, 0, 3]
    owing.place.put(FILE, settlement_csv(PAID))
    assert owing.run().exit_code == 0
    assert (owing.states(), paid(owing)) == ([(FILE, "applied")], ["PAID"] * 3)


def test_thousands_of_foreign_files_are_one_note_with_their_number(owing: SettlementOffice) -> None:
    for number in range(300):
        owing.place.put(f"photo{number:03}.jpg", b"")
    owing.place.put("a\x1b[2J.csv", b"")
    outcome = owing.run()
    (note,) = [note for note in outcome.notes if "photo" in note]
    assert note.startswith(
        "300 files (photo000.jpg, photo001.jpg, photo002.jpg, photo003.jpg, photo004.jpg and 295 more)"
    )
    assert [reject.where for reject in outcome.rejects] == ["a\\x1b[2J.csv"]
