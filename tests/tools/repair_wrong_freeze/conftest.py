"""The pay database of settlement tests, with CFS beside it."""

from tests.tasks.pad_reconcile.conftest import books, cfs

__all__ = ["books", "cfs"]
