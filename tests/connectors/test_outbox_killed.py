"""kill -9 between the effect and its mark: the next delivery looks, and CFS has one effect."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from connectors.cfs_delivery import CfsDelivery
from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import SITE, connect, fresh_cfs, seed_site
from tests.connectors.test_outbox_cfs import BEFORE, NUMBER, charges, nsf_fee, receipt_method, stop_pad
from tests.forked_runs import ForkedRuns
from tests.outbox_fixtures import SetClock, keep, kept, send

DELIVERIES = ForkedRuns("tests.delivery_process")


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["stop_pad", "nsf_fee"])
def test_a_killed_delivery_has_one_effect(
    engine: Engine, database_url: str, cfs: RunningCfs, moment: str, kind: str
) -> None:
    database = Database(engine)
    cfs.admin.reset()
    cfs.admin.seed(
        sites=[seed_site(SITE, "BCR-PAD Daily")],
        invoices=[{"site_number": SITE.site, "invoice_number": NUMBER, "total": BEFORE}],
    )
    keep(database, [stop_pad(), nsf_fee()])

    settings = {"DATABASE_URL": database_url, **cfs.environment()}
    assert DELIVERIES.order(moment=moment, kind=kind, settings=settings).was_killed
    name = "stop" if kind == "stop_pad" else f"fee:{NUMBER}"
    assert (kept(database, name)["state"], kept(database, name)["attempts"]) == ("pending", 1)

    waited: list[float] = []
    delivery = CfsDelivery(connect(cfs), clock=SetClock(), wait=waited.append)
    report = send(database, delivery)
    delivery.close()

    assert report.delivered == (2 if kind == "stop_pad" else 1)
    assert receipt_method(cfs) == "BCR-PAD Stop"
    assert len(charges(cfs)) == 1
    assert len(cfs.admin.calls(method="PUT")) == 1
    assert kept(database, name)["answer"]["already"] is (moment == "after")
    assert waited == ([10] if kind == "nsf_fee" else [])
