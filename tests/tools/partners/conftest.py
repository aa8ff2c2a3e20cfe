"""The accounts of partners, on one pay database that is put back before each test."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from jobs.run.outcome import Outcome
from tests.ejv_factory import EjvBooks
from tests.pay_database import PayDatabase
from tests.tools.partners.deals import PartnerBooks
from tools.partners.arguments import Arguments
from tools.partners.task import run

NOW = datetime(2027, 2, 2, 16, 0, tzinfo=UTC)
Told = Callable[..., Outcome]


@pytest.fixture
def books(database: PayDatabase) -> EjvBooks:
    return EjvBooks(database, clock=lambda: NOW)


@pytest.fixture
def partner(books: EjvBooks) -> PartnerBooks:
    return PartnerBooks(books)


@pytest.fixture
def told(books: EjvBooks) -> Told:
    """Runs the tool for a month."""

    def tell(month: date = date(2026, 11, 1), **more: Any) -> Outcome:
        return run(books.context(), Arguments(month, **more))

    return tell
