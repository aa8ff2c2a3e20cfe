"""Made-up pay databases with the settlement file of a usual day, and five ways in which a file is wrong in itself."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from statistics import median

from config.business_days import is_business_day
from tests.settlement_factory import Line, SettlementBooks, bounce

KNOWN = 40
_FIRST = 810_000


class UsualDay:
    """Paid and open PAD invoices, one account each, and the file that settles or bounces them.

    Some forty earlier files of the same kind are known by their figures.
    """

    def __init__(self, books: SettlementBooks, draw: random.Random) -> None:
        self.books = books
        self.draw = draw
        self.rows = draw.randrange(130, 170)
        self.usual_bounces = draw.randrange(6, 9)
        self.day = _business_day(draw)
        self._fill_books()
        self._know_earlier_files()
        settled = range(_FIRST + 60, _FIRST + self.rows)
        self.lines = [self.bounced(_FIRST + place) for place in range(self.usual_bounces)]
        self.lines += [self.paid(number) for number in settled]

    @property
    def name(self) -> str:
        return f"BCR_PAYMENT_APPL_{self.day:%Y%m%d}.csv"

    def bounced(self, number: int) -> Line:
        return bounce(f"PR{number}", str(number), f"REG{number}", "600.00", day=_as_written(self.day))

    def paid(self, number: int, amount: str = "600.00") -> Line:
        return Line("PADP", f"PR{number}", amount, str(number), f"REG{number}", day=_as_written(self.day))

    def _fill_books(self) -> None:
        """The first sixty invoices are paid, the others are open."""
        values = {"first": _FIRST, "last": _FIRST + self.rows - 1, "open": _FIRST + 60}
        for statement in _FILL:
            self.books.change(statement, **{name: values[name] for name in values if f":{name}" in statement})

    def _know_earlier_files(self) -> None:
        self.known_bounces: list[int] = []
        for age in range(1, KNOWN + 1):
            rows = round(self.rows * self.draw.uniform(0.8, 1.2))
            frozen = max(0, round(self.draw.gauss(self.usual_bounces, self.usual_bounces * 0.25)))
            self.known_bounces.append(frozen)
            self.books.change(_KNOW, name=f"earlier {age}", rows=rows, amount=Decimal((rows - 60) * 600), frozen=frozen,
                              day=self.day - timedelta(days=age))  # fmt: skip


def _all_bounce(day: UsualDay) -> list[Line]:
    return [day.bounced(_FIRST + place) for place in range(60)]


def _five_times_the_bounces(day: UsualDay) -> list[Line]:
    usual = max(day.usual_bounces, ceil(median(day.known_bounces)))
    more = range(day.usual_bounces, 5 * usual)
    return [*day.lines, *(day.bounced(_FIRST + place) for place in more)]


def _ten_times_the_total(day: UsualDay) -> list[Line]:
    return [
        replace(line, amount="6000.00", original="6000.00") if line.amount != "0.00" else line for line in day.lines
    ]


def _doubled_rows(day: UsualDay) -> list[Line]:
    return [*day.lines, *day.lines]


def _another_days_rows(day: UsualDay) -> list[Line]:
    other = day.day - timedelta(days=day.draw.randrange(8, 40))
    return [replace(line, day=_as_written(other)) for line in day.lines]


HARMS: dict[str, Callable[[UsualDay], list[Line]]] = {
    "all bounce": _all_bounce,
    "five times the bounces": _five_times_the_bounces,
    "ten times the total": _ten_times_the_total,
    "doubled rows": _doubled_rows,
    "another day's rows": _another_days_rows,
}


def _business_day(draw: random.Random) -> date:
    day = date(2026, 11, 6) - timedelta(days=draw.randrange(200))
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


def _as_written(day: date) -> str:
    return f"{day:%d-%b-%y}"


_KNOW = """
WITH file AS (
       INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, business_date)
       VALUES ('CAS', :name, md5(:name) || md5(:name), 1, 'applied', now(), :day)
    RETURNING id
     )
INSERT INTO pay_jobs.settlement_figures
SELECT id, true, :rows, :amount, :frozen, :frozen, 0, 0, 0 FROM file
"""
_FILL = (
    "INSERT INTO payment_accounts (id, auth_account_id, payment_method)"
    " SELECT n, 'A' || n, 'PAD' FROM generate_series(:first, :last) AS n",
    "INSERT INTO cfs_accounts (id, account_id, cfs_account, cfs_party, cfs_site, status, payment_method)"
    " SELECT n, n, CAST(n AS text), '5' || n, '9' || n, 'ACTIVE', 'PAD' FROM generate_series(:first, :last) AS n",
    "INSERT INTO invoices (id, payment_account_id, cfs_account_id, created_on, created_by, payment_method_code,"
    " invoice_status_code, total, paid) SELECT n, n, n, TIMESTAMP '2026-01-01', 'test', 'PAD',"
    " CASE WHEN n < :open THEN 'PAID' ELSE 'APPROVED' END, 600, CASE WHEN n < :open THEN 600 ELSE 0 END"
    " FROM generate_series(:first, :last) AS n",
    "INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code) SELECT n, 'REG' || n,"
    " 'R' || n, CASE WHEN n < :open THEN 'COMPLETED' ELSE 'ACTIVE' END FROM generate_series(:first, :last) AS n",
    "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date) SELECT n, 'PR' || n, 600,"
    " TIMESTAMP '2026-01-01' FROM generate_series(:first, :open - 1) AS n",
    "INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, invoice_amount,"
    " payment_date, invoice_number, receipt_number, payment_account_id, created_by) SELECT 'PAYBC', 'PAD', 'COMPLETED',"
    " 600, 600, TIMESTAMP '2026-01-01', 'REG' || n, 'PR' || n, n, 'test'"
    " FROM generate_series(:first, :open - 1) AS n",
)
