"""Bring open credits in line with CFS, for the accounts a file touched or for all.

Source: docs/specs/cas-settlement-csv.md section 7, "Sync"; section 10 no. 11: touched accounts, an error is the
credit's own. The look-ups run side by side with a bound; each credit that is not right is written by itself, with the
sums of its account and under a lock on it, so that a run that dies leaves no sum behind its credits.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from config.business_time import naive_utc
from config.errors import PayJobsError, SourceUnavailable
from connectors.away import AwayCounter
from connectors.cfs import CfsAnswerUnreadable, CfsClient, CfsSite
from database.engine import Database
from database.pay.history import keep_versions
from database.sql import statements
from jobs.run.outcome import Reject
from tasks.pad_reconcile.credits_found import CreditSyncResult, OpenCredit

sql = statements(__package__)

AT_ONCE = 8
PAGE = 500
_BANK_RECEIPT = "Online Banking Payments"


def open_credits(
    database: Database, file_ids: Iterable[int] | None, *, after: int = 0, at_most: int | None = None
) -> Iterator[list[OpenCredit]]:
    """Return the credits with a balance of the accounts that files touched, page by page; None: of all accounts.

    after, at_most  only that many, after the credit of this id
    """
    wanted = None if file_ids is None else list(file_ids)
    left = at_most
    while left is None or left > 0:
        page = _page(database, wanted, after, PAGE if left is None else min(PAGE, left))
        if not page:
            return
        yield page
        after = page[-1].id
        left = None if left is None else left - len(page)


def _page(database: Database, file_ids: list[int] | None, after: int, size: int) -> list[OpenCredit]:
    with database.read() as session:
        rows = sql.run(session, "list_open_credits", file_ids=file_ids, after=after, page=size).all()
        accounts = list({row.account_id for row in rows})
        others = {row.account_id for row in sql.run(session, "add_up_credits", account_ids=accounts)}
    found: dict[int, OpenCredit] = {}
    for row in rows:
        credit = found.setdefault(row.id, _credit(row, is_in_sums=row.account_id not in others))
        if row.cfs_site is not None:
            site = CfsSite(row.cfs_party, row.cfs_account, row.cfs_site)
            found[row.id] = replace(credit, sites=(*credit.sites, site))
    return list(found.values())


def _credit(row: Row[Any], *, is_in_sums: bool) -> OpenCredit:
    return OpenCredit(
        row.id,
        row.cfs_identifier,
        row.is_credit_memo,
        row.amount,
        row.remaining,
        row.account_id,
        row.found_on,
        is_in_sums,
    )


def sync_credits(
    database: Database,
    cfs: CfsClient,
    pages: Iterable[Sequence[OpenCredit]],
    *,
    clock: Callable[[], datetime],
    stop_check: Callable[[], None],
    done: Callable[[OpenCredit], None] = lambda _credit: None,
) -> CreditSyncResult:
    """Look each credit up in CFS, write what remains of it, and add the accounts' credits up again.

    done  called with each credit once it is dealt with, in order, also with one that CFS gave no answer for
    Raises SourceRefused where CFS does not let us look.
    """
    result = CreditSyncResult()
    away = AwayCounter()
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for credit, found in _looked_up(pool, cfs, pages):
            stop_check()
            away.note(found if isinstance(found, PayJobsError) else None)
            if isinstance(found, SourceUnavailable):
                result.unavailable = str(found)
                result.unanswered.append(Reject(f"credit {credit.identifier}", "no answer of CFS", str(found)))
                done(credit)
                result.is_away = away.is_away
                if result.is_away:
                    break
                continue
            result.looked_at += 1
            if found is None or isinstance(found, PayJobsError):
                result.refuse(credit, found)
            elif not credit.stands_at(*found):
                result.changed += _write(database, credit, *found, naive_utc(clock()))
            done(credit)
    finally:
        pool.shutdown(cancel_futures=True)
    return result


def _looked_up(
    pool: ThreadPoolExecutor, cfs: CfsClient, pages: Iterable[Sequence[OpenCredit]]
) -> Iterator[tuple[OpenCredit, tuple[Decimal, CfsSite] | PayJobsError | None]]:
    for page in pages:
        yield from zip(page, pool.map(lambda credit: _look_up(cfs, credit), page), strict=True)


def _write(database: Database, credit: OpenCredit, remaining: Decimal, site: CfsSite, now: datetime) -> int:
    """Write what remains of a credit and its account's sums, both or neither; return whether the credit changed."""
    values = {"id": credit.id, "before": credit.remaining, "remaining": remaining, "site": site.site}
    with database.begin() as session:
        session.execute(text("SELECT id FROM payment_accounts WHERE id = :id FOR UPDATE"), {"id": credit.account_id})
        changed = sql.run(session, "set_credit_balance", **values).rowcount
        sums = sql.run(session, "add_up_credits", account_ids=[credit.account_id]).mappings().one_or_none()
        if sums is not None:
            keep_versions(session, "payment_accounts", [credit.account_id], now)
            sql.run(session, "set_account_credits", **sums)
    return changed


def _look_up(cfs: CfsClient, credit: OpenCredit) -> tuple[Decimal, CfsSite] | PayJobsError | None:
    try:
        for site in credit.sites:
            remaining = _memo(cfs, site, credit) if credit.is_credit_memo else _receipt(cfs, site, credit)
            if remaining is not None:
                _check_left(credit, remaining)
                return remaining, site
    except PayJobsError as error:
        return error
    return None


def _check_left(credit: OpenCredit, remaining: Decimal) -> None:
    if remaining > credit.amount:
        raise CfsAnswerUnreadable(
            f"CFS says that {remaining} CAD are left of {credit.identifier}, which was made over {credit.amount} CAD. "
            "Nothing was changed; ask CAS which is right"
        )


def _memo(cfs: CfsClient, site: CfsSite, credit: OpenCredit) -> Decimal | None:
    memo = cfs.get_credit_memo(site, credit.identifier)
    return None if memo is None else memo.remaining_amount


def _receipt(cfs: CfsClient, site: CfsSite, credit: OpenCredit) -> Decimal | None:
    receipt = cfs.get_receipt(site, credit.identifier)
    if receipt is None:
        return None
    used_up = receipt.payment_method == _BANK_RECEIPT and not receipt.invoices and receipt.unapplied_amount == 0
    if used_up or receipt.is_reversed:
        return Decimal(0)
    if receipt.hides_invoices:
        raise CfsAnswerUnreadable(
            f"CFS says that {receipt.unapplied_amount} CAD of {receipt.receipt_amount} CAD are left of receipt "
            f"{credit.identifier}, and leaves out which invoices it paid. Nothing was changed; the next sync asks again"
        )
    remaining = receipt.receipt_amount - receipt.applied_amount
    if remaining < 0:
        raise CfsAnswerUnreadable(
            f"CFS says that {receipt.applied_amount} CAD were applied of receipt {credit.identifier}, which is over "
            f"{receipt.receipt_amount} CAD. Nothing was changed; ask CAS which is right"
        )
    return remaining
