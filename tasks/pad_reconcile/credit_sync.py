"""Bring open credits in line with CFS, for the accounts a file touched or for all.

Source: docs/specs/cas-settlement-csv.md section 7, "Sync"; section 10 no. 11: touched accounts, an error is the
credit's own. The look-ups run side by side with a bound; each credit is written by itself, with the sums of its account
and under a lock on it, so that a run that dies leaves no sum behind its credits.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from config.business_time import naive_utc
from config.errors import InputRefused, PayJobsError, SourceUnavailable
from connectors.cfs import CfsClient, CfsSite
from database.engine import Database
from database.pay.history import keep_versions
from database.sql import run_sql
from jobs.run.outcome import Reject
from tasks.pad_reconcile.staging import PACKAGE

AT_ONCE = 8
GIVE_UP_AFTER = 3  # look-ups in a row that CFS did not answer: it is away, and asking for every credit takes hours
_BANK_RECEIPT = "Online Banking Payments"


@dataclass(frozen=True)
class OpenCredit:
    """A credit with a balance, and the CFS sites it may be on: PAD, online banking, EFT."""

    id: int
    identifier: str
    is_credit_memo: bool
    remaining: Decimal
    account_id: int
    sites: tuple[CfsSite, ...]


@dataclass
class SyncReport:
    """How many credits were looked up and changed, and those that could not be found or read.

    unavailable  why some were not looked up; None if all were
    """

    looked_at: int = 0
    changed: int = 0
    rejects: list[Reject] = field(default_factory=list)
    unavailable: str | None = None


def open_credits(database: Database, file_ids: Iterable[int] | None) -> list[OpenCredit]:
    """Give the credits with a balance of the accounts that files touched; None: of all accounts."""
    found: dict[int, OpenCredit] = {}
    with database.begin() as session:
        wanted = None if file_ids is None else list(file_ids)
        for row in run_sql(session, PACKAGE, "list_open_credits", file_ids=wanted):
            site = () if row.cfs_site is None else (CfsSite(row.cfs_party, row.cfs_account, row.cfs_site),)
            known = found.get(row.id)
            sites = (known.sites if known else ()) + site
            found[row.id] = OpenCredit(
                row.id, row.cfs_identifier, row.is_credit_memo, row.remaining, row.account_id, sites
            )
    return list(found.values())


def sync_credits(
    database: Database,
    cfs: CfsClient,
    credits_: list[OpenCredit],
    *,
    clock: Callable[[], datetime],
    stop_check: Callable[[], None],
    advance: Callable[[], None] = lambda: None,
) -> SyncReport:
    """Look each credit up in CFS, write what remains of it, and add the accounts' credits up again.

    Raises SourceRefused where CFS does not let us look.
    """
    report = SyncReport()
    away = 0
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for credit, found in pool.map(lambda credit: (credit, _look_up(cfs, credit)), credits_):
            stop_check()
            if isinstance(found, SourceUnavailable):
                report.unavailable = str(found)
                away += 1
                if away == GIVE_UP_AFTER:
                    break
                continue
            away = 0
            report.looked_at += 1
            if isinstance(found, PayJobsError):
                if not isinstance(found, InputRefused):
                    raise found
                report.rejects.append(Reject(f"credit {credit.identifier}", "not readable in CFS", str(found)))
            elif found is None:
                where = "on none of the account's sites"
                report.rejects.append(Reject(f"credit {credit.identifier}", "not found in CFS", where))
            else:
                report.changed += _write(database, credit, *found, naive_utc(clock()))
            advance()
    finally:
        pool.shutdown(cancel_futures=True)
    return report


def _write(database: Database, credit: OpenCredit, remaining: Decimal, site: CfsSite, now: datetime) -> int:
    """Write what remains of a credit and the sums of its account, both or neither; give whether the credit changed."""
    values = {"id": credit.id, "before": credit.remaining, "remaining": remaining, "site": site.site}
    with database.begin() as session:
        session.execute(text("SELECT id FROM payment_accounts WHERE id = :id FOR UPDATE"), {"id": credit.account_id})
        changed = run_sql(session, PACKAGE, "set_credit_balance", **values).rowcount
        sums = run_sql(session, PACKAGE, "add_up_credits", account_id=credit.account_id).mappings().one_or_none()
        if sums is not None:
            keep_versions(session, "payment_accounts", [credit.account_id], now)
            run_sql(session, PACKAGE, "set_account_credits", account_id=credit.account_id, **sums)
    return changed


def _look_up(cfs: CfsClient, credit: OpenCredit) -> tuple[Decimal, CfsSite] | PayJobsError | None:
    try:
        for site in credit.sites:
            remaining = _memo(cfs, site, credit) if credit.is_credit_memo else _receipt(cfs, site, credit)
            if remaining is not None:
                return remaining, site
    except PayJobsError as error:
        return error
    return None


def _memo(cfs: CfsClient, site: CfsSite, credit: OpenCredit) -> Decimal | None:
    memo = cfs.get_credit_memo(site, credit.identifier)
    return None if memo is None else memo.remaining_amount


def _receipt(cfs: CfsClient, site: CfsSite, credit: OpenCredit) -> Decimal | None:
    receipt = cfs.get_receipt(site, credit.identifier)
    if receipt is None:
        return None
    used_up = receipt.payment_method == _BANK_RECEIPT and not receipt.invoices and receipt.unapplied_amount == 0
    return Decimal(0) if used_up else receipt.receipt_amount - receipt.applied_amount
