"""The accounts of partners, on one pay database that is emptied before each test."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from database.engine import Database
from jobs.run.outcome import Outcome
from tests.conftest import MakePayDatabase
from tests.ejv_factory import EjvBooks
from tests.tools.partners.deals import PartnerBooks
from tools.partners.arguments import Arguments
from tools.partners.task import run

NOW = datetime(2027, 2, 2, 16, 0, tzinfo=UTC)
Told = Callable[..., Outcome]


@pytest.fixture(scope="package")
def partners_database(make_pay_database: MakePayDatabase) -> Database:
    return make_pay_database("partners")


@pytest.fixture
def books(partners_database: Database) -> EjvBooks:
    books = EjvBooks(partners_database, clock=lambda: NOW)
    books.empty()
    return books


@pytest.fixture
def partner(books: EjvBooks) -> PartnerBooks:
    return PartnerBooks(books)


@pytest.fixture
def told(books: EjvBooks) -> Told:
    """Runs the tool for a month."""

    def tell(month: date = date(2026, 11, 1), **more: Any) -> Outcome:
        return run(books.context(), Arguments(month, **more))

    return tell
