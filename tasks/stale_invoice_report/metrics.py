"""What the newest report of all invoices found, as figures for Prometheus: nothing is asked again."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from database.sql import statements
from jobs.watch.metrics import MetricSample

sql = statements(__package__)

ALL = "method=* account=*"


def stuck_invoices(connection: Connection, now: datetime) -> Iterator[MetricSample]:
    """Return how many invoices are stuck, over how much, and how old the report is."""
    report = sql.run(connection, "list_trend", scope=ALL, most=1).one_or_none()
    if report is None:
        return
    age = int((now - report.finished_on).total_seconds())
    yield MetricSample("stuck_report_age_seconds", "Seconds since STALE_INVOICE_REPORT of all invoices was made.", age)
    yield MetricSample("stuck_invoices", "Invoices that are stuck, by that report.", report.stuck)
    yield MetricSample("stuck_cad", "Their amount in CAD.", report.stuck_amount)
    for method, tally in sorted(report.by_method.items()):
        labels = {"method": method}
        yield MetricSample("stuck_invoices_by_method", "Of these, by payment method.", int(tally["count"]), labels)
        yield MetricSample("stuck_cad_by_method", "Their amount in CAD.", Decimal(tally["amount"]), labels)
