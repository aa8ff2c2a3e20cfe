"""A settlement file whose harm would be far outside the usual is held, and everything of it rolled back.

SOAK_SEEDS is how many databases each kind of harm is tried on, SOAK_FIRST the first; `make soak` takes a thousand.
"""

import os
import random
from typing import Any

import pytest

from config.errors import UsageError
from config.settings import CfsSettings
from connectors.cfs import CfsSite
from database.sql import statements
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import seed_site
from tests.settlement_factory import FILE, Line, SettlementBooks, bounce, settlement_csv
from tests.tasks.pad_reconcile.conftest import SettlementOffice
from tests.tasks.pad_reconcile.harmful_files import HARMS, UsualDay

FIRST = int(os.environ.get("SOAK_FIRST", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("SOAK_SEEDS", "1")))
LATER = "BCR_PAYMENT_APPL_20261106.csv"


def _without_ledger(dump: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows for table, rows in dump.items() if table not in {"pay_jobs.inbound_files", "pay_jobs.outbox"}}


@pytest.mark.parametrize("harm", HARMS)
def test_an_inconsistent_file_changes_nothing(harm: str, books: SettlementBooks, cfs: RunningCfs) -> None:
    for seed in SEEDS:
        day = UsualDay(books, random.Random(f"{harm} {seed}"))
        before = books.dump()

        outcome = books.apply(*HARMS[harm](day), name=day.name, settings={CfsSettings: cfs.settings()})

        assert [(one.where, one.reason) for one in outcome.rejects] == [(day.name, "held by the fuse")], (harm, seed)
        assert outcome.exit_code == 3
        assert _without_ledger(books.dump()) == _without_ledger(before), (harm, seed)
        assert books.rows("SELECT count(*) FROM pay_jobs.outbox") == [(0,)]
        books.empty()


def test_the_file_of_a_usual_day_is_applied_and_its_figures_are_kept(books: SettlementBooks) -> None:
    for seed in SEEDS:
        day = UsualDay(books, random.Random(f"usual {seed}"))

        outcome = books.apply(*day.lines, name=day.name)

        assert outcome.counts["files_applied"] == 1, seed
        kept = books.rows("SELECT rows, frozen, bounced, repeated, misdated, rejected FROM pay_jobs.settlement_figures"
                          " ORDER BY file_id DESC LIMIT 1")  # fmt: skip
        assert kept == [(len(day.lines), day.usual_bounces, day.usual_bounces, 0, 0, 0)], seed
        books.empty()


def _bounces(office: SettlementOffice, number: int = 30) -> list[Line]:
    """Let accounts have a paid invoice each, which CFS has as paid, due or not at all; return their bounces."""
    sites, invoices = [], []
    for place in range(number):
        account = office.books.account(f"8{place:05}")
        office.books.paid_invoice(account, f"REG{place:05}", "60.00", f"PR{place}")
        site = CfsSite(f"5{place:05}", f"8{place:05}", f"9{place:05}")
        sites.append(seed_site(site, "BCR-PAD Daily"))
        if place % 3:
            total = "0.50" if place % 3 == 1 else "0.00"
            invoices.append({"site_number": site.site, "invoice_number": f"REG{place:05}", "total": total})
    office.cfs.admin.seed(sites=sites, invoices=invoices)
    return [bounce(f"PR{place}", f"8{place:05}", f"REG{place:05}", "60.00") for place in range(number)]


def test_a_held_file_is_reported_with_its_figures_the_accounts_and_what_cfs_says(office: SettlementOffice) -> None:
    office.place.put(FILE, settlement_csv(_bounces(office)))
    office.cfs.admin.order_faults({"kind": "error_before", "path": "/invs/[^/]+/?", "status": 400, "reason": "no"})

    outcome = office.run()

    figures, accounts, asked = outcome.tables
    assert ("accounts it would freeze", "30", "-", "25", "beyond") in figures.rows
    assert (accounts.title, len(accounts.rows)) == (f"{FILE}: 30 accounts that would be frozen", 30)
    said = [row[2] for row in asked.rows]
    assert {*said[1:]} == {"due 0.50 CAD", "paid", "no such invoice"}
    assert (said[0].split(":")[0], len(said)) == ("no answer that can be used", 10)
    assert "accounts it would freeze 30 (usual -, limit 25)" in outcome.rejects[0].detail
    assert f'files replay --despite fuse {FILE} --reason "..."' in outcome.rejects[0].command
    assert office.states() == [(FILE, "held")]


def test_where_cfs_is_away_the_file_is_held_all_the_same(
    office: SettlementOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StopRequest, "wait", lambda self, _seconds: self.check())
    office.place.put(FILE, settlement_csv(_bounces(office)))
    office.cfs.admin.order_faults({"kind": "error_before", "status": 503, "count": 0})

    outcome = office.run()

    assert office.states() == [(FILE, "held")]
    [(_, _, said)] = outcome.tables[2].rows
    assert said.startswith("could not be asked: ")


def test_only_the_fuse_is_released_and_only_by_its_name(office: SettlementOffice) -> None:
    office.place.put(FILE, settlement_csv(_bounces(office)))
    office.run()

    with pytest.raises(UsageError, match=f"{FILE} is held by the fuse: .* --despite fuse"):
        office.run(replay=FILE, reason="ticket 1")
    with pytest.raises(UsageError, match=f"{FILE} is held by the fuse"):
        office.run(replay=FILE, reason="ticket 1", despite="late")
    outcome = office.run(replay=FILE, reason="CAS confirms", despite="fuse")

    assert outcome.counts["accounts_frozen"] == 30
    assert office.states() == [(FILE, "applied")]
    assert office.books.rows("SELECT details -> 'released' FROM pay_jobs.inbound_files") == [(["fuse"],)]
    assert office.books.rows("SELECT count(*) FROM pay_jobs.fuse_accounts") == [(0,)]


def test_a_file_that_is_late_as_well_stays_held_as_late_once_the_fuse_is_released(office: SettlementOffice) -> None:
    office.place.put(FILE, settlement_csv(_bounces(office)))
    office.run()
    office.place.put(LATER, settlement_csv([]))
    office.run()

    outcome = office.run(replay=FILE, reason="CAS confirms", despite="fuse")
    assert [one.reason for one in outcome.rejects] == ["held as late"]
    assert office.states() == [(FILE, "held"), (LATER, "applied")]

    office.run(replay=FILE, reason="no NSF rows of that day", despite="late")
    assert office.states() == [(FILE, "applied"), (LATER, "applied")]


def test_a_file_whose_lateness_was_released_is_not_held_as_late_again_once_the_fuse_is_released(
    office: SettlementOffice,
) -> None:
    office.place.put(LATER, settlement_csv([]))
    office.run()
    office.place.put(FILE, settlement_csv(_bounces(office)))
    office.run()
    held = office.run(replay=FILE, reason="no NSF rows of that day")

    office.run(replay=FILE, reason="CAS confirms", despite="fuse")

    assert [one.reason for one in held.rejects] == ["held by the fuse"]
    assert office.states() == [(LATER, "applied"), (FILE, "applied")]
    assert office.books.rows("SELECT details -> 'released' FROM pay_jobs.inbound_files WHERE name = :name",
                             name=FILE) == [(["fuse", "late"],)]  # fmt: skip


def test_a_dry_run_reports_the_fuse_and_holds_nothing(office: SettlementOffice) -> None:
    office.place.put(FILE, settlement_csv(_bounces(office)))

    outcome = office.run(dry_run=True)

    assert [one.reason for one in outcome.rejects] == ["held by the fuse"]
    assert office.states() == []


def test_of_the_accounts_of_a_held_file_some_are_asked_about_on_their_newest_site_that_is_whole(
    books: SettlementBooks,
) -> None:
    file, other = books.arrive(b"this"), books.arrive(b"other", name=LATER)
    account = books.account("800101")
    for party, site in (("511", "911"), ("512", None)):
        id_ = books.profile(account.id, "800101", status="INACTIVE")
        books.change("UPDATE cfs_accounts SET cfs_party = :party, cfs_site = :site WHERE id = :id",
                     party=party, site=site, id=id_)  # fmt: skip
    books.account("800102")
    frozen = ((file, "REG1", "800101"), (file, "REG2", "800404"), (other, "REG3", "800101"))
    for line, (held, number, cfs) in enumerate(frozen):
        books.change("INSERT INTO pay_jobs.fuse_accounts (file_id, line, customer_account, invoice_number, owing)"
                     f" VALUES (:id, {line}, :cfs, :number, 5)", id=held.id, cfs=cfs, number=number)  # fmt: skip

    with books.database.begin() as session:
        asked = statements("tasks.pad_reconcile").run(session, "choose_asked_of_cfs", file_id=file.id, count=9).all()

    assert [tuple(row) for row in asked] == [("800101", "REG1", "511", "800101", "911")]
