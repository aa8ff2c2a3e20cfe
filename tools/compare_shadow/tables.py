"""What is compared: every pay table that the jobs write, by which key, and what is left out of it and why."""

from dataclasses import dataclass

_A_ROW_OF_OURS = "each system gives the rows it makes ids of its own; the key tells which row it is"
_TOLD_BY_KEY = "the id of a row that a job made; the key, or another column, names that row"
_TIME_OF_RUN = "the moment at which a job worked; whether it is set is compared"
_BANK = "no job writes it, and nobody may see it"

# What must differ, or may not be shown.
LEFT_OUT: dict[tuple[str, str], str] = {
    **{
        (table, "id"): _A_ROW_OF_OURS
        for table in (
            "applied_credits", "cas_settlements", "credits", "invoice_references", "invoices", "non_sufficient_funds",
            "payment_line_items", "payments", "receipts", "statement_invoices", "statements",
        )
    },
    ("applied_credits", "credit_id"): _TOLD_BY_KEY,
    ("applied_credits", "invoice_id"): _TOLD_BY_KEY,
    ("invoice_references", "invoice_id"): _TOLD_BY_KEY,
    ("non_sufficient_funds", "invoice_id"): _TOLD_BY_KEY,
    ("payment_line_items", "invoice_id"): _TOLD_BY_KEY,
    ("receipts", "invoice_id"): _TOLD_BY_KEY,
    ("statement_invoices", "statement_id"): _TOLD_BY_KEY,
    ("statement_invoices", "invoice_id"): _TOLD_BY_KEY,
    **{
        (table, column): _BANK
        for table in ("cfs_accounts", "cfs_accounts_history")
        for column in ("bank_number", "bank_branch_number", "bank_account_number", "payment_instrument_number")
    },
}  # fmt: skip

# Compared by whether they are set.
ONLY_WHETHER: dict[tuple[str, str], str] = {
    (table, column): _TIME_OF_RUN
    for table, columns in {
        "cas_settlements": ("received_on", "processed_on"),
        "cfs_accounts_history": ("changed",),
        "credits": ("created_on",),
        "distribution_codes": ("updated_on",),
        "distribution_codes_history": ("changed", "updated_on"),
        "eft_refunds": ("updated_on",),
        "ejv_files": ("completed_on",),
        "invoice_references": ("created_on",),
        "invoices": ("updated_on",),
        "partner_disbursements": ("processed_on",),
        "payment_accounts": ("has_nsf_invoices",),
        "payment_accounts_history": ("changed", "has_nsf_invoices"),
        "refunds_partial": ("updated_on",),
        "refunds_partial_history": ("changed", "updated_on"),
        "routing_slips": ("updated_on",),
        "statements": ("created_on",),
    }.items()
    for column in columns
}

_INVOICE = "coalesce(fee.name, CAST(one.{} AS text))"
# CFS knows the fee of a slip by the fee's own id.
_NUMBER = (
    "CASE WHEN fee.is_of_slip AND one.invoice_number LIKE '%' || one.invoice_id THEN 'its own number'"
    " ELSE one.invoice_number END"
)
# What is paid from a slip is dated by the run.
_UNLESS_OF_SLIP = (
    "CASE WHEN {0}.payment_method_code IS DISTINCT FROM 'INTERNAL' THEN CAST(one.{1} AS text)"
    " WHEN one.{1} IS NOT NULL THEN 'set' END"
)
_WITH_FEE = " LEFT JOIN fees AS fee ON fee.invoice_id = one.{}"


@dataclass(frozen=True)
class ComparedTable:
    """A table: its key, and from which day on a row counts.

    key        what names a row, as SQL; of rows with the same key the first is compared with the first, by `order`
    joined     what the key needs beside the table
    since      what was made on the day `:since` (its first moment, naive UTC) or later, as SQL; "" counts always
    as_shown   columns that are compared as another expression
    """

    name: str
    key: tuple[str, ...]
    joined: str = ""
    since: str = ""
    order: str = "one.id"
    as_shown: tuple[tuple[str, str], ...] = ()


def _of_invoice(table: str, *more: str, joined: str = "", as_shown: tuple[tuple[str, str], ...] = ()) -> ComparedTable:
    """Return a table whose rows belong to an invoice."""
    return ComparedTable(
        table,
        (_INVOICE.format("invoice_id"), *more),
        _WITH_FEE.format("invoice_id") + joined,
        "EXISTS (SELECT FROM invoices WHERE invoices.id = one.invoice_id AND invoices.created_on >= :since)",
        as_shown=as_shown,
    )


_STATEMENT = ("{0}.payment_account_id", "{0}.frequency", "{0}.from_date", "{0}.to_date")
_OF_STATEMENT = tuple(part.format("statement") for part in _STATEMENT)

TABLES = (
    _of_invoice("applied_credits", "one.cfs_identifier", "one.application_id"),
    ComparedTable("cas_settlements", ("one.file_name",), since="one.received_on >= :since"),
    ComparedTable("cfs_accounts", ("one.id",)),
    ComparedTable("cfs_accounts_history", ("one.id", "one.version"), since="one.changed >= :since"),
    ComparedTable(
        "credits", ("one.account_id", "one.cfs_identifier", "one.is_credit_memo"), since="one.created_on >= :since"
    ),
    ComparedTable("distribution_codes", ("one.distribution_code_id",), order="one.distribution_code_id"),
    ComparedTable(
        "distribution_codes_history", ("one.distribution_code_id", "one.version"), since="one.changed >= :since",
        order="one.version",
    ),
    ComparedTable("eft_refunds", ("one.id",), since="one.created_on >= :since"),
    ComparedTable("ejv_files", ("one.id",), since="one.created_on >= :since"),
    ComparedTable(
        "ejv_headers", ("one.id",),
        since="EXISTS (SELECT FROM ejv_files WHERE ejv_files.id = one.ejv_file_id AND ejv_files.created_on >= :since)",
    ),
    ComparedTable(
        "ejv_links", ("one.id",),
        since="EXISTS (SELECT FROM ejv_headers JOIN ejv_files ON ejv_files.id = ejv_headers.ejv_file_id"
        " WHERE ejv_headers.id = one.ejv_header_id AND ejv_files.created_on >= :since)",
    ),
    _of_invoice("invoice_references", _NUMBER, as_shown=(("invoice_number", _NUMBER),)),
    ComparedTable(
        "invoices", (_INVOICE.format("id"),), _WITH_FEE.format("id"), "one.created_on >= :since",
        as_shown=(
            ("created_on", "CASE WHEN fee.name IS NULL THEN one.created_on END"),
            ("payment_date", _UNLESS_OF_SLIP.format("one", "payment_date")),
        ),
    ),
    ComparedTable(
        "non_sufficient_funds", ("one.invoice_number",),
        since="EXISTS (SELECT FROM invoices WHERE invoices.id = one.invoice_id AND invoices.created_on >= :since)",
    ),
    ComparedTable("partner_disbursements", ("one.id",), since="one.created_on >= :since"),
    ComparedTable("payment_accounts", ("one.id",)),
    ComparedTable("payment_accounts_history", ("one.id", "one.version"), since="one.changed >= :since"),
    _of_invoice("payment_line_items", "one.fee_schedule_id"),
    ComparedTable(
        "payments", ("one.payment_account_id", "one.invoice_number", "one.receipt_number"),
        since="(one.payment_date IS NULL OR one.payment_date >= :since)",
        as_shown=(("payment_date", _UNLESS_OF_SLIP.format("one", "payment_date")),),
    ),
    _of_invoice(
        "receipts", "one.receipt_number", joined=" LEFT JOIN invoices AS paid ON paid.id = one.invoice_id",
        as_shown=(("receipt_date", _UNLESS_OF_SLIP.format("paid", "receipt_date")),),
    ),
    ComparedTable("refunds", ("one.id",), since="(one.requested_date IS NULL OR one.requested_date >= :since)"),
    ComparedTable("refunds_partial", ("one.id",), since="one.created_on >= :since"),
    ComparedTable("refunds_partial_history", ("one.id", "one.version"), since="one.changed >= :since"),
    ComparedTable("routing_slips", ("one.number",), since="one.created_on >= :since"),
    ComparedTable(
        "statement_invoices", (*_OF_STATEMENT, _INVOICE.format("invoice_id")),
        " JOIN statements AS statement ON statement.id = one.statement_id" + _WITH_FEE.format("invoice_id"),
        "statement.to_date >= :since",
    ),
    ComparedTable("statements", tuple(part.format("one") for part in _STATEMENT), since="one.to_date >= :since"),
)  # fmt: skip
