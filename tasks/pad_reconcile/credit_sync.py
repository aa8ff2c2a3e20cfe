"""Bring open credits in line with CFS, for the accounts a file touched or for all.

Source: docs/specs/cas-settlement-csv.md section 7, "Sync"; section 10 no. 11: touched accounts, an error is the
credit's own. The look-ups run side by side with a bound; each credit is written by itself, under a lock on its row.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from config.errors import PayJobsError
from connectors.cfs import CfsClient, CfsSite
from database.engine import Database
from database.sql import run_sql
from jobs.outcome import Reject
from tasks.pad_reconcile.staging import PACKAGE

AT_ONCE = 8
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
    """How many credits were looked at and changed, and those that could not be found or read."""

    looked_at: int = 0
    changed: int = 0
    rejects: tuple[Reject, ...] = ()
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
    database: Database, cfs: CfsClient, credits_: list[OpenCredit], *, stop_check: Callable[[], None]
) -> SyncReport:
    """Look each credit up in CFS, write what remains of it, and add the accounts' credits up again."""
    report = SyncReport(looked_at=len(credits_))
    rejects: list[Reject] = []
    touched: set[int] = set()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looked_up = pool.map(lambda credit: (credit, _look_up(cfs, credit)), credits_)
        for credit, found in looked_up:
            stop_check()
            if isinstance(found, PayJobsError):
                if found.exit_code == PayJobsError.exit_code:
                    report.unavailable = str(found)
                else:
                    rejects.append(Reject(f"credit {credit.identifier}", "not readable in CFS", str(found)))
            elif found is None:
                rejects.append(
                    Reject(f"credit {credit.identifier}", "not found in CFS", "on none of the account's sites")
                )
            else:
                remaining, site = found
                with database.begin() as session:
                    values = {"id": credit.id, "before": credit.remaining, "remaining": remaining, "site": site.site}
                    report.changed += run_sql(session, PACKAGE, "set_credit_balance", **values).rowcount
                touched.add(credit.account_id)
    _add_up(database, touched)
    report.rejects = tuple(rejects)
    return report


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


def _add_up(database: Database, accounts: set[int]) -> None:
    for account in sorted(accounts):
        with database.begin() as session:
            session.execute(text("SELECT id FROM payment_accounts WHERE id = :id FOR UPDATE"), {"id": account})
            run_sql(session, PACKAGE, "add_up_credits", account_id=account)
