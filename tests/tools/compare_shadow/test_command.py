"""The command as it is typed: no password is shown, and a page is written."""

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from config.errors import SourceUnavailable, UsageError
from config.masking import mask_text
from tests.tools.compare_shadow.conftest import Compare, findings
from tests.tools.compare_shadow.copies import change, query
from tools.compare_shadow.address import ADDRESS
from tools.compare_shadow.arguments import Arguments
from tools.compare_shadow.fitness import require_fit
from tools.compare_shadow.reading import one_snapshot

SECRET = "kumquat-7781"
ADDRESS_WITH_SECRET = f"postgresql://reader:{SECRET}@old.invalid:1/pay"


def test_an_address_shows_no_password_wherever_it_stands() -> None:
    address = ADDRESS.convert(ADDRESS_WITH_SECRET, None, None)

    assert SECRET not in f"{address} {address!r} {mask_text(f'could not connect with {SECRET}')}"


def test_what_is_no_address_is_refused_without_being_repeated() -> None:
    with pytest.raises(click.BadParameter) as refused:
        ADDRESS.convert(f"mysql://reader:{SECRET}@old/pay", None, None)

    assert SECRET not in str(refused.value)


def test_a_database_is_not_compared_with_itself() -> None:
    address: Any = ADDRESS.convert(ADDRESS_WITH_SECRET, None, None)

    with pytest.raises(UsageError, match="are the same database") as refused:
        Arguments(address, address)
    assert SECRET not in str(refused.value)


def test_a_database_that_is_away_is_told_by_its_option() -> None:
    address: Any = ADDRESS.convert(f"postgresql://reader:{SECRET}@127.0.0.1:1/pay", None, None)

    away = pytest.raises(SourceUnavailable, match="The database of --ours cannot be reached")
    with away as raised, one_snapshot("--ours", address):
        pass
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("rest", ["@:bad:port/pay", "@h:port/pay", "@127.0.0.1:1/pay?nosuch=1"])
def test_an_address_that_cannot_be_read_is_refused_without_being_repeated(rest: str) -> None:
    refused = pytest.raises(UsageError, match=r"The address of --ours cannot be read: it must be like")
    with refused as raised, one_snapshot("--ours", SecretStr(f"postgresql://reader:{SECRET}{rest}")):
        pass
    assert SECRET not in str(raised.value)


def test_the_page_has_the_findings_with_nothing_run_and_older_rows_are_left_out(
    compare: Compare, ours: str, tmp_path: Path
) -> None:
    change(ours, "UPDATE invoices SET bcol_account = '<b>=1+1</b>' WHERE id = (SELECT min(id) FROM invoices)")

    outcome = compare(html_file=tmp_path / "shadow.html")
    later = compare(since=date(2031, 1, 1))

    page = (tmp_path / "shadow.html").read_text(encoding="utf-8")
    assert findings(outcome) == {("invoices", "bcol_account")}
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in page and "<b>" not in page
    assert findings(later) == set()
    assert later.counts["rows"] < outcome.counts["rows"]


def test_one_database_by_two_addresses_is_not_compared_with_itself(compare: Compare, theirs: str) -> None:
    with pytest.raises(UsageError, match="--theirs and --theirs-again lead to the same database"):
        compare(again=f"{theirs}&connect_timeout=60")


def test_a_database_without_pay_tables_is_refused(compare: Compare, empty_database_url: str) -> None:
    with pytest.raises(UsageError, match=r"of --theirs-again lacks public.applied_credits, .* and 23 more"):
        compare(again=empty_database_url)


def test_a_database_that_no_job_of_ours_worked_on_is_not_ours(compare: Compare, ours: str) -> None:
    change(ours, "DROP SCHEMA pay_jobs CASCADE")

    with pytest.raises(UsageError, match=r"of --ours has no pay_jobs.feedback_batches: no job of this service"):
        compare()


def test_a_role_that_may_not_read_a_table_is_told_which_and_what_to_grant(theirs: str, ours: str) -> None:
    role = f"reader_{uuid.uuid4().hex[:8]}"
    change(ours, f"CREATE ROLE {role}", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
           f"REVOKE SELECT ON receipts FROM {role}")  # fmt: skip
    refused = pytest.raises(UsageError, match=rf"--ours {role} may not read public\.receipts\. Nothing was compared")
    with one_snapshot("--theirs", SecretStr(theirs)) as first, one_snapshot("--ours", SecretStr(ours)) as second:
        second.execute(text(f"SET ROLE {role}"))
        with refused:
            require_fit({"--theirs": first, "--ours": second})
    change(ours, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_file_that_ours_holds_is_named_for_what_it_tells_is_missing(compare: Compare, ours: str) -> None:
    change(ours, "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on)"
           " VALUES ('CAS', 'BCR_PAYMENT_APPL_20261104.csv', repeat('a', 64), 1, 'held', now())")  # fmt: skip

    assert compare().notes == [
        "Ours holds 1 file (BCR_PAYMENT_APPL_20261104.csv): what it tells is missing there. Apply or put aside each "
        "(python3 invoke_jobs.py files list), then compare again."
    ]


def test_what_is_wrong_in_ours_of_a_file_that_theirs_did_not_finish_is_told(
    compare: Compare, theirs: str, ours: str
) -> None:
    [(receipt,)] = query(ours, "SELECT min(source_number) FROM pay_jobs.settlement_rows"
                         " WHERE kind = 'SETTLE_PAD' AND outcome = 'applied' AND amount > 0")  # fmt: skip
    for address in (theirs, ours):
        change(address, f"UPDATE receipts SET receipt_amount = receipt_amount + 1 WHERE receipt_number = '{receipt}'")
    agreed = compare()
    change(theirs, "UPDATE cas_settlements SET processed_on = NULL")

    outcome = compare()

    assert (agreed.exit_code, outcome.exit_code) == (0, 3)
    [broken] = [table.rows for table in outcome.tables if table.key == "broken"]
    assert {row[0] for row in broken} >= {"INV-PAID", "FILE-RECEIPT"}
    assert f"{len(broken)} rows of ours broken where a decision explains all that differs." in str(outcome.answer)
