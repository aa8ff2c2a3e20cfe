"""Fills the pay tables with a believable week of a government payment system, the same for the same seed.

Accounts of every payment method with their statement settings, the invoices they made in one business week
(Sunday to Saturday, America/Vancouver) and all that followed from them by Saturday night: references,
payments, receipts, journal voucher batches, bounced debits, refunds, credits; and a counter's routing slips.

What an invoice costs is the sum of `total` and `service_fees` of its lines. Everything random is a hash of a row's
number and the seed (sql/dice.sql): no clock and no random number is asked, so two loads give equal tables.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from psycopg2 import extensions

from config.business_time import day_start
from sandbox import demo_words
from sandbox.bulk_load import checks_afterwards
from sandbox.paydb import advance_sequences
from sandbox.sql_files import statement

# Each step: what it writes to, if it is one of the pay tables, and its statement in sql/.
_STEPS = (
    (None, "dice"),
    (None, "pick"),
    ("payment_accounts", "insert_customer_accounts"),
    (None, "draw_slips"),
    ("payment_accounts", "insert_slip_accounts"),
    ("cfs_accounts", "insert_cfs_accounts"),
    ("cfs_accounts", "insert_slip_cfs_accounts"),
    ("statement_settings", "insert_statement_settings"),
    ("distribution_codes", "insert_service_fee_code"),
    (None, "complete_registries_codes"),
    ("distribution_codes", "insert_ministry_codes"),
    (None, "draw_menu"),
    ("distribution_code_links", "insert_nsf_fee_link"),
    (None, "draw_invoices"),
    (None, "list_outcomes"),
    (None, "settle_invoices"),
    ("routing_slips", "insert_routing_slips"),
    ("invoices", "insert_invoices"),
    ("payment_line_items", "insert_line_items"),
    ("ejv_files", "insert_ejv_files"),
    ("ejv_headers", "insert_ejv_headers"),
    ("ejv_links", "insert_ejv_links"),
    ("invoice_references", "insert_references"),
    ("payments", "insert_payments"),
    ("receipts", "insert_receipts"),
    ("payments", "insert_slip_payments"),
    ("refunds", "insert_refunds"),
    ("credits", "insert_credits"),
    (None, "raise_account_credits"),
    ("non_sufficient_funds", "insert_bounces"),
    (None, "mark_bounced_accounts"),
    (None, "stop_refused_codes"),
    ("statements", "insert_earlier_statements"),
)


@dataclass(frozen=True)
class DemoSize:
    """How much to load.

    weekly_accounts ...  accounts whose setting in that week is of that frequency
    invoices             of those accounts, all inside the week; routing slips add up to two each
    week_start           a Sunday
    earlier_weeks        weeks before it that have their (empty) statements already
    gaps                 how many of those statements are missing
    """

    weekly_accounts: int = 12_583
    daily_accounts: int = 25
    monthly_accounts: int = 392
    invoices: int = 60_000
    routing_slips: int = 300
    seed: int = 20220625
    week_start: date = date(2022, 6, 19)
    earlier_weeks: int = 0
    gaps: int = 0

    def __post_init__(self) -> None:
        """Refuse a size that the statements could not keep."""
        if self.week_start.isoweekday() != 7:
            raise ValueError(f"week_start {self.week_start} is no Sunday")
        if self.accounts < 1:
            raise ValueError("there are no accounts to make invoices for")

    @property
    def accounts(self) -> int:
        """How many accounts get statements."""
        return self.weekly_accounts + self.daily_accounts + self.monthly_accounts


def load_demo_data(connection: extensions.connection, size: DemoSize) -> dict[str, int]:
    """Load the demo data and return the rows written by table.

    connection  to pay tables that hold their code values only; in a transaction, which the caller commits.
                The working tables of the load go away with it
    """
    values = _values(size)
    rows: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        with checks_afterwards(connection, sorted({table for table, _ in _STEPS if table})):
            for table, name in _STEPS:
                cursor.execute(statement(name), values)
                if table:
                    rows[table] = rows.get(table, 0) + cursor.rowcount
    advance_sequences(connection)
    return rows


def analyze(connection: extensions.connection) -> None:
    """Tell the planner what the tables hold; works inside a transaction and outside."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _values(size: DemoSize) -> dict[str, object]:
    """Return what the statements refer to by name."""
    days = [size.week_start + timedelta(days=n) for n in range(8)]
    words = (
        "surnames", "given_names", "places", "trades", "forms", "professions", "ministries",
    )  # fmt: skip
    return {
        **asdict(size),
        "accounts": size.accounts,
        "weekly": size.weekly_accounts,
        "daily": size.daily_accounts,
        "slips": size.routing_slips,
        "starts": [day_start(day) for day in days],
        "overdue": [day_start(_overdue_date(day)) for day in days[:7]],
        **{name: list(getattr(demo_words, name.upper())) for name in words},
    }


def _overdue_date(created: date) -> date:
    """Return the 15th of the second month after a day."""
    months = created.year * 12 + created.month + 1
    return date(months // 12, months % 12 + 1, 15)
