"""ROUTING_SLIP_RECREATE works a slip while the API changes it: refunds, purchases, corrections, links, closed accounts.

CFS is the simulator; its books must balance afterwards, and what it applied must be what our receipts say.
"""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import CursorResult, text

from config.errors import SourceUnavailable
from database.engine import Database
from database.sessions import Session
from tasks.routing_slip_recreate.arguments import Arguments
from tasks.routing_slip_recreate.task import work_slips
from tests.cfs_fixtures import fresh_cfs
from tests.routing_slip_factory import NOW, PREFIX, Slips
from tests.soak.race import Race
from tests.tasks.routing_slip_recreate.scenarios import PARENT, SCENARIOS, THIRD

_KINDS = ("link", "link-to-bounced", "void", "nsf", "correction", "correction-with-child", "refund")
_PROFILES = """
SELECT slip.number, slip.status, account.status AS account
  FROM routing_slips AS slip
  JOIN cfs_accounts AS account ON account.account_id = slip.payment_account_id AND account.payment_method = 'INTERNAL'
  JOIN LATERAL (
         SELECT operation.kind FROM pay_jobs.operations AS operation
          WHERE operation.subject = 'slip ' || slip.number AND operation.state = 'done'
          ORDER BY operation.id DESC LIMIT 1
       ) AS last ON (last.kind, slip.status) IN (('slip link', 'LINKED'), ('slip void', 'VOID'), ('slip nsf', 'NSF'))
 WHERE account.status <> CASE last.kind WHEN 'slip nsf' THEN 'FREEZE' ELSE 'INACTIVE' END"""
_FEES = """
SELECT routing_slip, count(*) FROM invoices
 WHERE corp_type_code = 'BCR' AND invoice_status_code = 'CREATED' GROUP BY routing_slip HAVING count(*) > 1"""


class SlipRace(Race):
    """One family in front of an operation, and one or two writers of the API."""

    name = "slips"

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._cfs = fresh_cfs()
        self.slips = Slips.fresh(self.database, next(self._cfs))

    def prepare(self, draw: random.Random) -> None:
        self.slips.empty()
        self.slips.change("DELETE FROM cfs_accounts_history")
        self.slips.deposit(THIRD, "15.00")
        kind = draw.choice(_KINDS)
        next(one for one in SCENARIOS if one.name == kind).prepare(self.slips)
        self.asked_back: list[int] = []
        self.closed = False
        self.others = dict(draw.sample(sorted(_others(self).items()), draw.choice((1, 1, 2))))

    def work(self, database: Database) -> None:
        context = self.slips.context(database=database)
        work_slips(context, Arguments(concurrency=1), self.slips.client, prefix=PREFIX)

    def finish(self, error: BaseException | None) -> None:
        """The next runs do what was left; what was parked stays for a person."""
        if error is not None:
            assert isinstance(error, SourceUnavailable) or "deadlock" in str(error), repr(error)
        self.work(self.database)

    def left_out(self) -> tuple[str, ...]:
        # The factory's accounts begin without versions.
        return ("a version without its history",)

    def check(self) -> list[str]:
        found = super().check()
        found += [
            f"profile does not follow its slip: {one}" for one in self.slips.records(_PROFILES) if not self.closed
        ]
        found += [f"two fees for one bounce: {one}" for one in self.slips.records(_FEES)]
        for invoice in self.asked_back:
            row = self.slips.record("SELECT invoice_status_code AS status FROM invoices WHERE id = :id", id=invoice)
            if row["status"] != "REFUND_REQUESTED":
                found.append(f"invoice {invoice} was asked back and is {row['status']}")
        return [*found, *self._other_receipts(), *self._violations()]

    def _other_receipts(self) -> list[str]:
        """Return where what CFS applied is not what our receipts say, of slips that nothing is in work for."""
        if self.slips.records("SELECT 1 FROM pay_jobs.operations WHERE state NOT IN ('done', 'dropped')"):
            return []
        there = {
            (receipt, invoice): Decimal(amount)
            for receipt, one in self.slips.receipts().items()
            for invoice, amount in one["applied"].items()
        }
        ours = self.slips.our_receipts()
        back = {f"{PREFIX}{one:08d}" for one in self.asked_back}
        return [
            f"receipt {key} is {there.get(key)} in CFS and {ours.get(key)} here"
            for key in there.keys() | ours.keys()
            if there.get(key) != ours.get(key) and key[1] not in back
        ]

    def _violations(self) -> list[str]:
        found = self.slips.cfs.admin.books()["violations"]
        assert isinstance(found, list)
        return [str(one) for one in found]

    def close(self) -> None:
        self.slips.client.close()
        self._cfs.close()  # type: ignore[attr-defined]
        super().close()


def _others(race: SlipRace) -> dict[str, Callable[[Database], Any]]:
    return {
        "asks a transaction back": lambda database: ask_back(database, race),
        "buys from the slip": buy,
        "corrects it once more": correct_again,
        "links another slip": link_another,
        "takes the status back": take_back,
        "closes the account": lambda database: close_account(database, race),
    }


def _run(session: Session, statement: str, **values: object) -> list[Any]:
    result = session.execute(text(statement), {"p": PARENT, "now": NOW.replace(tzinfo=None), **values})
    assert isinstance(result, CursorResult)
    return list(result) if result.returns_rows else []


def ask_back(database: Database, race: SlipRace) -> None:
    """Ask for the refund of a paid transaction: the balance is given back at once."""
    with database.begin() as session:
        rows = _run(
            session,
            "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = (SELECT min(id) FROM invoices"
            " WHERE routing_slip = :p AND invoice_status_code = 'PAID') AND invoice_status_code = 'PAID'"
            " RETURNING id, total",
        )
        for row in rows:
            _run(session, "UPDATE routing_slips SET remaining_amount = remaining_amount + :t WHERE number = :p",
                 t=row.total)  # fmt: skip
    race.asked_back += [row.id for row in rows]


def buy(database: Database) -> None:
    """Buy for 5.00, where the slip is open to it."""
    with database.begin() as session:
        rows = _run(
            session,
            "UPDATE routing_slips SET remaining_amount = remaining_amount - 5 WHERE number = :p"
            " AND status IN ('ACTIVE', 'NSF', 'CORRECTION') AND remaining_amount >= 5 RETURNING payment_account_id",
        )
        for row in rows:
            _run(
                session,
                "INSERT INTO invoices (payment_method_code, invoice_status_code, total, paid, refund, routing_slip,"
                " payment_account_id, corp_type_code, created_by, created_on)"
                " VALUES ('INTERNAL', 'APPROVED', 5, 0, 0, :p, :account, 'CP', 'API', :now)",
                account=row.payment_account_id,
            )


def correct_again(database: Database) -> None:
    """Correct the total by 7.00 more."""
    with database.begin() as session:
        _run(
            session,
            "UPDATE routing_slips SET total = total + 7, remaining_amount = remaining_amount + 7, status = 'CORRECTION'"
            " WHERE number = :p AND status IN ('ACTIVE', 'COMPLETE', 'CORRECTION')",
        )


def link_another(database: Database) -> None:
    """Link a slip of 15.00, where both sides allow it."""
    with database.begin() as session:
        if _run(
            session,
            "UPDATE routing_slips SET remaining_amount = remaining_amount + 15 WHERE number = :p"
            " AND status IN ('ACTIVE', 'NSF') RETURNING 1",
        ):
            _run(
                session,
                "UPDATE routing_slips SET status = 'LINKED', parent_number = :p, remaining_amount = 0"
                " WHERE number = :t",
                t=THIRD,
            )


def take_back(database: Database) -> None:
    """Take a correction or a refund back."""
    with database.begin() as session:
        _run(
            session,
            "UPDATE routing_slips SET status = 'ACTIVE' WHERE number = :p AND status IN ('REFUND_AUTHORIZED')",
        )


def close_account(database: Database, race: SlipRace) -> None:
    """Put the slip's CFS account out of use by hand."""
    with database.begin() as session:
        rows = _run(
            session,
            "UPDATE cfs_accounts SET status = 'INACTIVE' WHERE status IN ('ACTIVE', 'FREEZE') AND account_id ="
            " (SELECT payment_account_id FROM routing_slips WHERE number = :p) RETURNING id",
        )
    race.closed = bool(rows)
