"""A report as a whole: its figures, what is new and gone, its files, its mail, exit codes and CFS in trouble."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.errors import ExitCode, Interrupted, UsageError
from config.settings import MailSettings
from connectors.object_store import ObjectStore
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import RunningCfs
from tasks.stale_invoice_report.arguments import Arguments
from tasks.stale_invoice_report.metrics import stuck_invoices
from tests.outbox_fixtures import recording
from tests.stale_factory import RECENT, StaleBooks, folder_settings
from tests.storage_fixtures import object_store_settings, store

__all__ = ["store"]


def _ten_in_cfs(stale: StaleBooks) -> None:
    for _ in range(10):
        account = stale.account()
        _, number = stale.sent(account)
        stale.in_cfs(account, number)


def test_nothing_stuck_is_exit_code_0(stale: StaleBooks) -> None:
    stale.invoice(stale.account(), made=RECENT)

    outcome = stale.report()

    assert (outcome.exit_code, outcome.counts["stuck"], stale.found(outcome)) == (ExitCode.DONE, 0, {})


def test_something_stuck_is_exit_code_3_unless_fewer_than_allowed(stale: StaleBooks) -> None:
    for _ in range(3):
        stale.invoice(stale.account(profile="FREEZE"))

    assert stale.report().exit_code is ExitCode.ATTENTION
    assert stale.report(max_stuck=2).exit_code is ExitCode.ATTENTION
    assert stale.report(max_stuck=3).exit_code is ExitCode.DONE


def test_invoices_stuck_as_before_are_not_news_and_more_of_them_are(stale: StaleBooks) -> None:
    stale.invoice(stale.account(profile="FREEZE"))
    first, again = stale.report(), stale.report()
    stale.invoice(stale.account(profile="FREEZE"))
    more = stale.report()

    assert [(one.exit_code, one.is_news) for one in (first, again, more)] == [(3, True), (3, False), (3, True)]


def test_what_only_waited_before_is_new_once_it_is_stuck_and_gone_once_it_waits_again(stale: StaleBooks) -> None:
    """In place of another one: neither the number nor the amount of what is stuck grows."""
    account = stale.ministry()
    turns = stale.invoice(account)
    stale.reference(turns)
    batch = stale.journalled(turns, "UPLOADED", made="2026-11-20 20:01")
    solved = stale.invoice(stale.account(profile="FREEZE"))
    stale.report()
    waits = stale.report()
    stale.change("UPDATE invoices SET invoice_status_code = 'PAID' WHERE id = :id", id=solved)
    stale.change("UPDATE ejv_files SET created_on = '2026-11-17 04:01' WHERE id = :id", id=batch)
    stuck = stale.report()
    stale.change("UPDATE ejv_files SET created_on = '2026-11-21 04:01' WHERE id = :id", id=batch)
    again = stale.report()

    assert [row["since_last"] for row in stale.report_rows(waits)] == ["still there", "still there"]
    assert (stale.found(stuck), stuck.is_news, stuck.counts["new"]) == ({turns: "J9"}, True, 1)
    assert (stale.found(again), again.counts["gone"]) == ({turns: "J7"}, 1)


def test_figures_for_prometheus_are_those_of_the_newest_report_of_all_invoices(
    stale: StaleBooks, cfs: RunningCfs
) -> None:
    stale.invoice(stale.account(profile="FREEZE"), total="12.50")
    stale.report(cfs=cfs.settings())
    stale.invoice(stale.account(profile="FREEZE"))
    for judged in ({"method": "EJV"}, {"days": 60}):
        stale.report(cfs=cfs.settings(), **judged)
    stale.report()

    with stale.database.engine.connect() as connection:
        figures = {one.name: (one.value, dict(one.labels)) for one in stuck_invoices(connection, datetime.now(UTC))}

    assert (figures["stuck_invoices"], figures["stuck_cad"]) == ((1, {}), (Decimal("12.50"), {}))
    assert figures["stuck_cad_by_method"] == (Decimal("12.50"), {"method": "PAD"})


def test_the_operators_table_counts_what_is_in_approved_for_long(stale: StaleBooks) -> None:
    for total in ("10.00", "20.00"):
        stale.invoice(stale.account(), total=total)
    stale.invoice(stale.account(), made="2026-11-10 12:00")
    stale.invoice(stale.ministry(), made="2026-02-03 12:00")

    table = stale.report().tables[0]

    assert table.title == "In APPROVED for more than 20 days"
    assert table.records() == [
        {"method": "PAD", "invoices": 2, "amount": Decimal("30.00"), "oldest": date(2026, 10, 5)},
        {"method": "EJV", "invoices": 1, "amount": Decimal("100.00"), "oldest": date(2026, 2, 3)},
    ]


def test_one_method_or_one_account_can_be_asked_for(stale: StaleBooks) -> None:
    pad, ministry = stale.account(), stale.ministry()
    first, second = stale.invoice(pad), stale.invoice(ministry)

    assert set(stale.found(stale.report(method="EJV"))) == {second}
    assert set(stale.found(stale.report(account=pad.auth))) == {first}


def test_as_of_a_day_counts_ages_to_its_end(stale: StaleBooks) -> None:
    made = stale.invoice(stale.account(), made="2026-11-05 12:00")

    assert stale.found(stale.report(as_of=date(2026, 11, 6))) == {}
    [row] = stale.report_rows(stale.report(as_of=date(2026, 11, 9)))
    assert (row["invoice_id"], row["age_days"]) == (made, 4)


def test_a_weekend_and_a_holiday_are_not_business_days(stale: StaleBooks) -> None:
    stale.invoice(stale.account(), made="2026-11-10 12:00")

    assert stale.found(stale.report(as_of=date(2026, 11, 12))) == {}
    assert len(stale.found(stale.report(as_of=date(2026, 11, 13)))) == 1


def test_the_next_report_says_what_is_new_gone_and_still_there(stale: StaleBooks) -> None:
    account = stale.account(profile="FREEZE")
    gone, stays = stale.invoice(account), stale.invoice(account)
    stale.report()
    stale.change("UPDATE invoices SET invoice_status_code = 'PAID' WHERE id = :id", id=gone)
    new = stale.invoice(account)

    outcome = stale.report()

    assert (outcome.counts["new"], outcome.counts["gone"]) == (1, 1)
    assert {row["invoice_id"]: row["since_last"] for row in stale.report_rows(outcome)} == {
        stays: "still there",
        new: "new",
    }


def test_reports_of_another_scope_are_not_compared(stale: StaleBooks) -> None:
    stale.invoice(stale.account(profile="FREEZE"))
    stale.report(method="PAD")

    assert stale.report().counts["new"] == 1


@pytest.mark.parametrize("judged", [{"days": 3}, {"cfs": None}])
def test_reports_that_judge_otherwise_are_not_compared(
    stale: StaleBooks, cfs: RunningCfs, judged: dict[str, Any]
) -> None:
    """Of three days: an EFT customer who has until the due date. Without CFS: a bank payment that has days left."""
    stale.sent(stale.account("EFT"), made="2026-11-13 12:00")
    bank = stale.account("ONLINE_BANKING")
    _, number = stale.sent(bank, status="SETTLEMENT_SCHED", made="2026-11-12 12:00")
    stale.in_cfs(bank, number)
    stale.books.plant(cfs.admin)
    stale.report(cfs=cfs.settings())
    stale.report(**{"cfs": cfs.settings()} | judged)

    again = stale.report(cfs=cfs.settings())

    assert (again.counts["new"], again.counts["gone"], again.is_news) == (0, 0, False)


def test_what_became_stuck_while_cfs_was_away_is_new_once_cfs_is_back_and_the_rest_is_not(
    stale: StaleBooks, cfs: RunningCfs
) -> None:
    """In place of another one: neither the number nor the amount of what is stuck grows."""
    bank, pad = stale.account("ONLINE_BANKING"), stale.account()
    overdue, waits = (stale.sent(bank, status="SETTLEMENT_SCHED", made="2026-11-12 12:00") for _ in range(2))
    stays = stale.sent(pad)
    for account, (_, number) in ((bank, overdue), (bank, waits), (pad, stays)):
        stale.in_cfs(account, number)
    stale.books.plant(cfs.admin)
    first = stale.report(cfs=cfs.settings())
    cfs.admin.set_options(availability="cfs_down")
    away = [stale.report(cfs=cfs.settings()) for _ in range(2)]
    cfs.admin.set_options(availability="open")
    stale.change("UPDATE invoices SET created_on = created_on - interval '60 days' WHERE id = :id", id=overdue[0])

    back = stale.report(cfs=cfs.settings())

    assert set(stale.found(first).values()) == {"O4", "P10"}
    assert [one.is_news for one in away] == [True, False]
    assert {row["invoice_id"]: row["since_last"] for row in stale.report_rows(back)} == {
        overdue[0]: "new", waits[0]: "still there", stays[0]: "still there",
    }  # fmt: skip
    assert (back.is_news, back.counts["gone"]) == (True, 0)


def test_old_reports_keep_their_figures_and_lose_their_invoices(stale: StaleBooks) -> None:
    stale.invoice(stale.account(profile="FREEZE"))
    for _ in range(5):
        stale.report()

    assert stale.one("SELECT count(*) FROM pay_jobs.stale_reports") == 5
    assert stale.one("SELECT count(*) FROM pay_jobs.stale_invoices") == 3


def test_a_dry_run_leaves_nothing(stale: StaleBooks) -> None:
    stale.invoice(stale.account())

    outcome = stale.report(dry_run=True)

    assert len(stale.found(outcome)) == 1
    assert stale.one("SELECT count(*) FROM pay_jobs.stale_reports") == 0


def test_a_run_that_is_stopped_leaves_no_report_to_compare_with(stale: StaleBooks) -> None:
    stale.invoice(stale.account(profile="FREEZE"))
    stop = StopRequest()
    stop.request()

    with pytest.raises(Interrupted):
        stale.report(stop=stop)
    assert stale.report().counts["new"] == 1
    assert stale.one("SELECT count(*) FROM pay_jobs.stale_reports") == 1


def test_cfs_down_makes_a_weaker_report(stale: StaleBooks, cfs: RunningCfs) -> None:
    _ten_in_cfs(stale)
    stale.books.plant(cfs.admin)
    cfs.admin.set_options(availability="cfs_down")

    outcome = stale.report(cfs=cfs.settings())

    assert set(stale.found(outcome).values()) == {"P10-P14?"}
    assert outcome.exit_code is ExitCode.ATTENTION
    assert any(note.startswith("Weaker: CFS was given up after") for note in outcome.notes)


def test_cfs_answering_half_makes_half_a_report_weaker(stale: StaleBooks, cfs: RunningCfs) -> None:
    _ten_in_cfs(stale)
    stale.books.plant(cfs.admin)
    numbers = "|".join(one["invoice_number"] for one in stale.books.invoices[:4])
    cfs.admin.order_faults({"kind": "error_before", "path": f"/invs/({numbers})/", "count": 0, "status": 400})

    outcome = stale.report(cfs=cfs.settings())

    assert sorted(stale.found(outcome).values()) == ["P10"] * 6 + ["P10-P14?"] * 4
    assert (outcome.counts["cfs_lookups"], outcome.counts["cfs_unanswered"]) == (16, 4)


def test_cfs_failing_now_and_then_is_asked_again(stale: StaleBooks, cfs: RunningCfs) -> None:
    _ten_in_cfs(stale)
    stale.books.plant(cfs.admin)
    cfs.admin.order_faults({"kind": "error_before", "path": "/invs/[^/]+/", "count": 2, "status": 503})

    outcome = stale.report(cfs=cfs.settings())

    assert set(stale.found(outcome).values()) == {"P10"}


def test_cfs_refusing_our_identity_is_asked_no_more(stale: StaleBooks, cfs: RunningCfs) -> None:
    _ten_in_cfs(stale)
    stale.books.plant(cfs.admin)
    cfs.admin.order_faults({"kind": "error_before", "path": "/invs/[^/]+/", "count": 0, "status": 403})

    outcome = stale.report(cfs=cfs.settings())

    assert set(stale.found(outcome).values()) == {"P10-P14?"}
    assert any("does not let PAYBC" in note for note in outcome.notes)


def test_a_report_only_reads_cfs(stale: StaleBooks, cfs: RunningCfs) -> None:
    _ten_in_cfs(stale)
    stale.books.plant(cfs.admin)
    stale.report(cfs=cfs.settings())

    assert {call["method"] for call in cfs.admin.calls() if not str(call["path"]).endswith("/oauth/token")} == {"GET"}


def test_a_report_is_kept_with_its_run(stale: StaleBooks, store: ObjectStore, tmp_path: Path) -> None:
    stale.invoice(stale.account(profile="FREEZE"))

    outcome = stale.report(others=[object_store_settings()], html_file=tmp_path / "stuck.html", run_id=77)

    folder = "stale_invoices/2026/11/23/run-77"
    assert outcome.artifacts == [f"{folder}/stuck_invoices.csv.gz", f"{folder}/stuck.html"]
    assert list(store.list("stale_invoices/")) == sorted(outcome.artifacts)


@pytest.mark.slow
def test_an_object_store_that_is_away_is_a_note(stale: StaleBooks) -> None:
    stale.invoice(stale.account(profile="FREEZE"))

    outcome = stale.report(others=[object_store_settings(endpoint="127.0.0.1:9")])

    assert len(stale.found(outcome)) == 1
    assert any("the report was not kept" in note for note in outcome.notes)


def test_the_summary_is_mailed_once_on_request(stale: StaleBooks, tmp_path: Path) -> None:
    stale.invoice(stale.account(profile="FREEZE"))

    outcome = stale.report(mail=folder_settings(tmp_path / "mails"), run_id=5)

    [file] = (tmp_path / "mails").iterdir()
    mail = json.loads(file.read_text())
    assert outcome.counts["mails_sent"] == 1
    assert mail["recipients"] == "ops@example.org"
    assert mail["content"]["subject"] == "Stuck invoices 2026-11-23: 1 totalling 100.00 CAD"
    assert "P1 " in mail["content"]["body"]


@pytest.mark.parametrize("status", [400, 403])
def test_a_mail_that_is_refused_needs_attention(stale: StaleBooks, status: int) -> None:
    with recording((status, {})) as server:
        outcome = stale.report(mail=MailSettings(notify_url=server.url, operations="ops@example.org"), run_id=5)

    assert (outcome.exit_code, outcome.counts["mails_sent"]) == (ExitCode.ATTENTION, 0)
    [reject] = outcome.rejects
    assert f"answered {status}" in reject.reason


def test_a_mail_behind_one_that_was_given_up_needs_attention(stale: StaleBooks) -> None:
    with recording((400, {})) as server:
        mail = MailSettings(notify_url=server.url, operations="ops@example.org")
        stale.report(mail=mail, run_id=5)
        server.usual = (200, {})
        outcome = stale.report(mail=mail, run_id=6)

    assert (outcome.exit_code, outcome.counts["mails_sent"]) == (ExitCode.ATTENTION, 0)
    [reject] = outcome.rejects
    assert reject.detail == "1 mail given up by earlier runs; what follows waits behind them"
    assert reject.command == "python3 invoke_jobs.py outbox list --state dead"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"csv_file": Path("/tmp/a"), "html_file": Path("/tmp/a")}, "name the same file"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Arguments(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"account": "nobody"}, "No payment account has the auth account id 'nobody'"),
        ({"as_of": date(2026, 11, 24)}, "--as-of 2026-11-24 is in the future: the last possible day is 2026-11-23"),
    ],
)
def test_what_would_be_reported_as_all_well_for_want_of_anything_is_refused(
    stale: StaleBooks, cfs: RunningCfs, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        stale.report(cfs=cfs.settings(), **values)
