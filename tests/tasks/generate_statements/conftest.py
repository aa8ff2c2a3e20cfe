"""What statement tests share."""

import pytest

from tests.pay_database import PayDatabase
from tests.statement_factory import StatementBooks


@pytest.fixture
def pay(database: PayDatabase) -> StatementBooks:
    """A pay database without accounts, and the job to run on it."""
    return StatementBooks(database)
