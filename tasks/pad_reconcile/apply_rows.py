"""Apply the staged rows of one file as sets, inside the caller's transaction.

Rows that settle and bounce the same CFS invoice are worked in waves, so that each change of direction sees the state
the one before left; nearly every file is a single wave. Every row ends in exactly one outcome, and the outcomes add
up to what was read, or nothing is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from config.errors import ConfigError, TotalsDisagree
from database.kept_rows import KeptRows
from database.pay.history import keep_versions
from database.pay.nsf_fee import fee_overdue_date
from database.sql import statements
from tasks.pad_reconcile.staging import Totals

sql = statements(__package__)

# What is changed is what was judged: every row is locked first, always in this order; parents before children, so that
# nobody adds a child meanwhile.
_LOCKS = ("lock_accounts", "lock_profiles", "lock_invoices", "lock_references", "lock_payments")
_UNPLACED = "SELECT * FROM settlement_placed WHERE unplaced <> 0 AND (placed <> 0 OR kind = 'SETTLE_CREDIT')"
RuleTotal = tuple[str, str, int, Decimal]  # outcome, rule, rows, CAD
_WAVE_TABLES = ("settlement_resolved", "settled_invoices", "bounced_payments")


@dataclass(frozen=True)
class Fee:
    """The NSF fee as the pay database defines it, in CAD (filing type NSF of product BCR)."""

    schedule_id: int
    amount: Decimal
    description: str
    distribution_id: int | None


@dataclass
class Applied:
    """What became of the rows; what may be many lies in the database until the transaction ends.

    by_rule      outcome, rule, rows, amount
    bounced      one row a bounced payment (choose_bounced.sql)
    fee          the NSF fee in CAD; None where nothing bounced
    completed    one row an online banking invoice that is now paid
    receipts     one row an online banking receipt (write_bank_payments.sql)
    differences  numbers that CAS settled with another amount than was open
    unplaced     applied credit memo lines with an amount that found no invoice
    """

    bounced: KeptRows
    completed: KeptRows
    receipts: KeptRows
    differences: KeptRows
    unplaced: KeptRows
    by_rule: list[RuleTotal] = field(default_factory=list)
    fee: Decimal | None = None

    @classmethod
    def nothing(cls, session: Session) -> "Applied":
        """Return what there is before the first row."""
        return cls(
            bounced=KeptRows(session, "kept_bounced", "file_id, line"),
            completed=KeptRows(session, "kept_completed", "invoice_id"),
            receipts=KeptRows(session, "kept_receipts", "source_number"),
            differences=KeptRows(session, "kept_differences", "target_number"),
            unplaced=KeptRows(session, "kept_unplaced", "file_id, line"),
        )

    def forget(self) -> None:
        """Drop what lies in the database."""
        for kept in (self.bounced, self.completed, self.receipts, self.differences, self.unplaced):
            kept.forget()

    def rows(self, outcome: str) -> int:
        """Return how many rows ended so."""
        return sum(rows for name, _, rows, _ in self.by_rule if name == outcome)


def apply_staged(
    session: Session, totals: Totals, *, now: datetime, today: date, run_id: int | None, source: str
) -> Applied:
    """Give every staged row its effect and its outcome, and record it.

    now     naive UTC
    today   the business day, which decides on the fee in force
    source  what the rows came from, used in messages only
    Raises TotalsDisagree if the outcomes do not add up to what was read.
    """
    applied = Applied.nothing(session)
    for name in _LOCKS:
        sql.run(session, name)
    last_wave = sql.run(session, "number_waves").scalar_one()
    for wave in range(last_wave + 1):
        sql.run(session, "resolve_rows", wave=wave)
        session.execute(text("ANALYZE settlement_resolved"))
        _settle(session, applied, now)
        _bounce(session, applied, now, today)
        sql.run(session, "keep_resolved")
        session.execute(text(f"DROP TABLE {', '.join(_WAVE_TABLES)}"))
    sql.run(session, "create_receipts")
    sql.run(session, "write_bank_payments")
    applied.receipts.add("SELECT * FROM settlement_receipts")
    session.execute(text("DROP TABLE settlement_receipts"))
    sql.run(session, "record_rows", run_id=run_id)
    applied.by_rule = _by_rule(session)
    _check_totals(totals, applied.by_rule, source)
    return applied


def _settle(session: Session, applied: Applied, now: datetime) -> None:
    """Sections 5 to 7: invoices, receipts, payments and credits."""
    _apply_credits(session, applied, memos_only=True)
    sql.run(session, "choose_settled_invoices")
    session.execute(text("ANALYZE settled_invoices"))
    applied.differences.add(sql["find_differences"].text)
    _apply_credits(session, applied, memos_only=False)
    sql.run(session, "write_receipts")
    sql.run(session, "complete_references")
    sql.run(session, "mark_invoices_paid", now=now)
    sql.run(session, "write_missing_receipts")
    applied.completed.add(sql["list_completed_invoices"].text)
    sql.run(session, "write_pad_payments")
    sql.run(session, "complete_eft_payments")
    sql.run(session, "create_credits", now=now)


def _apply_credits(session: Session, applied: Applied, *, memos_only: bool) -> None:
    sql.run(session, "create_placed")
    sql.run(session, "apply_credits", memos_only=memos_only)
    applied.unplaced.add(_UNPLACED)
    sql.run(session, "mark_credits_applied", memos_only=memos_only)
    session.execute(text("DROP TABLE settlement_placed"))


def _bounce(session: Session, applied: Applied, now: datetime, today: date) -> None:
    """Section 8: the local half of the NSF flow; what CFS and others must be told follows through the outbox."""
    sql.run(session, "choose_bounced")
    sql.run(session, "fail_payments")
    if not applied.bounced.add("SELECT * FROM bounced_payments"):
        return
    fee = _nsf_fee(session, today)
    sql.run(session, "delete_bounced_receipts")
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
    applied.fee = fee.amount


def _freeze(session: Session, now: datetime) -> None:
    profiles = sql.run(session, "choose_freezing").scalars().all()
    keep_versions(session, "cfs_accounts", profiles, now)
    sql.run(session, "freeze_accounts", ids=list(profiles))
    accounts = sql.run(session, "choose_owing").scalars().all()
    keep_versions(session, "payment_accounts", accounts, now)
    sql.run(session, "note_owing", ids=list(accounts), now=now)


def _nsf_fee(session: Session, today: date) -> Fee:
    """Give the NSF fee in force. Raises ConfigError where the pay database defines none."""
    row = sql.run(session, "find_nsf_fee", today=today).one_or_none()
    if row is None:
        raise ConfigError(
            "The pay database has no fee schedule for filing type NSF of product BCR: no fee can be charged."
        )
    return Fee(*tuple(row))


def _by_rule(session: Session) -> list[RuleTotal]:
    rows: Sequence[Row[Any]] = session.execute(
        text(
            "SELECT outcome, replace(rule, '_', ' '), count(*), sum(amount) FROM settlement_done"
            " GROUP BY outcome, rule ORDER BY outcome, rule"
        )
    ).all()
    return [(outcome, rule, count, amount) for outcome, rule, count, amount in map(tuple, rows)]


def _check_totals(totals: Totals, by_rule: list[RuleTotal], source: str) -> None:
    rows = sum(count for _, _, count, _ in by_rule)
    amount = sum((amount for *_, amount in by_rule), Decimal(0))
    if (rows, amount) != (totals.rows, totals.amount):
        raise TotalsDisagree(
            f"{source}: {totals.rows} rows of {totals.amount} CAD were read, but their outcomes add up to "
            f"{rows} rows of {amount} CAD."
        )
