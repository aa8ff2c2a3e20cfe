"""Apply the rows of one file as sets, inside the caller's transaction.

Rows that settle and bounce the same CFS invoice are worked in waves, so that each change of direction sees the state
the one before left; nearly every file is a single wave. Every row ends in exactly one outcome, and the outcomes add
up to what was read, or nothing is committed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from config.errors import ConfigError, TotalsDisagree
from database.pay.history import keep_versions
from database.pay.nsf_fee import fee_overdue_date
from database.sessions import Session
from database.sql import statements
from tasks.pad_reconcile.effects import RuleTotal, SettlementEffects, UnmatchedBounce
from tasks.pad_reconcile.rules import RowKind
from tasks.pad_reconcile.staging import RowTotals, StagedKinds

sql = statements(__package__)

# What is changed is what was judged: every row is locked first, always in this order; parents before children, so that
# nobody adds a child meanwhile.
_LOCKS_OF_BOUNCES = ("lock_accounts", "lock_profiles")
_LOCKS = ("lock_invoices", "find_references", "lock_payments")


@dataclass(frozen=True)
class NsfFee:
    """The NSF fee as the pay database defines it, in CAD (filing type NSF of product BCR)."""

    schedule_id: int
    amount: Decimal
    description: str
    distribution_id: int | None


def apply_rows(session: Session, totals: RowTotals, *, now: datetime, today: date, source: str) -> SettlementEffects:
    """Apply every row, record its outcome, and return what was done.

    now     naive UTC
    today   the business day, which decides on the fee in force
    source  what the rows came from, used in messages only
    Raises TotalsDisagree if the outcomes do not add up to what was read.
    """
    effects = SettlementEffects.before_any(session)
    sql.run(session, "keep_applied")
    kinds = StagedKinds.read(session)
    _lock_rows(session, kinds)
    last_wave = sql.run(session, "number_waves").scalar_one() if kinds.have(RowKind.BOUNCE) else 0
    for wave in range(last_wave + 1):
        if kinds.have(RowKind.BOUNCE):
            sql.run(session, "find_parts", wave=wave)
        _resolve(session, wave)
        _settle(session, kinds, effects, now)
        session.execute(text("DROP TABLE settled_invoices"))
        if kinds.have(RowKind.BOUNCE):
            _bounce(session, effects, now, today)
    effects.withdrawn.add(sql["find_withdrawn"].text)
    if kinds.have(record_type="BOLP"):
        sql.run(session, "create_receipts")
        sql.run(session, "write_bank_payments", now=now)
        effects.receipts.add("SELECT * FROM settlement_receipts")
        session.execute(text("DROP TABLE settlement_receipts"))
    sql.run(session, "drop_work_columns")
    sql.run(session, "record_rows")
    effects.by_rule = _by_rule(session)
    _check_totals(totals, effects.by_rule, source)
    return effects


def _lock_rows(session: Session, kinds: StagedKinds) -> None:
    for name in (*_LOCKS_OF_BOUNCES, *_LOCKS) if kinds.have(RowKind.BOUNCE) else _LOCKS:
        sql.run(session, name)


def _resolve(session: Session, wave: int) -> None:
    """Decide what becomes of the rows of a wave; the waves before it changed what its numbers refer to."""
    if wave:
        session.execute(text("DROP TABLE settlement_references CASCADE"))
        sql.run(session, "find_references")
    sql.run(session, "index_settled")
    session.execute(text("ANALYZE settlement_references (invoice_number, status_code)"))
    sql.run(session, "create_open_invoices")
    sql.run(session, "begin_wave", wave=wave)
    sql.run(session, "resolve_rows", wave=wave)
    session.execute(text("ANALYZE settlement_work (target_number, kind, record_type, outcome, rule, wave)"))
    sql.run(session, "settle_repeats")


def _settle(session: Session, kinds: StagedKinds, effects: SettlementEffects, now: datetime) -> None:
    """Sections 5 to 7: invoices, receipts, payments and credits."""
    if kinds.have(RowKind.MEMO_PART, record_type="CMAP"):
        _apply_credits(session, effects, memos_only=True)
    sql.run(session, "choose_settled_invoices")
    session.execute(text("ANALYZE settled_invoices (target_number, reference_id, invoice_id)"))
    effects.differences.add(sql["find_differences"].text)
    if kinds.have(RowKind.SETTLE_CREDIT, record_type="CMAP"):
        _apply_credits(session, effects, memos_only=False)
        sql.run(session, "refresh_open_amounts")
    sql.run(session, "write_receipts")
    sql.run(session, "complete_references")
    sql.run(session, "mark_invoices_paid", now=now)
    sql.run(session, "write_missing_receipts")
    effects.completed.add(sql["list_completed_invoices"].text)
    if kinds.have(RowKind.SETTLE_PAD):
        sql.run(session, "write_pad_payments", now=now)
    sql.run(session, "complete_eft_payments")
    if kinds.have(RowKind.ON_ACCOUNT):
        sql.run(session, "create_credits", now=now)


def _apply_credits(session: Session, effects: SettlementEffects, *, memos_only: bool) -> None:
    sql.run(session, "create_placed")
    sql.run(session, "apply_credits", memos_only=memos_only)
    effects.left_over.add(sql["list_left_over"].text)
    sql.run(session, "mark_credits_applied", memos_only=memos_only)
    effects.unnoted.add(sql["list_unnoted"].text, memos_only=memos_only)
    session.execute(text("DROP TABLE settlement_placed"))


def _bounce(session: Session, effects: SettlementEffects, now: datetime, today: date) -> None:
    """Section 8: the local half of the NSF flow; the messages to CFS and others follow through the outbox."""
    sql.run(session, "choose_bounced")
    effects.unmatched += [UnmatchedBounce(*tuple(row)) for row in sql.run(session, "delete_bounced_receipts")]
    sql.run(session, "fail_payments")
    sql.run(session, "reopen_part_paid_invoices", now=now)
    if effects.bounced.add(sql["list_bounced"].text):
        _freeze_and_charge(session, effects, now, today)
    session.execute(text("DROP TABLE bounced_payments"))


def _freeze_and_charge(session: Session, effects: SettlementEffects, now: datetime, today: date) -> None:
    fee = _nsf_fee(session, today)
    sql.run(session, "reopen_bounced_invoices", now=now)
    _freeze(session, now)
    sql.run(
        session,
        "create_fee_invoices",
        now=now,
        overdue_date=fee_overdue_date(now),
        fee=fee.amount,
        fee_schedule_id=fee.schedule_id,
        description=fee.description,
        distribution_id=fee.distribution_id,
    )
    effects.nsf_fee = fee.amount


def _freeze(session: Session, now: datetime) -> None:
    profiles = sql.run(session, "choose_freezing").scalars().all()
    keep_versions(session, "cfs_accounts", profiles, now)
    sql.run(session, "freeze_accounts", ids=list(profiles))
    accounts = sql.run(session, "choose_owing").scalars().all()
    keep_versions(session, "payment_accounts", accounts, now)
    sql.run(session, "note_owing", ids=list(accounts), now=now)


def _nsf_fee(session: Session, today: date) -> NsfFee:
    """Return the NSF fee in force. Raises ConfigError where the pay database defines none."""
    row = sql.run(session, "find_nsf_fee", today=today).one_or_none()
    if row is None:
        raise ConfigError(
            "The pay database has no fee schedule for filing type NSF of product BCR: no fee can be charged."
        )
    return NsfFee(*tuple(row))


def _by_rule(session: Session) -> list[RuleTotal]:
    return [RuleTotal(*tuple(row)) for row in sql.run(session, "add_up_outcomes")]


def _check_totals(totals: RowTotals, by_rule: list[RuleTotal], source: str) -> None:
    rows = sum(count for _, _, count, _ in by_rule)
    amount = sum((amount for *_, amount in by_rule), Decimal(0))
    if (rows, amount) != (totals.rows, totals.amount):
        raise TotalsDisagree(
            f"{source}: {totals.rows} rows of {totals.amount} CAD were read, but their outcomes add up to "
            f"{rows} rows of {amount} CAD."
        )
