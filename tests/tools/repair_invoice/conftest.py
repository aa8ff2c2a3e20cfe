"""Pay databases with the invoices that these repairs are about: journal vouchers, and routing slips with CFS."""

from tests.tasks.ejv_feedback_check.conftest import books, feedback_database, office, store
from tests.tasks.stale_invoice_report.conftest import cfs, stale, stale_database

__all__ = ["books", "cfs", "feedback_database", "office", "stale", "stale_database", "store"]
