"""The pay database and CFS of the report's tests."""

from tests.tasks.stale_invoice_report.conftest import cfs, stale

__all__ = ["cfs", "stale"]
