"""The columns of the report, the same in every shape it takes."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "money", "date", "whole"]


@dataclass(frozen=True)
class Column:
    """A column: its name for machines, its heading for people, what it holds, and how wide a sheet makes it."""

    name: str
    heading: str
    kind: Kind = "text"
    width: int = 14


COLUMNS = (
    Column("invoice_id", "Invoice", "whole", 11),
    Column("account", "Account", width=10),
    Column("account_name", "Account name", width=30),
    Column("method", "Method", width=16),
    Column("status", "Status", width=18),
    Column("created_on", "Created", "date", 11),
    Column("age_days", "Age (days)", "whole", 10),
    Column("total", "Total (CAD)", "money", 12),
    Column("paid", "Paid (CAD)", "money", 12),
    Column("code", "Diagnosis", width=10),
    Column("title", "What it is", width=60),
    Column("turn", "Whose turn", width=16),
    Column("confidence", "Confidence", width=11),
    Column("since_last", "Since last report", width=16),
    Column("cfs_number", "CFS number", width=18),
    Column("cfs_answer", "CFS answer", width=12),
    Column("cfs_total", "CFS total (CAD)", "money", 12),
    Column("cfs_due", "CFS due (CAD)", "money", 12),
    Column("file", "File", width=34),
    Column("batch", "Batch", "whole", 9),
    Column("gl_code", "GL code", "whole", 9),
    Column("routing_slip", "Routing slip", width=13),
    Column("evidence", "Evidence", width=80),
    Column("action", "Next action", width=60),
    Column("command", "Command", width=50),
)
NAMES = tuple(column.name for column in COLUMNS)
