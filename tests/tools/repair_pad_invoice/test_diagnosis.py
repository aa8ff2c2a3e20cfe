"""Nothing can be applied: the tool says what is the matter and changes nothing."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest

from config.business_days import is_business_day
from config.errors import ExitCode
from connectors.cfs import CfsUnavailable
from connectors.inbound.ledger import FileToRecord, record, set_state
from tasks.pad_reconcile.file_queue import SOURCE, WANTED
from tests.settlement_factory import FILE, Account, Line, bounce, settlement_csv
from tests.tools.repair_pad_invoice.conftest import PROFILE, RepairDesk

NUMBER = "REG00000007"
REJECTS = ExitCode.ATTENTION


def told(desk: RepairDesk, *ids: int) -> str:
    """Run the tool, see that nothing changed, and return what it says to a person."""
    before = desk.books.dump()
    outcome = desk.run(*ids)
    assert desk.books.dump() == before
    assert outcome.exit_code == REJECTS
    (reject,) = outcome.rejects
    return reject.detail


def keep(desk: RepairDesk, name: str, lines: Iterable[Line] | bytes, state: str) -> None:
    """Store a file that is in a state."""
    content = lines if isinstance(lines, bytes) else settlement_csv(lines)
    key = f"cas/{sha256(content).hexdigest()[:8]}/{name}"
    stored = desk.store.put(key, [content])
    new = FileToRecord(SOURCE, name, stored.sha256, stored.size, key, WANTED.business_date(name), desk.books.now)
    with desk.books.database.begin() as session:
        set_state(session, record(session, new).file.id, state)


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("held", f'files replay {FILE} --reason "TICKET: why" --dry-run'),
        ("failed", f'files replay {FILE} --reason "TICKET: why" --dry-run'),
        ("received", "PAD_RECONCILE"),
    ],
)
def test_a_row_in_a_file_that_was_not_applied_is_told_with_the_command(
    desk: RepairDesk, account: Account, state: str, command: str
) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    lines = [Line("PADP", "PADRC1", "20.00", PROFILE, NUMBER), bounce("PADRC2", "800999", "REG00000099", "5.00")]
    keep(desk, FILE, lines, state)

    said = told(desk, 7)

    assert said.startswith("P12: ")
    assert f"in {FILE} ({state}, 1 NSF row)" in said
    assert said.endswith(command)


@pytest.mark.parametrize(
    ("record", "status", "number"),
    [("PADP", "Not PAID", "1 NSF row"), ("PADR", "Partially PAID", "1 NSF row"), ("PAYR", "", "1 NSF row"),
     ("PADR", "Fully PAID", "0 NSF rows"), ("BOLP", "Not PAID", "0 NSF rows")],
)  # fmt: skip
def test_what_would_bounce_is_counted_whatever_its_status(
    desk: RepairDesk, account: Account, record: str, status: str, number: str
) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    lines = [
        Line("PADP", "PADRC1", "20.00", PROFILE, NUMBER),
        Line(record, "PADRC2", "5.00", "800999", "REG00000099", status),
    ]
    keep(desk, FILE, lines, "held")

    assert f"in {FILE} (held, {number})" in told(desk, 7)


def test_of_two_files_of_a_name_the_one_with_the_number_is_told_and_can_be_replayed(
    desk: RepairDesk, account: Account
) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    keep(desk, FILE, [Line("PADP", "PADRC1", "20.00", PROFILE, NUMBER)], "held")
    keep(desk, FILE, [bounce("PADRC2", "800999", "REG00000099", "5.00")], "held")
    ((first,), _) = desk.books.rows("SELECT id FROM pay_jobs.inbound_files ORDER BY id")

    said = told(desk, 7)

    assert f"in {FILE} (file {first}, held, 0 NSF rows)" in said
    assert said.endswith(f'files replay {FILE} --id {first} --reason "TICKET: why" --dry-run')


@pytest.mark.parametrize("state", ["failed", "held"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.replace(b"Target transaction Number", b"Number"),
        lambda content: content.partition(b"\n")[2],
        lambda content: content.replace(b"PADRC1", b'"PADRC1', 1),
        lambda content: content.replace(b"PADRC1", b"\x00PADRC1" + b"9" * 140_000),
        lambda content: content.replace(b",", b";"),
        lambda content: content.decode().encode("utf-16"),
    ],
    ids=["another header", "no header", "an open quote", "a long field", "semicolons", "another encoding"],
)
def test_a_number_is_found_in_a_file_however_it_is_damaged(
    desk: RepairDesk, account: Account, damage: Callable[[bytes], bytes], state: str
) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    keep(desk, FILE, damage(settlement_csv([Line("PADP", "PADRC1", "20.00", PROFILE, NUMBER)])), state)

    assert f"in {FILE} ({state}, " in told(desk, 7)


def test_a_file_that_failed_is_found_behind_any_number_of_old_files(
    desk: RepairDesk, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diagnosis.search_stored_files.MOST_FILES", 2)
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    keep(desk, "BCR_PAYMENT_APPL_20211105.csv", [Line("PADP", "PADRC1", "20.00", PROFILE, NUMBER)], "failed")
    for day in ("20261102", "20261103", "20261104"):
        desk.store.put(f"ar/BCR_PAYMENT_APPL_{day}.csv", [settlement_csv([])])

    assert "in BCR_PAYMENT_APPL_20211105.csv (failed, " in told(desk, 7)


def test_a_file_that_is_gone_from_the_bucket_is_said(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    new = FileToRecord(SOURCE, FILE, "0" * 64, 10, f"cas/gone/{FILE}", WANTED.business_date(FILE), desk.books.now)
    with desk.books.database.begin() as session:
        set_state(session, record(session, new).file.id, "failed")

    assert f"Not all stored settlement files could be searched: {FILE} (failed) is not in the object store" in told(
        desk, 7
    )


def test_days_before_the_first_file_that_is_known_do_not_count(desk: RepairDesk, account: Account) -> None:
    desk.books.now = datetime(2026, 11, 13, 18, tzinfo=UTC)
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.books.change("UPDATE invoice_references SET created_on = '2022-07-01'")
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    keep(desk, "BCR_PAYMENT_APPL_20261109.csv", [], "failed")
    keep(desk, "BCR_PAYMENT_APPL_20261112.csv", [], "held")

    assert "no settlement file known for 2026-11-10. Next" in told(desk, 7)
    keep(desk, "BCR_PAYMENT_APPL_20261110.csv", [], "failed")
    assert "settlement files are known only since 2026-11-09" in told(desk, 7)


def test_where_no_file_is_known_at_all_no_days_are_named(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")

    assert "no settlement file is known at all" in told(desk, 7)


def test_a_memo_that_covered_a_part_does_not_hide_the_file_with_the_rest(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    part = {"status": "Partially PAID", "original": "20.00", "outstanding": "15.00"}
    desk.books.apply(Line("CMAP", "20455", "5.00", PROFILE, NUMBER, **part), name="BCR_PAYMENT_APPL_20261104.csv")
    keep(desk, FILE, [Line("PADP", "PADRC1", "15.00", PROFILE, NUMBER)], "held")

    assert f"in {FILE} (held, 0 NSF rows)" in told(desk, 7)


def test_a_row_that_the_old_service_did_not_finish_is_reported(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    desk.store.put(f"ar/{FILE}", [settlement_csv([Line("PADP", "PADRC1", "20.00", PROFILE, NUMBER)])])
    desk.books.add(
        "cas_settlements", file_name=FILE, received_on=datetime(2026, 11, 5), processed_on=datetime(2026, 11, 5)
    )

    assert f"{FILE} line 2 'Fully PAID', processed by the service before us" in told(desk, 7)


def test_without_a_row_the_missing_business_days_since_the_reference_are_named(
    desk: RepairDesk, account: Account
) -> None:
    desk.books.now = datetime(2026, 11, 13, 18, tzinfo=UTC)
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    keep(desk, "BCR_PAYMENT_APPL_20261105.csv", [], "held")
    desk.books.add(
        "cas_settlements",
        file_name="BCR_PAYMENT_APPL_20261109.csv",
        received_on=datetime(2026, 11, 9),
        processed_on=datetime(2026, 11, 9),
    )

    said = told(desk, 7)

    assert said.startswith("P14: Paid in CFS, but no settlement file has its number")
    assert "no settlement file known for 2026-11-06, 2026-11-10, 2026-11-12." in said


def test_where_no_business_day_is_missing_that_is_said(desk: RepairDesk, account: Account) -> None:
    desk.books.now = datetime(2026, 11, 6, 18, tzinfo=UTC)
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", paid="20.00")
    for day in (5, 6):
        assert is_business_day(datetime(2026, 11, day).date())
        desk.books.add("cas_settlements", file_name=f"BCR_PAYMENT_APPL_2026110{day}.csv", received_on=desk.books.now)

    assert "a settlement file is known for every business day since 2026-11-04" in told(desk, 7)


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("FREEZE", "P1: The account is frozen after a bounced payment"),
        ("PENDING", "P2: The account has no CFS profile yet"),
        ("INACTIVE", "P4: The customer left PAD; only an inactive PAD account is left"),
    ],
)
def test_the_state_of_the_account_says_why_it_was_not_sent(desk: RepairDesk, profile: str, words: str) -> None:
    account = desk.books.account(PROFILE, status=profile)
    desk.books.invoice(account, None, "20.00", id=7)

    assert told(desk, 7).startswith(words)


@pytest.mark.parametrize("profile", ["FREEZE", "PENDING", "PENDING_PAD_ACTIVATION", "INACTIVE"])
def test_the_state_of_the_account_is_shown_for_an_invoice_that_was_not_collected(
    desk: RepairDesk, profile: str
) -> None:
    account = desk.books.account(PROFILE, status=profile)
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00")

    said = told(desk, 7)

    assert said.startswith("P10: ")
    assert f"PAD profile {profile}" in said


def test_an_account_in_its_confirmation_period_is_waited_for_until_the_activation_is_late(desk: RepairDesk) -> None:
    account = desk.books.account(PROFILE, status="PENDING_PAD_ACTIVATION")
    desk.books.invoice(account, None, "20.00", id=7)
    desk.books.change("UPDATE payment_accounts SET pad_activation_date = '2026-12-01'")

    waits = desk.run(7)
    desk.books.change("UPDATE payment_accounts SET pad_activation_date = '2026-11-01'")

    assert (waits.exit_code, waits.counts["to_wait_for"]) == (ExitCode.DONE, 1)
    assert told(desk, 7).startswith("P3L: ")


def test_a_bounce_and_a_part_payment_are_told_together(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.books.add("non_sufficient_funds", invoice_id=7, invoice_number=NUMBER, description="NSF R001")
    desk.in_cfs(NUMBER, "20.00", paid="5.00")

    said = told(desk, 7)

    assert said.startswith("P11: ")
    assert "CFS has REG00000007: total 20.00, due 15.00" in said
    assert "bounced: NSF R001" in said


def test_an_old_invoice_that_cfs_did_not_collect_is_for_cas_and_its_site_is_named(
    desk: RepairDesk, account: Account
) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.in_cfs(NUMBER, "20.00", method="BCR-PAD Stop")

    said = told(desk, 7)

    assert said.startswith("P10: Sent, but CFS has not collected it.")
    assert "site collects by BCR-PAD Stop" in said


@pytest.mark.parametrize("number", [NUMBER, None])
def test_a_young_invoice_is_only_to_be_waited_for(desk: RepairDesk, account: Account, number: str | None) -> None:
    desk.books.now = datetime(2026, 11, 5, 18, tzinfo=UTC)
    desk.books.invoice(account, number, "20.00", id=7)
    if number:
        desk.in_cfs(number, "20.00")

    outcome = desk.run(7)

    assert (outcome.exit_code, outcome.counts["to_wait_for"]) == (ExitCode.DONE, 1)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"number": NUMBER}, "CFS does not have REG00000007 on site 900101"),
        ({"number": NUMBER, "reference": "COMPLETED"}, "P16: Its reference is settled but the invoice is not"),
        ({"number": None}, "P7: It never reached CFS."),
        ({"number": None, "status": "CREATED"}, "not expected to be CREATED"),
    ],
)
def test_what_is_not_in_cfs_is_reported(desk: RepairDesk, account: Account, values: dict[str, Any], words: str) -> None:
    desk.books.invoice(account, total="20.00", id=7, **values)
    desk.site()

    assert words in told(desk, 7)


@pytest.mark.parametrize("status", ["CANCELLED", "CREDITED", "REFUNDED", "MANUALLY_REFUNDED"])
def test_a_final_status_is_left_alone(desk: RepairDesk, account: Account, status: str) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7, status=status)
    before = desk.books.dump()

    outcome = desk.run(7)

    assert outcome.notes == [f"invoice 7 ({NUMBER}): {status} is final and is not moved back to PAID."]
    assert desk.books.dump() == before
    assert desk.cfs.admin.calls() == []


def test_a_row_that_was_skipped_is_shown_to_a_person(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.books.invoice(account, NUMBER, "20.00", id=8, method="CC", status="CREATED")
    desk.books.payment(account, NUMBER, "PADRC1", "0.00", status="FAILED", day=date(2026, 11, 6))
    desk.books.apply(Line("PADP", "PADRC1", "0.00", PROFILE, NUMBER))
    desk.in_cfs(NUMBER, "20.00", paid="20.00")

    assert "line 2 skipped (card_invoice_shares_number)" in told(desk, 7)


def test_cfs_being_away_fails_the_run_before_anything_changes(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.cfs.admin.set_options(availability="cfs_down")

    with pytest.raises(CfsUnavailable) as raised:
        desk.run(7)

    assert raised.value.exit_code == ExitCode.FAILED
    assert desk.status(7) == ["APPROVED"]
