"""What bounces did to one account, and what of it can be taken back; read under lock, so that it stays so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from config.command_line import typed
from connectors.cfs import CfsSite
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

# In the order in which PAD_RECONCILE locks them.
_LOCKED = ("payment_accounts", "cfs_accounts", "invoices", "invoice_references", "payments")


class Bounce(NamedTuple):
    """A bounce that was not taken back (list_bounces.sql)."""

    file_id: int
    line: int
    file: str
    account_id: int
    auth_account: str
    number: str


class JudgedBounce(NamedTuple):
    """A bounce, and why it cannot be taken back; None where it can (judge_bounces.sql).

    party, account, site  where CFS has the invoice of the number
    needs_others          whether it can be taken back together with the other bounces of its payment
    """

    file_id: int
    line: int
    number: str
    party: str
    account: str
    site: str
    why: str | None
    needs_others: bool

    @property
    def place(self) -> tuple[int, int]:
        """The file and the line it came from."""
        return self.file_id, self.line


@dataclass(frozen=True)
class UnpaidFee:
    """An NSF fee that is not paid, and the site in CFS that has it."""

    invoice_id: int
    number: str
    amount: Decimal
    site: CfsSite


class UnbookedRow(NamedTuple):
    """A settlement row that was not booked because its number counted as bounced (list_unbooked.sql)."""

    file_id: int
    line: int
    file: str
    number: str
    amount: Decimal
    is_skipped: bool

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.amount} CAD for {self.number} came while it counted as bounced"


@dataclass(frozen=True)
class FrozenAccount:
    """An account as bounces left it.

    taken_back  the bounces that can be taken back
    left        those that cannot, with why
    unbooked    what came for their numbers and was not booked for that they counted as bounced
    standing    numbers that came back and are owed still once it is taken back: they keep the account frozen
    fees        the unpaid fees of its freezes; none where something keeps it frozen
    profiles    the PAD profiles that bounces froze, by id; likewise
    owes        whether a bounce noted that it owes; likewise
    """

    account_id: int
    auth_account: str
    taken_back: tuple[JudgedBounce, ...]
    left: tuple[JudgedBounce, ...]
    unbooked: tuple[UnbookedRow, ...]
    standing: tuple[str, ...]
    fees: tuple[UnpaidFee, ...]
    profiles: dict[int, CfsSite]
    owes: bool

    @property
    def is_unlocked(self) -> bool:
        """Whether the account is active once it is taken back."""
        return bool(self.taken_back) and not self.standing and bool(self.profiles)

    def places(self) -> dict[str, list[int]]:
        """Return the bounces that can be taken back as the statements take them."""
        return places_of([one.place for one in self.taken_back])


def places_of(places: Sequence[tuple[int, int]]) -> dict[str, list[int]]:
    """Return bounces as the statements take them."""
    return {"files": [file_id for file_id, _ in places], "lines": [line for _, line in places]}


def next_command(auth_account: str, left: Iterable[JudgedBounce]) -> str:
    """Return what to type where some bounces of an account are left: the undo again, where that takes any back."""
    if any(one.why is None or one.needs_others for one in left):
        return typed("repair wrong-freeze --account", auth_account, reason=True)
    return typed("explain account", auth_account)


def list_bounces(session: Session, *, file: str | None, account: str | None) -> list[Bounce]:
    """Return the bounces of a file, or those of an account that are still owed, that were not taken back."""
    rows = sql.run(session, "list_bounces", file=file, account=account)
    return [Bounce(*tuple(row)) for row in rows]


def judge(session: Session, account_id: int, auth_account: str, places: Sequence[tuple[int, int]]) -> FrozenAccount:
    """Lock what some bounces of an account changed, and return what of it can be taken back."""
    asked = judge_bounces(session, account_id, places)
    taken_back = tuple(one for one in asked if one.why is None)
    numbers = [one.number for one in taken_back]
    back = places_of([one.place for one in taken_back])
    standing = tuple(sql.run(session, "list_standing", account_id=account_id, numbers=numbers, **back).scalars())
    stays = bool(standing) or not taken_back
    return FrozenAccount(
        account_id=account_id,
        auth_account=auth_account,
        taken_back=taken_back,
        left=tuple(one for one in asked if one.why is not None),
        unbooked=tuple(UnbookedRow(*tuple(row)) for row in sql.run(session, "list_unbooked", numbers=numbers)),
        standing=standing,
        fees=() if stays else _fees(session, account_id),
        profiles={} if stays else _profiles(session, account_id),
        owes=not stays and bool(sql.run(session, "list_owing", account_id=account_id).all()),
    )


def cannot_be_taken_back(session: Session, account_id: int, places: Sequence[tuple[int, int]]) -> list[JudgedBounce]:
    """Lock what some bounces of an account changed, and return those that cannot be taken back, with why."""
    return [one for one in judge_bounces(session, account_id, places) if one.why is not None]


def judge_bounces(session: Session, account_id: int, places: Sequence[tuple[int, int]]) -> list[JudgedBounce]:
    """Lock what some bounces of an account changed, and return those that were not taken back, judged."""
    for table in _LOCKED:
        session.execute(text(sql["lock_rows"].text.format(table=table)), places_of(places))
    rows = sql.run(session, "judge_bounces", account_id=account_id, **places_of(places))
    return [one for row in rows if (one := JudgedBounce(*tuple(row))).place in set(places)]


def _fees(session: Session, account_id: int) -> tuple[UnpaidFee, ...]:
    return tuple(
        UnpaidFee(row.invoice_id, row.number, row.amount, CfsSite(row.party, row.account, row.site))
        for row in sql.run(session, "list_fees", account_id=account_id)
    )


def _profiles(session: Session, account_id: int) -> dict[int, CfsSite]:
    rows = sql.run(session, "list_frozen_profiles", account_id=account_id)
    return {row.id: CfsSite(row.party, row.account, row.site) for row in rows}
