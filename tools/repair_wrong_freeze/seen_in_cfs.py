"""What CFS says of one account's invoices and sites, asked once and kept until it is changed or too old to act on."""

from collections.abc import Callable
from typing import TypeVar

from connectors.cfs import CfsClient, CfsSite, InvoiceBalance, SiteProfile
from connectors.effects import LOOK_GOOD_FOR, Clocks

K = TypeVar("K")
T = TypeVar("T")


class SeenInCfs:
    """Each answer comes with when it was asked for."""

    def __init__(self, cfs: CfsClient) -> None:
        self.cfs = cfs
        self._invoices: dict[str, tuple[InvoiceBalance | None, Clocks]] = {}
        self._sites: dict[CfsSite, tuple[SiteProfile | None, Clocks]] = {}

    def invoice(self, site: CfsSite, number: str) -> tuple[InvoiceBalance | None, Clocks]:
        """Return an invoice, None if it is not on that site."""
        return _kept(self._invoices, number, lambda: self.cfs.get_invoice_balance(site, number))

    def site(self, site: CfsSite) -> tuple[SiteProfile | None, Clocks]:
        """Return a site, None if there is none."""
        return _kept(self._sites, site, lambda: self.cfs.get_site(site))

    def forget(self) -> None:
        """Ask again the next time."""
        self._invoices.clear()
        self._sites.clear()


def _kept(answers: dict[K, tuple[T, Clocks]], about: K, ask: Callable[[], T]) -> tuple[T, Clocks]:
    now = Clocks.now()
    if about not in answers or answers[about][1].seconds_until(now) > LOOK_GOOD_FOR:
        answers[about] = (ask(), now)
    return answers[about]
