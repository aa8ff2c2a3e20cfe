"""The command as it is typed: no password is shown, and a page is written."""

from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

from config.errors import SourceUnavailable, UsageError
from config.masking import mask_text
from tests.tools.compare_shadow.conftest import Compare, change, findings
from tools.compare_shadow.address import ADDRESS
from tools.compare_shadow.arguments import Arguments
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
