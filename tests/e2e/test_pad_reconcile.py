"""`python invoke_jobs.py PAD_RECONCILE` as an operator or a CronJob runs it, against real parts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from connectors.object_store import ObjectStore
from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.e2e.entrypoint import CommandEnd, Entrypoint, RunningCommand
from tests.json_output import rows_of
from tests.settlement_factory import FILE, Line, SettlementBooks, example, fill_example, settlement_csv
from tests.storage_fixtures import SftpPlace
from tests.tasks.pad_reconcile.conftest import cfs, environment, faulty_place, seed_bounced, store

__all__ = ["cfs", "faulty_place", "store"]

pytestmark = pytest.mark.slow

REJECTED = Line("PADP", "PR8", "5.00", "800101", "REG404")
TOMORROW = "BCR_PAYMENT_APPL_20261106.csv"


@dataclass
class SettlementSite:
    """Everything the command works on."""

    books: SettlementBooks
    place: SftpPlace
    store: ObjectStore
    cfs: RunningCfs
    entrypoint: Entrypoint
    environment: dict[str, str]
    events: Path
    changes: dict[str, str] = field(default_factory=dict)

    def invoke(self, *words: str) -> CommandEnd:
        """Run PAD_RECONCILE."""
        return self.start("PAD_RECONCILE", *words)

    def start(self, *words: str) -> CommandEnd:
        """Run any command."""
        return self.begin(*words).end()

    def begin(self, *words: str) -> RunningCommand:
        """Start any command and let it run."""
        return self.entrypoint.start(words, self.environment | self.changes)

    def as_json(self, *words: str) -> dict[str, Any]:
        """Run PAD_RECONCILE with --json and return its one object."""
        return self.type("PAD_RECONCILE", *words)

    def type(self, *words: str) -> dict[str, Any]:
        """Run any command with --json and return its one object."""
        answer = self.start(*words, "--json")
        found: dict[str, Any] = json.loads(answer.out)
        assert found["exit_code"] == answer.code, answer.err
        return found

    def traces(self) -> tuple[Any, ...]:
        """Return everything that a run may leave behind."""
        runs = self.books.rows("SELECT count(*) FROM pay_jobs.job_runs")
        return self.books.dump(), runs, self.place.uploaded(), self.place.backed_up(), list(self.store.list(""))


@pytest.fixture
def site(
    database: Database,
    database_url: str,
    faulty_place: SftpPlace,
    store: ObjectStore,
    cfs: RunningCfs,
    entrypoint: Entrypoint,
    tmp_path: Path,
) -> Iterator[SettlementSite]:
    made = SettlementBooks(database)
    fill_example(made)
    made.change("DELETE FROM credits")
    seed_bounced(cfs, "800103", "REG01234700", "60.00")
    events = tmp_path / "events"
    settings = environment(database_url, faulty_place, cfs, events)
    yield SettlementSite(made, faulty_place, store, cfs, entrypoint, settings, events)


def test_a_day_with_a_bounce_and_a_reject(site: SettlementSite) -> None:
    site.place.put(FILE, settlement_csv([*example(1, 4, 5), REJECTED]))

    answer = site.invoke()

    assert answer.code == 3, answer.err
    assert f"{FILE} line 5" in answer.out
    assert "no invoice has the number REG404" in answer.out
    assert "payments that bounced" in answer.out
    assert "stored: rejects/" in answer.out
    assert site.books.invoices()[1234567] == ("PAID", "100.00")
    assert site.books.profiles()["800103"] == "FREEZE"
    state = site.cfs.admin.state()
    assert state["sites"]["900103"]["receipt_method"] == "BCR-PAD Stop"
    assert state["invoices"]["REG01234700"]["amount_due"] == "90.00"
    assert site.books.rows("SELECT DISTINCT state FROM pay_jobs.outbox") == [("delivered",)]
    assert sorted(path.name.split(".", 2)[2] for path in site.events.iterdir()) == [
        "bc.registry.auth.activity.json",
        "bc.registry.payment.UnderPaid.json",
        "bc.registry.payment.lockAccount.json",
    ]
    assert site.books.rows("SELECT status, exit_code, rejects FROM pay_jobs.job_runs") == [("attention", 3, 1)]

    again = site.as_json()
    assert (again["exit_code"], again["counts"].get("files_applied")) == (0, None)


def test_the_same_day_as_one_json_object(site: SettlementSite) -> None:
    site.place.put(FILE, settlement_csv([*example(1, 4), REJECTED]))

    found = site.as_json()

    assert (found["exit_code"], found["status"]) == (3, "attention")
    assert found["counts"] | {
        "rows_read": 3, "rows_applied": 2, "rows_rejected": 1, "accounts_frozen": 1, "outbox_delivered": 4
    } == found["counts"]  # fmt: skip
    assert found["rejects"][0]["where"] == f"{FILE} line 4"
    (bounced,) = rows_of(found, "bounced")
    assert (bounced["account"], bounced["fee"]) == ("A13", "30.00")


def test_an_empty_day(site: SettlementSite) -> None:
    answer = site.invoke()

    assert (answer.code, "No settlement file is ready to be applied." in answer.out) == (0, True)


def test_a_dry_run_leaves_no_trace(site: SettlementSite) -> None:
    site.place.put(FILE, settlement_csv([*example(1, 4), REJECTED]))
    before = site.traces()

    answer = site.invoke("--dry-run")

    assert answer.code == 3, answer.err
    assert "frozen now" in answer.out
    assert "nothing was changed" in answer.out
    assert site.traces() == before
    assert site.cfs.admin.calls(method="PUT") == site.cfs.admin.calls(method="POST", path_ends="/adjs/") == []
    assert not site.events.exists()


def test_a_local_file_needs_no_sftp_server(site: SettlementSite, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(settlement_csv(example(1)))
    site.environment = {name: value for name, value in site.environment.items() if "SFTP" not in name}

    assert site.as_json("--file", str(path))["counts"]["rows_applied"] == 1
    assert site.as_json("--file", str(path))["counts"].get("rows_applied") is None


def test_a_held_file_is_listed_and_replayed_with_a_reason(site: SettlementSite) -> None:
    site.place.put(TOMORROW, settlement_csv(example(1)))
    assert site.invoke().code == 0
    site.place.put(FILE, settlement_csv(example(4)))
    held = site.invoke()
    assert (held.code, "files replay" in held.out, "--allow-late" in held.out) == (3, True, False)

    files = rows_of(site.type("files", "list"), "files")
    assert [(file["name"], file["state"]) for file in files] == [(TOMORROW, "applied"), (FILE, "held")]
    without = site.start("files", "replay", FILE)
    assert (without.code, "Missing option '--reason'" in without.err) == (2, True)
    applied = site.start("files", "replay", TOMORROW, "--reason", "x")
    assert (applied.code, "never applied twice" in applied.err) == (2, True)
    retired = site.invoke("--replay", FILE, "--reason", "x")
    assert (retired.code, "python3 invoke_jobs.py files replay NAME" in retired.err) == (2, True)

    replayed = site.type("files", "replay", FILE, "--reason", "ticket 4711: checked")

    assert replayed["counts"]["accounts_frozen"] == 1
    assert site.books.rows(
        "SELECT run.reason, run.triggered_by <> '' FROM pay_jobs.job_runs AS run"
        " JOIN pay_jobs.inbound_files AS file ON file.run_id = run.id WHERE file.name = :name",
        name=FILE,
    ) == [("ticket 4711: checked", True)]


def test_rejects_are_retried(site: SettlementSite) -> None:
    site.place.put(FILE, settlement_csv([REJECTED]))
    site.invoke()
    fill_account = site.books.rows("SELECT id FROM cfs_accounts WHERE cfs_account = '800101'")[0][0]
    site.books.add(
        "invoices", id=99_000_001, payment_account_id=11, cfs_account_id=fill_account, created_on=site.books.now,
        created_by="test", payment_method_code="PAD", invoice_status_code="APPROVED", total=5, paid=0,
    )  # fmt: skip
    site.books.reference(99_000_001, "REG404")

    assert site.type("repair", "pad-rejects", "--reason", "ticket 4711")["counts"]["rows_applied"] == 1
    assert site.books.invoices()[99_000_001] == ("PAID", "5.00")


def test_a_host_key_that_is_not_the_pinned_one_is_refused(site: SettlementSite) -> None:
    site.changes = {"CAS_SFTP_HOST_KEY": "AAAAC3NzaC1lZDI1NTE5AAAAIGJhZGtleWJhZGtleWJhZGtleWJhZGtleWJhZGtleWJh"}
    site.place.put(FILE, settlement_csv(example(1)))

    answer = site.invoke()

    assert answer.code == 3, answer.err
    assert "host key" in answer.err
    assert site.place.uploaded() == [FILE]


def test_missing_settings_are_named_all_at_once(site: SettlementSite) -> None:
    for name in ("CAS_SFTP_HOST_KEY", "MINIO_ENDPOINT", "CFS_BASE_URL", "PUBSUB_PUBLISH_URL"):
        del site.environment[name]

    answer = site.invoke()

    assert answer.code == 2
    for name in ("CAS_SFTP_HOST_KEY", "MINIO_ENDPOINT", "CFS_BASE_URL", "PUBSUB_PUBLISH_URL"):
        assert f"{name} is missing" in answer.err


def test_the_object_store_being_away_takes_no_file(site: SettlementSite) -> None:
    site.place.put(FILE, settlement_csv(example(1)))
    site.changes = {"MINIO_ENDPOINT": "127.0.0.1:9"}

    assert site.invoke().code == 1
    assert (site.place.uploaded(), site.books.invoices()[1234567][0]) == ([FILE], "APPROVED")
    site.changes = {}
    assert site.invoke().code == 0


def test_cfs_being_away_keeps_its_messages_for_the_next_run(site: SettlementSite) -> None:
    site.place.put(FILE, settlement_csv(example(4)))
    site.cfs.admin.order_faults({"kind": "error_before", "path": ".*", "status": 503, "count": 0})
    site.changes = {"CONNECT_TIMEOUT": "1"}

    answer = site.as_json()

    assert answer["counts"]["accounts_frozen"] == 1
    assert answer["counts"]["outbox_waiting"] == 4
    site.cfs.admin.order_faults()
    site.books.change("UPDATE pay_jobs.outbox SET next_attempt_on = NULL")
    assert site.as_json()["counts"]["outbox_delivered"] == 4
    assert site.cfs.admin.state()["invoices"]["REG01234700"]["amount_due"] == "90.00"


def test_cfs_that_knows_no_such_site_leaves_a_message_for_a_person(site: SettlementSite) -> None:
    site.cfs.admin.reset()
    site.place.put(FILE, settlement_csv(example(4)))

    answer = site.as_json()

    assert answer["exit_code"] == 3
    assert any("CFS has no site" in reject["reason"] for reject in answer["rejects"])
    assert site.books.profiles()["800103"] == "FREEZE"


def test_two_runs_at_once_apply_a_file_once(site: SettlementSite) -> None:
    site.place.put(FILE, settlement_csv(example(1, 4, 5)))
    both = [one.end().code for one in [site.begin("PAD_RECONCILE", "--json") for _ in range(2)]]

    assert set(both) <= {0, 75}
    assert 0 in both
    assert site.books.outcomes() == ["applied"] * 3
    assert len(site.cfs.admin.calls(method="POST", path_ends="/adjs/")) == 1
