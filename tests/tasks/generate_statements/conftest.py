"""A pay database with the job's own hands on it."""

import pytest

from database.engine import Database
from tests.statement_factory import PayDatabase


@pytest.fixture
def pay(database: Database) -> PayDatabase:
    return PayDatabase(database)
