"""A delivery stands still while its sessions end, and wakes: one NSF fee is charged, and a second one is told.

Stopped by SIGSTOP anywhere up to the last check it must send nothing; after it, what it sent is found and reported.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from config.errors import ExitCode
from connectors.cfs_delivery import CfsDelivery
from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import SITE, connect, fresh_cfs, seed_site
from tests.connectors.test_outbox_cfs import BEFORE, NUMBER, charges, nsf_fee
from tests.outbox_fixtures import SetClock, keep, kept, send
from tests.stopped_runs import CHECKED, NOW, OUTBOX, StoppableRuns, before_last_check, point_at

pytestmark = pytest.mark.slow


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture
def runs(database_url: str, cfs: RunningCfs) -> StoppableRuns:
    return StoppableRuns(database_url, cfs.environment())


def given_a_bounce(database: Database, cfs: RunningCfs) -> None:
    cfs.admin.reset()
    cfs.admin.seed(
        sites=[seed_site(SITE, "BCR-PAD Daily")],
        invoices=[{"site_number": SITE.site, "invoice_number": NUMBER, "total": BEFORE}],
    )
    with database.begin() as session:
        session.exec_driver_sql("TRUNCATE pay_jobs.outbox, pay_jobs.job_runs RESTART IDENTITY CASCADE")
    keep(database, [nsf_fee()])


def test_a_delivery_that_wakes_before_its_last_check_charges_no_second_fee(
    runs: StoppableRuns, database: Database, cfs: RunningCfs
) -> None:
    given_a_bounce(database, cfs)
    points = runs.run(OUTBOX).points
    assert CHECKED in points

    for point in before_last_check(points[: points.index(CHECKED) + 1]):
        given_a_bounce(database, cfs)
        stopped = runs.run(OUTBOX, stop_at=point_at(points, point))
        runs.end_sessions()
        assert runs.run(OUTBOX, minutes=60).returncode == ExitCode.DONE
        code = ExitCode.FAILED if point else ExitCode.DONE  # where it had claimed nothing yet it has lost nothing
        assert (runs.wake(stopped).returncode, len(charges(cfs))) == (code, 1), points[point]
        assert kept(database, f"fee:{NUMBER}")["state"] == "delivered"


def test_a_fee_that_was_charged_twice_is_told_with_both_effects(
    runs: StoppableRuns, database: Database, cfs: RunningCfs
) -> None:
    given_a_bounce(database, cfs)

    stopped = runs.run(OUTBOX, stop_at=(CHECKED, 1))
    runs.end_sessions()
    runs.run(OUTBOX, minutes=60)
    woken = runs.wake(stopped)

    assert (woken.returncode, len(charges(cfs))) == (ExitCode.ATTENTION, 2)
    assert "charged twice on invoice REG07401364: 191.50 CAD are due in CFS, 161.50 are right" in runs.told()
    assert len(runs_later(database, cfs, SetClock(NOW + timedelta(hours=3)))) == 1


def runs_later(database: Database, cfs: RunningCfs, clock: SetClock) -> tuple[tuple[int, str], ...]:
    """Return what a later delivery finds, whatever the woken run could say."""
    handler = CfsDelivery(connect(cfs), clock=clock)
    try:
        return send(database, {"cfs": handler}, clock).attention
    finally:
        handler.close()
