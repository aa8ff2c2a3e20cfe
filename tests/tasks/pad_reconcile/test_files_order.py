"""Which files are applied, in which order, and which are held: sections 4, 9 and 10 (nos. 2, 13)."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import SourceUnavailable, UsageError
from connectors.inbound.ledger import find_file
from console.files import next_commands
from tests.settlement_factory import FILE, Line, bounce, example, fill_example, settlement_csv
from tests.tasks.pad_reconcile.conftest import SettlementOffice

YESTERDAY = "BCR_PAYMENT_APPL_20261104.csv"
TOMORROW = "BCR_PAYMENT_APPL_20261106.csv"
AFTER_TOMORROW = "BCR_PAYMENT_APPL_20261107.csv"
PAID = Line("PADP", "PR1", "60.00", "800103", "REG01234700")


def test_files_are_applied_in_the_order_of_their_business_dates(office: SettlementOffice) -> None:
    account = office.books.account("800101")
    office.books.invoice(account, "REG1", "60.00", id=100)
    office.place.put(TOMORROW, settlement_csv([bounce("PR1", "800101", "REG1", "60.00", day="06-Nov-26")]))
    office.place.put(FILE, settlement_csv([Line("PADP", "PR1", "60.00", "800101", "REG1")]))

    outcome = office.run()

    assert office.books.invoices()[100] == ("SETTLEMENT_SCHED", "0.00")
    assert office.books.outcomes() == ["applied", "applied"]
    assert (outcome.counts["files_received"], outcome.counts["files_applied"]) == (2, 2)
    assert office.place.uploaded() == []


def test_a_file_that_cannot_be_moved_holds_back_the_newer_ones(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(YESTERDAY, settlement_csv(example(1)))
    office.place.put(FILE, settlement_csv([PAID]))
    office.place.faults.set(refuse_rename=True, times=1)

    outcome = office.run()

    assert office.states() == [(YESTERDAY, "stored"), (FILE, "received")]
    assert (outcome.exit_code, outcome.notes) == (3, [f"{FILE} waits until {YESTERDAY} can be moved."])
    office.run()
    assert office.states() == [(YESTERDAY, "applied"), (FILE, "applied")]


def test_no_file_is_a_normal_run(office: SettlementOffice) -> None:
    outcome = office.run()

    assert (outcome.exit_code, outcome.notes) == (0, ["No settlement file is ready to be applied."])


def test_the_second_run_does_nothing(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1, 3, 4)))
    office.run()
    before = office.books.dump()

    outcome = office.run()

    assert office.books.dump() == before
    assert (outcome.exit_code, outcome.counts["files_received"]) == (0, 0)


def test_the_same_file_dropped_again_is_archived_and_not_applied(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.run()
    before = office.books.dump("pay_jobs.inbound_files")
    office.place.put(FILE, settlement_csv(example(1)))

    outcome = office.run()

    assert office.books.dump("pay_jobs.inbound_files") == before
    assert outcome.counts["files_known"] == 1
    assert (office.place.uploaded(), len(office.place.backed_up())) == ([], 2)


def test_the_same_name_with_other_content_is_held(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.run()
    office.place.put(FILE, settlement_csv(example(3)))

    outcome = office.run()

    assert office.states() == [(FILE, "applied"), (FILE, "held")]
    assert (outcome.exit_code, [one.reason for one in outcome.rejects]) == (3, ["held"])


def test_a_late_file_is_held_until_somebody_allows_it(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.run()
    office.place.put(YESTERDAY, settlement_csv(example(3)))

    outcome = office.run()

    assert office.states()[1] == (YESTERDAY, "held")
    assert "older than the newest applied file (2026-11-05)" in outcome.rejects[0].detail
    assert office.books.invoices()[1234600] == ("APPROVED", "0.00")


def test_a_file_of_a_day_to_come_is_held_and_makes_no_other_late_even_where_it_is_replayed(
    office: SettlementOffice,
) -> None:
    fill_example(office.books)
    name = "BCR_PAYMENT_APPL_20261205.csv"
    office.place.put(name, settlement_csv(example(1)))
    [held] = office.run(allow_late=True).rejects
    assert (held.where, held.reason) == (name, "held for the date in its name")
    assert held.command == f'python3 invoke_jobs.py files replay {name} --reason "..."'

    office.run(replay=name, reason="CAS: it is of 5 November")
    office.place.put(FILE, settlement_csv(example(3)))
    office.run()

    assert office.states() == [(name, "applied"), (FILE, "applied")]


def test_a_file_that_came_before_its_day_is_applied_on_that_day_before_what_is_newer(office: SettlementOffice) -> None:
    """As one that is named by the day in UTC, or that a pod sees whose clock is behind."""
    fill_example(office.books)
    office.books.now = datetime(2026, 11, 6, 1, 30, tzinfo=UTC)
    office.place.put(TOMORROW, settlement_csv(example(1)))
    assert [reject.reason for reject in office.run().rejects] == ["held for the date in its name"]
    office.books.now = datetime(2026, 11, 7, 17, 0, tzinfo=UTC)
    office.place.put(AFTER_TOMORROW, settlement_csv(example(3)))

    office.run()

    assert office.states() == [(TOMORROW, "applied"), (AFTER_TOMORROW, "applied")]


def test_the_content_of_a_file_of_a_day_to_come_is_applied_under_its_own_name(office: SettlementOffice) -> None:
    fill_example(office.books)
    name = "BCR_PAYMENT_APPL_20261205.csv"
    office.place.put(name, settlement_csv(example(1)))
    office.run()
    office.place.put(FILE, settlement_csv(example(1)))

    office.run()

    assert office.states() == [(name, "held"), (FILE, "applied")]


def test_a_late_file_is_applied_where_late_ones_are_allowed(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.run()
    office.place.put(YESTERDAY, settlement_csv(example(3)))

    outcome = office.run(allow_late=True)

    assert office.states()[1] == (YESTERDAY, "applied")
    assert outcome.counts["rows_applied"] == 1


def test_a_file_is_late_after_one_that_the_reference_processed(office: SettlementOffice) -> None:
    office.books.add(
        "cas_settlements", file_name=TOMORROW, received_on=datetime(2026, 11, 6), processed_on=datetime(2026, 11, 6, 17)
    )
    office.books.add("cas_settlements", file_name="other_99991231.csv", received_on=datetime(2026, 11, 6),
                        processed_on=datetime(2026, 11, 6))  # fmt: skip
    office.place.put(FILE, settlement_csv(example(1)))

    outcome = office.run()

    assert "newest applied file (2026-11-06)" in outcome.rejects[0].detail


@pytest.mark.parametrize(("processed", "words"), [(datetime(2026, 11, 5), "processed on 2026-11-05"),
                                                  (None, "begun and not finished")])  # fmt: skip
def test_a_file_that_the_reference_knows_is_held_and_can_be_replayed(
    processed: datetime | None, words: str, office: SettlementOffice
) -> None:
    fill_example(office.books)
    office.books.add("cas_settlements", file_name=FILE, received_on=datetime(2026, 11, 5), processed_on=processed)
    office.place.put(FILE, settlement_csv(example(1)))

    outcome = office.run()
    assert words in outcome.rejects[0].detail
    assert office.books.invoices()[1234567] == ("APPROVED", "0.00")

    office.run(replay=FILE, reason="ticket 4711")
    assert office.books.invoices()[1234567] == ("PAID", "100.00")
    assert office.books.rows("SELECT count(*), bool_and(processed_on IS NOT NULL) FROM cas_settlements") == [(1, True)]


def test_the_rows_that_the_reference_applied_of_a_file_do_not_hold_it_once_more(office: SettlementOffice) -> None:
    books, numbers = office.books, range(1, 14)
    account = books.account("800103")
    for number in numbers[:-1]:
        books.paid_invoice(account, f"REG{number}", "60.00", f"PR{number}")
    books.invoice(account, "REG13", "60.00", id=100)
    books.add("cas_settlements", file_name=FILE, received_on=datetime(2026, 11, 5))
    lines = [Line("PADP", f"PR{number}", "60.00", "800103", f"REG{number}") for number in numbers]
    office.place.put(FILE, settlement_csv(lines))
    office.run()

    outcome = office.run(replay=FILE, reason="begun by the old worker")

    assert (outcome.rejects, books.invoices()[100]) == ([], ("PAID", "60.00"))
    assert office.states() == [(FILE, "applied")]


def test_a_file_that_the_reference_knows_is_held_also_after_one_that_we_applied(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(YESTERDAY, settlement_csv(example(3)))
    office.run()
    office.books.add("cas_settlements", file_name=FILE, received_on=datetime(2026, 11, 5))
    office.place.put(FILE, settlement_csv(example(1)))

    office.run()

    assert office.states() == [(YESTERDAY, "applied"), (FILE, "held")]


def test_a_file_that_cannot_be_read_stops_no_other(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.books.change("DELETE FROM credits")
    office.place.put(YESTERDAY, settlement_csv(example(1)))
    office.place.put(FILE, b"this is no settlement file\r\n")
    office.place.put(TOMORROW, settlement_csv(example(3)))

    outcome = office.run()

    assert office.states() == [(YESTERDAY, "applied"), (FILE, "failed"), (TOMORROW, "applied")]
    told = [(one.where, one.reason) for one in outcome.rejects]
    assert (outcome.exit_code, told) == (
        3,
        [(FILE, "bad header"), ("REG01234600", "settled for another amount")],
    )
    assert office.run().exit_code == 0, "a failed file is told once, then it waits for a person"


def test_a_failed_file_that_is_sent_again_is_replayed_with_a_reason(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, b"broken\r\n")
    office.run()
    office.place.put(FILE, settlement_csv(example(1)))
    office.run()
    assert office.states() == [(FILE, "failed"), (FILE, "held")]

    office.run(replay=FILE, reason="CAS sent it again")

    assert office.states() == [(FILE, "failed"), (FILE, "applied")]
    assert office.books.rows("SELECT reason, details ->> 'replayed' FROM pay_jobs.inbound_files WHERE id > 0"
                             " ORDER BY id DESC LIMIT 1") == [("CAS sent it again",) * 2]  # fmt: skip


def test_a_file_that_failed_is_named_once_where_it_is_asked_for_again(office: SettlementOffice) -> None:
    office.place.put(FILE, b"broken\r\n")
    office.place.put("README.md", b"read me\n")
    notes = office.run().notes
    assert notes[0] == (f"README.md was left in place: no name of a file that this job takes (expected like {FILE})")

    with pytest.raises(UsageError) as refused:
        office.run(file=FILE)

    said = f"{FILE} is failed: the first line is not a header: it begins with 'broken'. Once it is right: files replay"
    assert str(refused.value).startswith(said)


def test_one_of_two_held_files_of_a_name_is_replayed_by_its_number(office: SettlementOffice) -> None:
    fill_example(office.books)
    for lines in ([PAID, PAID], example(1), example(3)):
        office.place.put(FILE, settlement_csv(lines))
        office.run()
    _, (second, _), (third, _) = office.books.rows("SELECT id, state FROM pay_jobs.inbound_files ORDER BY id")
    with office.books.database.begin() as session:
        page = find_file(session, second)
    assert page is not None
    assert next_commands(page) == [
        f'python3 invoke_jobs.py files {what} {FILE} --id {second} --reason "..."' for what in ("replay", "ignore")
    ]

    office.run(replay=FILE, reason="this one counts", file_id=second)

    assert [state for _, state in office.states()] == ["applied", "applied", "held"]
    with pytest.raises(UsageError, match=f"^No file {third + 1} is named '{FILE}'"):
        office.run(replay=FILE, reason="another", file_id=third + 1)


def test_an_applied_file_is_never_replayed(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.run()

    with pytest.raises(UsageError, match=f"{FILE} is applied: only a held or failed file can be replayed"):
        office.run(replay=FILE, reason="please")


def test_a_name_that_nobody_knows_is_not_taken_for_a_kind_of_file(office: SettlementOffice) -> None:
    with pytest.raises(UsageError, match=r"^No file is named 'BCR_PAYMENT_APPL_20990101.csv'"):
        office.run(replay="BCR_PAYMENT_APPL_20990101.csv", reason="please")


def test_two_ways_of_working_do_not_go_together(office: SettlementOffice) -> None:
    with pytest.raises(UsageError, match="--sync-all-credits applies no file"):
        office.run(file="x", sync_all_credits=True)


def test_a_local_file_is_kept_and_applied_without_the_sftp_server(office: SettlementOffice, tmp_path: Path) -> None:
    fill_example(office.books)
    path = tmp_path / FILE
    path.write_bytes(settlement_csv(example(1)))
    office.place.faults.set(deny_directory="/")

    outcome = office.run(file=str(path))

    assert office.books.invoices()[1234567] == ("PAID", "100.00")
    assert outcome.counts["files_applied"] == 1
    assert [b"".join(office.store.read(key)) for key in office.store.list("cas/")] == [path.read_bytes()]

    again = office.run(file=str(path))
    assert (again.exit_code, again.counts["files_applied"]) == (0, 0)
    assert again.notes == [f"{FILE} is applied: not applied again."]


def test_a_local_copy_under_another_name_is_known_each_time(office: SettlementOffice, tmp_path: Path) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.run()
    path = tmp_path / TOMORROW
    path.write_bytes(settlement_csv(example(1)))

    for _ in range(2):
        outcome = office.run(file=str(path))
        assert (outcome.exit_code, outcome.counts["rows_read"]) == (0, 0)


@pytest.mark.parametrize(("name", "words"), [("a b.csv", "holds no business date"), (YESTERDAY, "older than")])
def test_a_local_file_is_held_like_one_that_was_fetched(
    name: str, words: str, office: SettlementOffice, tmp_path: Path
) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.run()
    path = tmp_path / name
    path.write_bytes(settlement_csv(example(3)))

    outcome = office.run(file=str(path))

    assert words in outcome.rejects[0].detail
    assert office.run(file=str(path)).exit_code == 3
    with pytest.raises(UsageError, match=rf"{re.escape(name)} is held"):
        office.run(file=name)


def test_a_stored_file_is_applied_by_its_name(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.run(dry_run=True)
    with pytest.raises(
        UsageError, match=r"no local file 'BCR_PAYMENT_APPL_20261105\.csv', and no stored settlement file"
    ):
        office.run(file=FILE)


def test_the_object_store_going_away_between_poll_and_apply_leaves_the_file_ready(office: SettlementOffice) -> None:
    fill_example(office.books)
    content = settlement_csv(example(1))
    file = office.books.arrive(content)
    assert file.object_key is None
    office.books.change("UPDATE pay_jobs.inbound_files SET object_key = 'cas/gone'")

    outcome = office.run()

    assert [one.reason for one in outcome.rejects] == ["file missing"]
    assert office.states() == [(FILE, "failed")]


def test_the_sftp_server_dropping_mid_transfer_loses_nothing(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)) + b"\r\n" * 200_000)
    office.place.faults.set(drop_after_bytes=100_000)
    with pytest.raises(SourceUnavailable):
        office.run()
    assert (office.states(), office.place.uploaded()) == ([], [FILE])

    office.place.faults.clear()
    office.run()

    assert office.states() == [(FILE, "applied")]


def test_the_list_shows_files_and_their_state(office: SettlementOffice) -> None:
    fill_example(office.books)
    assert office.run(list_files=True).answer == "No file has come in."
    office.place.put(FILE, settlement_csv(example(1)))
    office.place.put(YESTERDAY, b"broken\n")
    office.run()

    (table,) = office.run(list_files=True).tables

    assert [(row["name"], row["state"]) for row in table.records()] == [(FILE, "applied"), (YESTERDAY, "failed")]
    assert "header" in str(table.records()[1]["reason"])


def test_the_list_holds_every_file_there_ever_was_the_newest_first(office: SettlementOffice) -> None:
    office.books.change(
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, business_date, received_on)"
        " SELECT 'CAS', 'f' || n, repeat('0', 64), 1, 'applied', date '2023-01-01' + n, clock_timestamp()"
        " FROM generate_series(1, 1001) AS n"
    )

    (table,) = office.run(list_files=True).tables

    assert (len(table.rows), table.records()[0]["name"]) == (1001, "f1001")


def test_a_dry_run_names_frozen_accounts_and_fees_and_leaves_no_trace(office: SettlementOffice) -> None:
    """Two files, of which the second settles what the first made possible, and nothing stays."""
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1, 4)))
    office.place.put(TOMORROW, settlement_csv([*example(4), Line("PADP", "PR9", "1.00", "800101", "REG404")]))
    before = (office.books.dump(), office.place.uploaded(), list(office.store.list("")))

    outcome = office.run(dry_run=True)

    assert (office.books.dump(), office.place.uploaded(), list(office.store.list(""))) == before
    assert office.place.backed_up() == []
    (bounced,) = [table for table in outcome.tables if "bounced" in table.title]
    assert [(row["account"], row["CFS account"], row["PAD"], str(row["fee"])) for row in bounced.records()] == [
        ("A13", "800103", "frozen now", "30.00")
    ]
    assert (outcome.counts["files_applied"], outcome.counts["rows_already_applied"]) == (2, 1)
    assert [one.where for one in outcome.rejects] == [f"{TOMORROW} line 3"]
    assert office.run().counts["accounts_frozen"] == 1, "the run after it does what it said"
