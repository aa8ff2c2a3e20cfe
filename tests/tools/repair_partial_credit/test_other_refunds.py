"""The API writes a refund of the same invoice meanwhile: never two without a word, whenever it comes."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import count

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import UsageError
from tests.tools.repair_partial_credit.conftest import LINES, CreditDesk

ASKED = "INSERT INTO refunds (invoice_id, type, status, requested_by) VALUES (7, 'INVOICE', %s, 'idir/person')"
COMMITS_BEFORE_THE_BOOKS = 9


def address(desk: CreditDesk) -> str:
    return desk.books.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def ask(desk: CreditDesk, status: str) -> None:
    """Ask for a refund as the API does: a row that points at the invoice, in a transaction of its own."""
    with psycopg2.connect(address(desk)) as connection, connection.cursor() as cursor:
        cursor.execute(ASKED, (status,))
    connection.close()


def asking_at(
    desk: CreditDesk, commit: int, pool: ThreadPoolExecutor, status: str
) -> tuple[Callable[[], None], list[Future[None]]]:
    """Ask beside a commit of the run; where the run holds the invoice, the row waits for that commit."""
    counted, asked = count(1), list[Future[None]]()

    def before_commit() -> None:
        if next(counted) == commit:
            asked.append(pool.submit(ask, desk, status))
            with suppress(TimeoutError):
                asked[0].result(timeout=0.05)

    return before_commit, asked


def test_a_refund_that_is_being_written_is_waited_for_and_seen(desk: CreditDesk) -> None:
    with psycopg2.connect(address(desk)) as api, api.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute(ASKED, ("APPROVAL_NOT_REQUIRED",))
        run = pool.submit(desk.run, *LINES)
        with suppress(TimeoutError):
            run.result(timeout=0.3)
        api.commit()
        with pytest.raises(UsageError, match="by idir/person, which is APPROVAL_NOT_REQUIRED"):
            run.result()

    assert (desk.memos(), desk.journal()) == ({}, [])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    commit=st.integers(1, COMMITS_BEFORE_THE_BOOKS),
    status=st.sampled_from(["PENDING_APPROVAL", "APPROVAL_NOT_REQUIRED", "APPROVED"]),
)
def test_whenever_another_refund_comes_it_is_seen_before_the_memo_or_told(
    desk: CreditDesk, commit: int, status: str
) -> None:
    start_again(desk)
    with ThreadPoolExecutor(1) as pool:
        before_commit, asked = asking_at(desk, commit, pool, status)
        try:
            outcome = desk.run(*LINES, before_commit=before_commit)
        except UsageError:
            asked[0].result()
            assert desk.memos() == {}
            assert [by for _, _, _, _, by, _, _ in desk.state()["refunds"]] == ["idir/person"]
            assert set(desk.journal()) <= {"dropped"}
        else:
            asked[0].result()
            assert [reject.reason for reject in outcome.rejects] == ["refunded meanwhile"]
            assert (len(desk.memos()), desk.journal()) == (1, ["done"])


def start_again(desk: CreditDesk) -> None:
    """Undo what an example left."""
    desk.cfs.admin.reset()
    desk.cfs.admin.seed(sites=[desk.site])
    for table in ("pay_jobs.operation_steps", "pay_jobs.operations", "refunds_partial", "refunds", "credits"):
        desk.books.change(f"DELETE FROM {table}")
    desk.books.change("UPDATE invoices SET refund = NULL, refund_date = NULL")
