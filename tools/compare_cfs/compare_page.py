"""Both sides of a page of keys: ours read as a set, theirs asked side by side; and what differs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar

from config.errors import PayJobsError
from connectors.cfs import CfsClient, CfsInvoice, CfsSite
from database.sessions import Session
from diagnosis.parallel_lookups import ParallelLookups
from tools.compare_cfs import rules
from tools.compare_cfs.our_side import our_credits, our_invoices, our_slips, our_unsent_invoices
from tools.compare_cfs.rules import CfsDifference, OurCredit, OurInvoice, OurSlip, OurUnsentInvoice

Ours = TypeVar("Ours", OurInvoice, OurUnsentInvoice, OurCredit, OurSlip)
Theirs = TypeVar("Theirs")


@dataclass
class PageDifferences:
    """The differences of one page, and how many of its keys CFS gave no usable answer to."""

    found: list[CfsDifference]
    unanswered: int = 0


@dataclass(frozen=True)
class PageComparer:
    """Compares a page of keys with CFS.

    prefix  before every invoice number in CFS
    """

    cfs: CfsClient
    lookups: ParallelLookups
    prefix: str

    def read(self, session: Session, stage: str, keys: list[str]) -> Callable[[], PageDifferences]:
        """Read our side of the keys of a stage; return what asks for their side and compares."""
        if stage == "invoices":
            return partial(self._invoices, our_invoices(session, keys))
        if stage == "unsent":
            return partial(self._unsent, our_unsent_invoices(session, keys, prefix=self.prefix))
        if stage == "credits":
            return partial(self._credits, our_credits(session, keys))
        return partial(self._slips, our_slips(session, keys))

    def _invoices(self, ours: list[OurInvoice]) -> PageDifferences:
        placed = [one for one in ours if one.site is not None]
        compared = self._compare(placed, lambda one: self._invoice(one.site, one.number), rules.of_invoice)
        compared.found += [
            CfsDifference("invoice", one.number, "ours", one.total, None, "our account has no complete CFS profile")
            for one in ours
            if one.site is None
        ]
        return compared

    def _unsent(self, ours: list[OurUnsentInvoice]) -> PageDifferences:
        placed = [one for one in ours if one.site is not None]
        return self._compare(placed, lambda one: self._invoice(one.site, one.number), rules.of_unsent)

    def _credits(self, ours: list[OurCredit]) -> PageDifferences:
        return self._compare(ours, self._left, rules.of_credit)

    def _slips(self, ours: list[OurSlip]) -> PageDifferences:
        placed = [one for one in ours if one.site is not None]
        return self._compare(placed, self._unapplied, rules.of_slip)

    def _compare(
        self,
        ours: list[Ours],
        ask: Callable[[Ours], Theirs],
        compare: Callable[[Ours, Theirs], Iterator[CfsDifference]],
    ) -> PageDifferences:
        answers: Mapping[Ours, tuple[Theirs] | PayJobsError] = self.lookups.ask(ours, lambda one: (ask(one),))
        theirs = {one: answer[0] for one, answer in answers.items() if not isinstance(answer, PayJobsError)}
        found = [difference for one in ours if one in theirs for difference in compare(one, theirs[one])]
        return PageDifferences(found, len(ours) - len(theirs))

    def _invoice(self, site: CfsSite | None, number: str) -> CfsInvoice | None:
        assert site is not None
        return self.cfs.get_invoice(site, number)

    def _left(self, credit: OurCredit) -> Decimal | None:
        memos = (self.cfs.get_credit_memo(site, credit.number) for site in credit.sites)
        return next((memo.remaining_amount for memo in memos if memo is not None), None)

    def _unapplied(self, slip: OurSlip) -> Decimal:
        assert slip.site is not None
        return self.cfs.get_unapplied(slip.site, slip.receipts)
