"""Pay databases with the invoices that these repairs are about: journal vouchers, and routing slips with CFS."""

from tests.tasks.ejv_feedback_check.conftest import books, office, store
from tests.tasks.stale_invoice_report.conftest import cfs, stale

__all__ = ["books", "cfs", "office", "stale", "store"]
