"""The pay database of settlement tests, with CFS beside it."""

from tests.tasks.pad_reconcile.conftest import books, cfs, settlement_database

__all__ = ["books", "cfs", "settlement_database"]
