"""A simulated CFS for tests: one process a test run, emptied before and audited after each test.

A test module says:

    @pytest.fixture
    def cfs() -> Iterator[RunningCfs]:
        yield from fresh_cfs()
"""

import atexit
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from connectors.cfs import CfsClient, CfsSite, InvoiceLine, NewReceipt, PaymentMethod
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import RunningCfs, start_cfs

SITE = CfsSite("500001", "800201", "900301")
OTHER_SITE = CfsSite("500002", "800202", "900302")
NOW = datetime(2026, 11, 5, 18, 30, tzinfo=UTC)


class NoTimePasses(StopRequest):
    """What a run waits on, where the waits between tries of CFS take no time."""

    def wait(self, seconds: float) -> None:
        self.check()


@cache
def running_cfs() -> RunningCfs:
    """Return the simulator of this process, started once."""
    running = start_cfs()
    atexit.register(running.stop)
    return running


def fresh_cfs() -> Iterator[RunningCfs]:
    """Return a CFS with two empty sites; whatever the test does, its books must balance afterwards."""
    cfs = running_cfs()
    cfs.admin.reset()
    cfs.admin.seed(sites=[seed_site(SITE), seed_site(OTHER_SITE)])
    yield cfs
    report = cfs.admin.books()
    assert report["violations"] == []


def seed_site(site: CfsSite, receipt_method: str | None = None) -> dict[str, object]:
    """Return a site in the shape in which it is seeded."""
    return {
        "party_number": site.party,
        "account_number": site.account,
        "site_number": site.site,
        "receipt_method": receipt_method,
    }


def connect(
    cfs: RunningCfs,
    *,
    timeout: float = 60,
    dry_run: bool = False,
    clock: Callable[[], float] | None = None,
    slept: list[float] | None = None,
) -> CfsClient:
    """Return a client that does not wait between its tries; how long it would have goes into `slept`."""
    waits: list[float] = [] if slept is None else slept
    settings = cfs.settings(timeout=timeout, max_per_second=100_000)
    if clock is None:
        return CfsClient(settings, dry_run=dry_run, sleep=waits.append)
    return CfsClient(settings, dry_run=dry_run, clock=clock, sleep=waits.append)


def cash(number: str = "206000010", amount: str = "100.33") -> NewReceipt:
    """Return a receipt to be made."""
    return NewReceipt(number, date(2026, 11, 5), Decimal(amount), PaymentMethod.CASH)


def line(amount: str, description: str = "Annual report") -> InvoiceLine:
    """Return a line of an invoice to be made."""
    return InvoiceLine(description, Decimal(amount), "112.32041.35301.1278.3200000.000000.0000")
