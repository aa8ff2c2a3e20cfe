"""The indexes that the pay tables lack for us, what each serves, and the statements that make them.

The tables belong to other services, so their owner decides and runs the statements; this service never does. What each
saves was measured on years of rows (docs/benchmarks.md).
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from database.pay import states
from database.sql import statements

sql = statements(__package__)

_HEAD = """\
-- Indexes that keep what the jobs touch the same, however many years of rows there are. The owner of the pay tables
-- runs them outside any transaction: each is built beside the work that goes on; one that is there is left alone."""


@dataclass(frozen=True)
class WantedIndex:
    """An index of a pay table, its columns and the condition on its rows, and what it serves.

    saves  blocks of 8 kB that are read in vain without it, each time, for each year of rows
    """

    name: str
    table: str
    columns: tuple[str, ...]
    serves: str
    saves: int
    where: str | None = None

    @property
    def statement(self) -> str:
        """Return the statement that makes it."""
        condition = f" WHERE {self.where}" if self.where else ""
        columns = ", ".join(self.columns)
        return f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {self.name} ON public.{self.table} ({columns}){condition};"


WANTED = (
    WantedIndex("ix_receipts_receipt_date", "receipts", ("receipt_date",), "close: the receipts of a day", 9_900),
    WantedIndex(
        "ix_payments_payment_date",
        "payments",
        ("payment_date",),
        "close: the payments of a day; verify --days: payments since a day",
        12_400,
    ),
    WantedIndex(
        "ix_invoices_given_up_on",
        "invoices",
        ("coalesce(refund_date, updated_on, created_on)",),
        "close: the invoices that were given up on a day",
        12_000,
        where=f"invoice_status_code IN ({states.as_sql('final')})",
    ),
    WantedIndex(
        "ix_refunds_requested_date", "refunds", ("requested_date",), "close: the refunds asked for on a day", 5
    ),
    WantedIndex("ix_refunds_invoice_id", "refunds", ("invoice_id",), "close: whether a refund was asked for", 5),
    WantedIndex(
        "ix_ejv_headers_ejv_file_id",
        "ejv_headers",
        ("ejv_file_id",),
        "EJV_FEEDBACK_CHECK (eight times a batch), verify --days: the journals of a batch",
        440,
    ),
    WantedIndex(
        "ix_ejv_links_open",
        "ejv_links",
        ("ejv_header_id",),
        "ejv outstanding, the end of EJV_FEEDBACK_CHECK: the links without an answer",
        440,
        where="coalesce(disbursement_status_code, '') NOT IN ('COMPLETED', 'ERRORED')",
    ),
    WantedIndex(
        "ix_routing_slips_parent_number",
        "routing_slips",
        ("parent_number",),
        "ROUTING_SLIP_RECREATE (once a family): the children of a slip",
        210,
    ),
    WantedIndex(
        "ix_statements_created_on",
        "statements",
        ("created_on",),
        "verify --days (five times): the statements that were made since a day",
        6_600,
    ),
    WantedIndex(
        "ix_statements_interim",
        "statements",
        ("payment_account_id",),
        "GENERATE_STATEMENTS --gaps, verify: the interim statements of an account",
        6_700,
        where="is_interim_statement",
    ),
    WantedIndex(
        "ix_partner_disbursements_target_id",
        "partner_disbursements",
        ("target_id",),
        "verify (once a journal's line, once an invoice of a partner): the rows about an invoice or refund",
        11,
    ),
)


def script(connection: Connection) -> str:
    """Return the statements for the indexes that are not there, with what each serves; the others are comments."""
    values = {
        "names": [one.name for one in WANTED],
        "tables": [f"public.{one.table}" for one in WANTED],
        "columns": [", ".join(one.columns) for one in WANTED],
        "counts": [len(one.columns) for one in WANTED],
        "are_whole": [one.where is None for one in WANTED],
    }
    there = {row.name: row.found for row in sql.run(connection, "find_wanted_indexes", **values)}
    return "\n\n".join([_HEAD, *(_part(one, there[one.name]) for one in WANTED)])


def _part(wanted: WantedIndex, found: str | None) -> str:
    about = f"-- {wanted.serves}. Without it {wanted.saves:,} blocks for each year of rows are read in vain.\n"
    return f"{about}-- There already: {found}" if found else about + wanted.statement
