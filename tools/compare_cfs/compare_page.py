"""Both sides of a page of keys: ours read as a set, theirs asked side by side; and what differs.

Each function returns the differences and how many keys CFS gave no usable answer to.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from config.errors import PayJobsError
from connectors.cfs import CfsClient, CfsSite
from database.pay.numbers import invoice_number
from database.pay.profiles import profiles_of_invoices
from database.sql import statements
from diagnosis.evidence import SlipRecord
from diagnosis.parallel_lookups import ParallelLookups
from diagnosis.read_evidence import read_slips
from tools.compare_cfs import rules
from tools.compare_cfs.rules import Difference, OurCredit, OurInvoice, OurSlip

sql = statements(__package__)


@dataclass
class PageDifferences:
    """The differences of one page, and how many of its keys CFS did not answer."""

    found: list[Difference]
    unanswered: int = 0


@dataclass(frozen=True)
class PageComparer:
    """Compares a page of keys with CFS.

    prefix  before every invoice number in CFS
    """

    cfs: CfsClient
    lookups: ParallelLookups
    prefix: str

    def read(self, session: Session, stage: str, keys: list[str]) -> list[Any]:
        """Read our side of the keys of a stage."""
        rows = [tuple(row) for row in sql.run(session, f"read_{stage}", keys=keys)]
        if stage == "invoices":
            sites = _sites(session, [row[0] for row in rows])
            return [_our_invoice(row, sites.get(row[0])) for row in rows]
        if stage == "unsent":
            sites = _sites(session, [row[0] for row in rows])
            return [(invoice_number(self.prefix, id_), total, sites.get(id_)) for id_, total in rows]
        if stage == "credits":
            return [_our_credit(row) for row in rows]
        slips = read_slips(session, keys)
        return [(OurSlip(*row), slips[row[0]]) for row in rows]

    def compare(self, stage: str, ours: list[Any]) -> PageDifferences:
        """Ask for their side and compare."""
        compare: dict[str, Callable[[list[Any]], PageDifferences]] = {
            "invoices": self._invoices,
            "unsent": self._unsent,
            "credits": self._credits,
            "slips": self._slips,
        }
        return compare[stage](ours)

    def _invoices(self, ours: list[OurInvoice]) -> PageDifferences:
        placed = {(one.site, one.number): one for one in ours if one.site is not None}
        answers = self.lookups.ask(placed, lambda key: (self.cfs.get_invoice(*key),))
        found = _judged(answers, placed, rules.of_invoice)
        lost = [one for one in ours if one.site is None]
        found.found += [
            Difference("invoice", one.number, "ours", one.total, None, "our account has no complete CFS profile")
            for one in lost
        ]
        return found

    def _unsent(self, ours: list[tuple[str, Decimal, CfsSite | None]]) -> PageDifferences:
        placed = {(site, number): total for number, total, site in ours if site is not None}
        answers = self.lookups.ask(placed, lambda key: (self.cfs.get_invoice(*key),))
        result = PageDifferences([], _failures(answers, placed))
        for key, answer in answers.items():
            if not isinstance(answer, PayJobsError):
                result.found += rules.of_unsent(key[1], placed[key], answer[0])
        return result

    def _credits(self, ours: list[OurCredit]) -> PageDifferences:
        placed = {one: one for one in ours}
        answers = self.lookups.ask(placed, lambda one: (self._left(one),))
        return _judged(answers, placed, rules.of_credit)

    def _slips(self, ours: list[tuple[OurSlip, SlipRecord]]) -> PageDifferences:
        placed = {slip: one for one, slip in ours if slip.site is not None}
        answers = self.lookups.ask(placed, lambda slip: (self._unapplied(slip),))
        return _judged(answers, placed, rules.of_slip)

    def _left(self, credit: OurCredit) -> Decimal | None:
        for site in credit.sites:
            memo = self.cfs.get_credit_memo(site, credit.number)
            if memo is not None:
                return memo.remaining_amount
        return None

    def _unapplied(self, slip: SlipRecord) -> Decimal:
        assert slip.site is not None
        return self.cfs.get_unapplied(slip.site, slip.receipts)


def _judged(
    answers: dict[Any, Any], placed: dict[Any, Any], judge: Callable[[Any, Any], Iterable[Difference]]
) -> PageDifferences:
    result = PageDifferences([], _failures(answers, placed))
    for key, answer in answers.items():
        if not isinstance(answer, PayJobsError):
            result.found += judge(placed[key], answer[0])
    return result


def _failures(answers: dict[Any, Any], placed: dict[Any, Any]) -> int:
    answered = sum(not isinstance(answer, PayJobsError) for answer in answers.values())
    return len(placed) - answered


def _sites(session: Session, ids: list[int]) -> dict[int, CfsSite | None]:
    found = profiles_of_invoices(session, ids)
    return {id_: CfsSite.where_complete(one.party, one.account, one.site) for id_, one in found.items()}


def _our_invoice(row: Any, site: CfsSite | None) -> OurInvoice:
    _, number, total, is_paid, is_open, receipts = row
    numbers = frozenset(number for listed in receipts for number in listed.split(","))
    return OurInvoice(number, total or Decimal(0), is_paid, is_open, numbers, site)


def _our_credit(row: Any) -> OurCredit:
    _, number, amount, remaining, places = row
    sites = tuple(site for place in places if (site := CfsSite.where_complete(*place)) is not None)
    return OurCredit(number or "", amount, remaining, sites)
