"""Every diagnosis is found where it belongs, and nothing healthy is."""

import shlex
from datetime import date

import click
import pytest

from connectors.object_store import ObjectStore
from diagnosis.catalogue import DIAGNOSES, ActionOwner
from diagnosis.evidence import SettlementTrace
from diagnosis.settlement_files import WaitingFiles
from jobs.commands.cli import build_cli
from jobs.manifests.run_job import checked_for_a_pod
from sandbox.cfs.process import RunningCfs
from tasks import JOBS
from tests.diagnosis.one_of_each import plant_every_diagnosis, plant_healthy
from tests.settlement_factory import Line, bounce, settlement_csv
from tests.stale_factory import StaleBooks
from tests.storage_fixtures import object_store_settings, store
from tools import TOOLS

__all__ = ["store"]
KEY = "cas/2026/10/06/BCR_PAYMENT_APPL_20261006.csv.abc"
NAME = "BCR_PAYMENT_APPL_20261006.csv"
FILE = settlement_csv(
    [Line("PADP", "PADRC1", "100.00", "800101", "REG77000012"), bounce("PADRC2", "800101", "REG77000099", "5.00")]
)
UNSEEN_WITH_CFS = {code for code, one in DIAGNOSES.items() if one.weak and code != "D2"}


@pytest.fixture
def planted(stale: StaleBooks, cfs: RunningCfs, store: ObjectStore) -> dict[int, str]:
    store.put(KEY, [FILE])
    store.put(KEY.replace("1006.csv", "1010.csv"), [FILE.replace(b"77000012", b"77000013").rstrip()])
    expected = plant_every_diagnosis(stale, key=KEY)
    plant_healthy(stale)
    stale.books.plant(cfs.admin)
    return expected


def test_every_diagnosis_is_found_and_nothing_healthy_is(
    stale: StaleBooks, cfs: RunningCfs, planted: dict[int, str]
) -> None:
    outcome = stale.report(cfs=cfs.settings(), others=[object_store_settings()])

    assert stale.found(outcome) == planted
    assert set(planted.values()) == set(DIAGNOSES) - UNSEEN_WITH_CFS - {"P0"}


def test_an_invoice_of_today_waits_for_the_evening_and_is_not_stuck(stale: StaleBooks, cfs: RunningCfs) -> None:
    left, account = stale.account(profile="INACTIVE"), stale.account()
    young = {stale.invoice(one, made="2026-11-22 12:00") for one in (left, account)}
    stale.books.plant(cfs.admin)

    outcome = stale.report(cfs=cfs.settings(), days=0)

    assert stale.found(outcome) == dict.fromkeys(young, "P0")
    assert outcome.counts["stuck"] == 0


@pytest.mark.parametrize(("row", "code"), [("rejected", "P13"), ("applied", "P14")])
def test_a_bounced_invoice_that_cfs_says_is_paid_no_longer_waits_for_the_customer(
    stale: StaleBooks, cfs: RunningCfs, row: str, code: str
) -> None:
    account = stale.account(profile="FREEZE")
    made, number = stale.sent(account, status="SETTLEMENT_SCHED")
    stale.bounced(made, number)
    stale.settled(number, stale.settlement_file("BCR_PAYMENT_APPL_20261007.csv"), outcome=row)
    stale.in_cfs(account, number, paid="100.00")
    stale.books.plant(cfs.admin)

    assert stale.found(stale.report(cfs=cfs.settings())) == {made: code}


def test_without_cfs_everything_is_found_and_what_is_weaker_says_so(stale: StaleBooks, planted: dict[int, str]) -> None:
    rows = {row["invoice_id"]: row for row in stale.report_rows(stale.report(others=[object_store_settings()]))}

    assert set(rows) == set(planted)
    for invoice, code in planted.items():
        row = rows[invoice]
        assert row["code"] == code or row["confidence"] == "weaker"
        assert row["cfs_answer"] == "not asked"
    assert {row["code"] for row in rows.values() if DIAGNOSES[row["code"]].weak} == UNSEEN_WITH_CFS | {"D2"}


def test_each_row_says_what_was_looked_at_and_what_to_do(
    stale: StaleBooks, cfs: RunningCfs, planted: dict[int, str]
) -> None:
    rows = {
        row["code"]: row
        for row in stale.report_rows(stale.report(cfs=cfs.settings(), others=[object_store_settings()]))
    }

    assert rows["P12"]["evidence"].endswith(
        "CFS has REG77000012: total 100.00, due 0.00; in BCR_PAYMENT_APPL_20261006.csv (held, 1 NSF row)"
    )
    assert rows["P12"]["command"] == (
        'python3 invoke_jobs.py files replay BCR_PAYMENT_APPL_20261006.csv --reason "TICKET: why" --dry-run'
    )
    assert "the 1 oldest of 2 (to invoice" in rows["P6"]["evidence"]
    assert "site collects by BCR-PAD Stop" in rows["P10"]["evidence"]
    assert "rejected (no invoice found)" in rows["P13"]["evidence"]
    assert "no settlement file known for 2026-10-06" not in rows["P14"]["evidence"]
    assert "no settlement file known for 2026-10-08, 2026-10-09, 2026-10-13" in rows["P14"]["evidence"]
    of_files = {row["method"] for row in rows.values() if "settlement file" in row["evidence"]}
    assert of_files <= {"PAD", "ONLINE_BANKING"}, "they settle no invoice of another method"
    assert "link ERRORED (2099 GL rejected)" in rows["J3"]["evidence"]
    assert "CFS has 250.00 unapplied on 1 receipts" in rows["R3"]["evidence"]
    assert rows["J8"]["command"].endswith("EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.20261006214512")
    assert rows["J8U"]["command"].endswith("EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.20261007214512")
    assert "not read: FEEDBACK.F3535.20261007214512 (failed: it holds no batch" in rows["J8U"]["evidence"]
    assert all(row["action"] for row in rows.values())
    assert all(row["evidence"] for row in rows.values() if row["code"] != "U")


@pytest.mark.parametrize("state", ["stored", "received", "held", "failed", "known"])
@pytest.mark.parametrize("file", ["UPLOADED", "ERRORED"])
def test_while_feedback_is_unread_no_batch_is_advised_to_be_resent_or_voided(
    stale: StaleBooks, state: str, file: str
) -> None:
    made = stale.invoice(stale.ministry())
    stale.reference(made)
    stale.journalled(made, "UPLOADED", file=file)
    stale.feedback_unread("FEEDBACK.F3535.20261007214512", state)

    [row] = stale.report_rows(stale.report())

    assert (row["code"], "--re" in row["command"]) == ("J8U", False)


def test_feedback_that_was_left_in_the_directory_keeps_a_batch_from_being_sent_again(stale: StaleBooks) -> None:
    made = stale.invoice(stale.ministry())
    stale.reference(made)
    stale.journalled(made, "UPLOADED")
    stale.feedback_left("OLD-FEEDBACK.F3535.20261007214512")

    [row] = stale.report_rows(stale.report())

    assert (row["code"], row["file"]) == ("J8U", "OLD-FEEDBACK.F3535.20261007214512")
    assert row["command"].endswith("invoke_jobs.py EJV_FEEDBACK_CHECK")


def test_feedback_that_could_not_be_moved_yet_is_left_to_the_next_poll(stale: StaleBooks) -> None:
    made = stale.invoice(stale.ministry())
    stale.reference(made)
    stale.journalled(made, "UPLOADED")
    stale.feedback_unread("FEEDBACK.F3535.20261007214512", state="stored")

    [row] = stale.report_rows(stale.report())

    assert row["code"] == "J8U"
    assert row["command"].endswith("invoke_jobs.py EJV_FEEDBACK_CHECK")


def test_what_resolves_on_its_own_is_listed_and_not_counted_as_stuck(
    stale: StaleBooks, cfs: RunningCfs, planted: dict[int, str]
) -> None:
    outcome = stale.report(cfs=cfs.settings(), others=[object_store_settings()])

    waiting = [code for code in planted.values() if DIAGNOSES[code].turn is ActionOwner.NOBODY]
    assert outcome.counts["waiting"] == len(waiting)
    assert outcome.counts["stuck"] == len(planted) - len(waiting)
    assert [row["turn"] for row in stale.report_rows(outcome)] == sorted(
        (row["turn"] for row in stale.report_rows(outcome)), key=[turn.words for turn in ActionOwner].index
    )


def test_each_cfs_number_is_looked_up_once(stale: StaleBooks, cfs: RunningCfs) -> None:
    account = stale.account()
    first = stale.invoice(account)
    for invoice in (first, stale.invoice(account), stale.invoice(account)):
        stale.reference(invoice, number=f"REG{first:08}")
    stale.in_cfs(account, f"REG{first:08}", "300.00")
    stale.books.plant(cfs.admin)

    outcome = stale.report(cfs=cfs.settings())

    assert set(stale.found(outcome).values()) == {"P10"}
    assert len(cfs.admin.calls(path_ends=f"/invs/REG{first:08}/")) == 1
    assert outcome.counts["cfs_lookups"] == 2


@pytest.mark.parametrize("code", [code for code, one in DIAGNOSES.items() if one.command])
def test_every_command_exists_and_is_understood(code: str) -> None:
    values = {"file": "FEEDBACK.1", "batch": 4321, "code": 1234, "slip": "206000010", "invoice": 1}
    cli = build_cli(JOBS, tools=TOOLS, use_sandbox=lambda: None, late={})

    checked_for_a_pod(click.Context(cli), shlex.split(DIAGNOSES[code].command.format(**values)))


@pytest.mark.parametrize("code", [code for code, one in DIAGNOSES.items() if "--reason" in one.command])
def test_a_command_that_needs_a_reason_is_a_dry_run_first(code: str) -> None:
    assert DIAGNOSES[code].command.endswith('--reason "TICKET: why" --dry-run')


def test_a_name_that_a_shell_would_run_is_quoted_in_the_command(stale: StaleBooks, store: ObjectStore) -> None:
    name = "$(reboot) BCR_PAYMENT_APPL_20261006.csv"
    store.put(KEY, [FILE])
    stale.settlement_file(name, state="held", key=KEY)
    stale.reference(stale.invoice(stale.account()), number="REG77000012")

    [row] = stale.report_rows(stale.report(others=[object_store_settings()]))

    assert shlex.split(row["command"])[4] == name


def test_a_row_in_a_file_that_the_service_before_us_processed_is_found(
    stale: StaleBooks, cfs: RunningCfs, store: ObjectStore
) -> None:
    account = stale.account()
    stale.in_cfs(account, stale.reference(stale.invoice(account), number="REG77000012"), paid="100.00")
    stale.books.plant(cfs.admin)
    store.put("ar/BCR_PAYMENT_APPL_20261006.csv", [FILE])
    stale.change(
        "INSERT INTO cas_settlements (file_name, received_on, processed_on) VALUES (:name, now(), now())",
        name="BCR_PAYMENT_APPL_20261006.csv",
    )

    [row] = stale.report_rows(stale.report(cfs=cfs.settings(), others=[object_store_settings()]))

    assert (row["code"], row["file"]) == ("P13", "BCR_PAYMENT_APPL_20261006.csv")
    assert "csv line 2 'Fully PAID', processed by the service before us" in row["evidence"]


def test_a_held_file_that_is_not_csv_weakens_the_report_and_does_not_stop_it(
    stale: StaleBooks, store: ObjectStore
) -> None:
    store.put(KEY, [FILE + b'"' + b"x" * 200_000])
    stale.settlement_file("BCR_PAYMENT_APPL_20261006.csv", state="held", key=KEY)
    stale.reference(stale.invoice(stale.account()), number="REG77000012")

    outcome = stale.report(others=[object_store_settings()])

    assert list(stale.found(outcome).values()) == ["P12"]
    assert any("BCR_PAYMENT_APPL_20261006.csv line 4: the line is longer" in note for note in outcome.notes)


@pytest.mark.parametrize("state", ["stored", "received", "held", "failed"])
def test_a_settlement_file_that_cannot_be_searched_weakens_the_report(
    stale: StaleBooks, store: ObjectStore, state: str
) -> None:
    """In another encoding, or gone from the bucket: its numbers may be the ones that no file seems to have."""
    store.put(KEY, [FILE.decode("utf-8-sig").encode("cp037")])
    stale.settlement_file("BCR_PAYMENT_APPL_20261006.csv", state=state, key=KEY)
    stale.settlement_file("BCR_PAYMENT_APPL_20261007.csv", state=state, key="gone")
    stale.reference(stale.invoice(stale.account()), number="REG77000012")

    notes = stale.report(others=[object_store_settings()]).notes

    assert any("BCR_PAYMENT_APPL_20261006.csv: the first line is" in note for note in notes)
    assert any(f"BCR_PAYMENT_APPL_20261007.csv ({state}) is not in the object store" in note for note in notes)


def test_the_file_of_today_is_not_missing_yet() -> None:
    files = WaitingFiles(date(2026, 11, 24), days={date(2026, 11, 19)})

    found = files.add_to(SettlementTrace(), "REG1", date(2026, 11, 19))

    assert found.missing_days == (date(2026, 11, 20), date(2026, 11, 23))


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("received", "python3 invoke_jobs.py PAD_RECONCILE"),
        ("failed", "python3 invoke_jobs.py files replay BCR_PAYMENT_APPL_20261006.csv"),
    ],
)
def test_a_waiting_settlement_file_gets_the_command_of_its_state(
    stale: StaleBooks, store: ObjectStore, state: str, command: str
) -> None:
    store.put(KEY, [FILE])
    stale.settlement_file("BCR_PAYMENT_APPL_20261006.csv", state=state, key=KEY)
    stale.reference(stale.invoice(stale.account()), number="REG77000012")

    [row] = stale.report_rows(stale.report(others=[object_store_settings()]))

    assert (row["code"], row["confidence"]) == ("P12", "weaker")
    assert row["command"].startswith(command)
    assert ("files replay" in row["command"]) == (state == "failed")


def test_a_settlement_file_that_the_fuse_holds_is_advised_to_be_replayed_despite_it(
    stale: StaleBooks, store: ObjectStore
) -> None:
    store.put(KEY, [FILE])
    stale.settlement_file(NAME, state="held", key=KEY, hold="fuse")
    stale.reference(stale.invoice(stale.account()), number="REG77000012")

    [row] = stale.report_rows(stale.report(others=[object_store_settings()]))

    command = f'files replay {NAME} --despite fuse --reason "TICKET: why" --dry-run'
    assert (row["code"], row["command"]) == ("P12", f"python3 invoke_jobs.py {command}")


def test_of_a_file_that_came_cut_off_and_then_whole_the_whole_one_is_advised_to_be_replayed(
    stale: StaleBooks, store: ObjectStore
) -> None:
    for hold, key in (("changed", KEY), ("cut off", f"{KEY}.cut")):
        store.put(key, [FILE])
        stale.settlement_file(NAME, state="held", key=key, hold=hold, content=key)
    stale.reference(stale.invoice(stale.account()), number="REG77000012")

    [row] = stale.report_rows(stale.report(others=[object_store_settings()]))

    assert (row["code"], "files replay" in row["command"]) == ("P12", True)


def test_a_file_that_only_the_service_before_us_left_is_searched_too(stale: StaleBooks, store: ObjectStore) -> None:
    store.put("ar/BCR_PAYMENT_APPL_20261006.csv", [FILE])
    stale.reference(stale.invoice(stale.account()), number="REG77000012")

    [row] = stale.report_rows(stale.report(others=[object_store_settings()]))

    assert (row["code"], row["file"], row["command"]) == ("P12", "BCR_PAYMENT_APPL_20261006.csv", "")


@pytest.mark.parametrize("back", ["PENDING_REFUND", "REFUNDED"])
def test_an_eft_payment_that_staff_took_back_is_owed_again_and_not_to_be_finished(stale: StaleBooks, back: str) -> None:
    account = stale.account("EFT")
    late, _ = stale.sent(account, overdue="2026-11-15 00:00")
    reopened, _ = stale.sent(account, status="OVERDUE")
    paid_anew, _ = stale.sent(account, status="OVERDUE")
    for made in (late, reopened, paid_anew):
        stale.eft_link(made, "COMPLETED")
        stale.eft_link(made, back)
    stale.eft_link(paid_anew, "COMPLETED", receipt="EFTCIL2")

    assert stale.found(stale.report()) == {late: "F5", paid_anew: "F3"}


def test_an_eft_invoice_that_was_never_sent_stays_listed_when_it_becomes_overdue(stale: StaleBooks) -> None:
    account = stale.account("EFT")
    unsent, refused = (stale.invoice(account, overdue="2026-12-15 00:00") for _ in range(2))
    stale.reference(refused, "CANCELLED")
    stale.sent(account, status="OVERDUE")
    stale.report()
    stale.change("UPDATE invoices SET invoice_status_code = 'OVERDUE' WHERE payment_method_code = 'EFT'")

    later = stale.report()

    assert stale.found(later) == {unsent: "F4", refused: "F4"}
    assert later.counts["gone"] == 0
