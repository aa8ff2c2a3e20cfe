"""The columns of the report, the same in every shape it takes."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "money", "date", "whole"]


@dataclass(frozen=True)
class ReportColumn:
    """A column: its name for machines, its heading for people, what it holds, and how wide a sheet makes it."""

    name: str
    heading: str
    kind: Kind = "text"
    width: int = 14


COLUMNS = (
    ReportColumn("invoice_id", "Invoice", "whole", 11),
    ReportColumn("account", "Account", width=10),
    ReportColumn("account_name", "Account name", width=30),
    ReportColumn("method", "Method", width=16),
    ReportColumn("status", "Status", width=18),
    ReportColumn("created_on", "Created", "date", 11),
    ReportColumn("age_days", "Age (days)", "whole", 10),
    ReportColumn("total", "Total (CAD)", "money", 12),
    ReportColumn("paid", "Paid (CAD)", "money", 12),
    ReportColumn("code", "Diagnosis", width=10),
    ReportColumn("title", "What it is", width=60),
    ReportColumn("turn", "Whose turn", width=16),
    ReportColumn("confidence", "Confidence", width=11),
    ReportColumn("since_last", "Since last report", width=16),
    ReportColumn("cfs_number", "CFS number", width=18),
    ReportColumn("cfs_answer", "CFS answer", width=12),
    ReportColumn("cfs_total", "CFS total (CAD)", "money", 12),
    ReportColumn("cfs_due", "CFS due (CAD)", "money", 12),
    ReportColumn("file", "File", width=34),
    ReportColumn("batch", "Batch", "whole", 9),
    ReportColumn("gl_code", "GL code", "whole", 9),
    ReportColumn("routing_slip", "Routing slip", width=13),
    ReportColumn("evidence", "Evidence", width=80),
    ReportColumn("action", "Next action", width=60),
    ReportColumn("command", "Command", width=50),
)
NAMES = tuple(column.name for column in COLUMNS)
