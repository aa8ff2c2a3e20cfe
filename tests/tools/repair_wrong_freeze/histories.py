"""Generated histories of PAD accounts, a wrong file that bounces some of them, and what must be as it was."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

from config.errors import UsageError
from config.settings import CfsSettings
from connectors.cfs import CfsClient, CfsSite
from connectors.cfs_delivery import CfsDelivery
from connectors.effects import breaking_in
from connectors.inbound.holds import HoldKind
from connectors.outbox.delivery import deliver
from connectors.outbox.model import Handler
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from jobs.run.progress import Progress
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import seed_site
from tests.pay_books import QUIET
from tests.process_killed import ProcessKilled
from tests.settlement_factory import Account, Line, SettlementBooks, bounce
from tools.repair_wrong_freeze.arguments import Arguments
from tools.repair_wrong_freeze.task import run

WRONG = "BCR_PAYMENT_APPL_20261106.csv"
EARLIER = "BCR_PAYMENT_APPL_20261105.csv"
_MOST_ACCOUNTS = 3
_DIES, _CHECKPOINTS = 0.5, 8  # of an undo with a fee and a site; one that passes fewer lives on
_LEFT_OUT = {
    "invoices": ("updated_on", "updated_by", "updated_name"), "cfs_accounts": ("version",),
    "payment_accounts": ("version",),
}  # fmt: skip
_FEES = "SELECT invoice_id FROM non_sufficient_funds WHERE description LIKE 'UNDONE: %'"
_PAY_TABLES = {
    "applied_credits": "true", "cfs_accounts": "true", "credits": "true", "payment_accounts": "true",
    "payments": "true", "receipts": "true",
    "invoices": f"id NOT IN ({_FEES})", "invoice_references": f"invoice_id NOT IN ({_FEES})",
    "payment_line_items": f"invoice_id NOT IN ({_FEES})",
    "non_sufficient_funds": f"invoice_id NOT IN ({_FEES})",
}  # fmt: skip


def pay_tables(books: SettlementBooks) -> dict[str, list[dict[str, Any]]]:
    """Return the pay tables, less the rows that tell of an undo, versions and `updated_*`."""
    return {
        table: [
            {name: value for name, value in row.items() if name not in _LEFT_OUT.get(table, ())}
            for (row,) in books.rows(f"SELECT to_jsonb(one) FROM {table} AS one WHERE {which} ORDER BY id")
        ]
        for table, which in _PAY_TABLES.items()
    }


def in_cfs(cfs: RunningCfs) -> dict[str, list[tuple[str, object]]]:
    """Return how CFS collects on each site, and what it has as due on each invoice."""
    state = cfs.admin.state()
    return {
        "sites": sorted((number, one["receipt_method"]) for number, one in state["sites"].items()),
        "due": sorted((number, one["amount_due"]) for number, one in state["invoices"].items()),
    }


def site_of(cfs_account: str) -> CfsSite:
    """Return the site of an account, as SettlementBooks numbers it."""
    return CfsSite(f"5{cfs_account[1:]}", cfs_account, f"9{cfs_account[1:]}")


def context_of(books: SettlementBooks, cfs: RunningCfs) -> RunContext:
    """Return what a run is given."""
    return books.context(settings={CfsSettings: cfs.settings()})


def undo(books: SettlementBooks, cfs: RunningCfs, **which: str) -> Outcome:
    """Run repair wrong-freeze."""
    return run(context_of(books, cfs), Arguments(reason="ticket 4711", **which))


class _AccountAtWork(Progress):
    """Knows which account a thread of the undo works on."""

    def step(self, what: str) -> None:
        _at_work.set((what, count()))


_at_work: ContextVar[tuple[str, "count[int]"]] = ContextVar("the account of an undo, and a count of its checkpoints")


def undo_dying(books: SettlementBooks, cfs: RunningCfs, dying: Mapping[str, int]) -> list[Reject]:
    """Run repair wrong-freeze on the wrong file; where the undo of an account dies, a second run finishes it.

    dying  by account: the checkpoint at which its process dies
    """

    def die(_name: str) -> None:
        account, passed = _at_work.get()
        if next(passed) == dying.get(account):
            raise ProcessKilled

    context = replace(context_of(books, cfs), progress=_AccountAtWork(QUIET, terminal=False))
    try:
        with breaking_in(die):
            return run(context, Arguments(reason="ticket 4711", file=WRONG)).rejects
    except ProcessKilled:
        pass
    try:
        return undo(books, cfs, file=WRONG).rejects
    except UsageError as nothing_left:  # each died after its last step
        assert "has no bounce that stands" in str(nothing_left)
        return []


def tell(books: SettlementBooks, cfs: RunningCfs, *, at_most: int | None = None) -> None:
    """Deliver the outbox, or so many messages of it: CFS hears of stops and fees, events go nowhere."""
    with CfsClient(cfs.settings(), sleep=lambda _seconds: None) as client:
        receivers: dict[str, Handler] = {
            "cfs": CfsDelivery(client, wait=lambda _seconds: None, settle_seconds=0),
            "event": lambda _message: {},
        }
        deliver(books.database, receivers, clock=lambda: books.now, stop_check=lambda: None, log=QUIET, limit=at_most)


class Histories:
    """A pay database in which generated histories lie side by side, and a wrong file that bounces numbers of each.

    owing   the accounts of which another payment came back rightly: they stay frozen
    dying   by account: how many checkpoints its undo passes before its process dies; no death where it is not named
    """

    def __init__(self, books: SettlementBooks, cfs: RunningCfs, seeds: Sequence[int]) -> None:
        self.books, self.cfs = books, cfs
        self.owing: set[str] = set()
        self.dying: dict[str, int] = {}
        self._sites: list[dict[str, object]] = []
        self._invoices: list[dict[str, object]] = []
        self._earlier: list[Line] = []
        self._wrong: list[Line] = []
        with books.together():
            for place, seed in enumerate(seeds):
                self._add(seed, range(place * _MOST_ACCOUNTS, (place + 1) * _MOST_ACCOUNTS))
        cfs.admin.seed(sites=self._sites, invoices=self._invoices)
        if self._earlier:
            books.apply(*self._earlier, name=EARLIER, released=frozenset({HoldKind.FUSE}))
        tell(books, cfs)
        self.before, self.before_in_cfs = pay_tables(books), in_cfs(cfs)
        books.apply(*self._wrong, name=WRONG, released=frozenset({HoldKind.FUSE}))
        if seeds[0] % 3:
            tell(books, cfs)
        else:
            tell(books, cfs, at_most=random.Random(f"told {seeds[0]}").randrange(3 * len(self._wrong)))

    def _add(self, seed: int, places: Sequence[int]) -> None:
        draw = random.Random(f"undo {seed}")
        for place in places[: draw.randrange(1, _MOST_ACCOUNTS + 1)]:
            account = self.books.account(f"8{place:05}")
            self._fill(draw, account, place, is_first=place == places[0])
            if draw.random() < _DIES:
                self.dying[account.auth] = draw.randrange(_CHECKPOINTS)

    def _fill(self, draw: random.Random, account: Account, place: int, *, is_first: bool) -> None:
        self._sites.append(seed_site(site_of(account.cfs), "BCR-PAD Daily"))
        for at in range(draw.randrange(1, 4)):
            number = f"REG{place:04}{at:04}"
            owed = self._number(draw, account, number)
            if (at or not is_first) and draw.random() < 0.2:  # it came back rightly, and CFS has it as due
                self._earlier.append(bounce(f"PR{number}", account.cfs, number, str(owed)))
                self.owing.add(account.auth)
                self._seed(account, number, owed)
                continue
            if at == 0 or draw.random() < 0.6:
                part = draw.random() < 0.2
                more = {"status": "Partially PAID", "outstanding": "1.00"} if part else {}
                self._wrong.append(bounce(f"PR{number}", account.cfs, number, str(owed), **more))
            self._seed(account, number, Decimal(0))

    def _number(self, draw: random.Random, account: Account, number: str) -> Decimal:
        """Add the invoices of a number: paid by its payment or by an earlier file, some of it by a credit memo; one
        beside another may be refunded.
        """
        owed = Decimal(0)
        by_file = draw.random() < 0.4
        for at in range(draw.randrange(1, 3)):
            total = Decimal(draw.randrange(500, 20_000)) / 100
            owed += total
            if by_file:
                self.books.invoice(account, number, str(total))
                continue
            status = "CREDITED" if at and draw.random() < 0.3 else "PAID"
            invoice = self.books.invoice(
                account, number, str(total), status=status, reference="COMPLETED", paid=str(total)
            )
            memo = (total / 3).quantize(Decimal("0.01")) if draw.random() < 0.3 else Decimal(0)
            if memo:
                credit = self.books.credit(account, f"CM{invoice}", str(memo), remaining="0")
                self.books.applied_credit(credit, account, invoice, number, invoice, str(memo))
                self.books.receipt(invoice, f"CM{invoice}", str(memo))
            other = draw.random() < 0.2
            self.books.receipt(invoice, "OLD" if other else f"PR{number}", str(total - memo))
        if by_file:
            self._earlier.append(Line("PADP", f"PR{number}", str(owed), account.cfs, number))
        elif draw.random() < 0.9:
            self.books.payment(account, number, f"PR{number}", str(owed))
        return owed

    def _seed(self, account: Account, number: str, due: Decimal) -> None:
        site = site_of(account.cfs)
        self._invoices.append({"site_number": site.site, "invoice_number": number, "total": str(due)})


def dying_at(point: str) -> Callable[[str], None]:
    """Return what kills an undo at one point."""

    def die(name: str) -> None:
        if name == point:
            raise ProcessKilled

    return die
