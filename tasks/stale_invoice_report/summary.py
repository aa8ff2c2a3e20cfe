"""What a report says as a whole, ready for the terminal, a page, a workbook and a mail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import overload

from diagnosis.catalogue import DIAGNOSES, ActionOwner
from jobs.run.outcome import Table
from tasks.stale_invoice_report.report_row import ReportRow
from tasks.stale_invoice_report.report_store import EarlierFigures, ResolvedInvoices
from tasks.stale_invoice_report.tallies import Tallies

SHOWN = ("invoice_id", "account", "method", "created_on", "total", "code", "evidence", "command")


@dataclass(frozen=True)
class ApprovedBacklog:
    """The operators' own table: a payment method's invoices in APPROVED for longer than so many days."""

    method: str
    invoices: int
    amount: Decimal
    oldest: date


@dataclass(frozen=True)
class Summary:
    """One report without its rows.

    before_on  when the report it is compared with was finished
    weaker     sentences that say what makes this report weaker
    """

    made_on: datetime
    today: date
    days: int
    scope: str
    census: tuple[ApprovedBacklog, ...]
    tallies: Tallies
    gone: ResolvedInvoices
    before_on: datetime | None
    trend: tuple[EarlierFigures, ...]
    weaker: tuple[str, ...]

    @property
    def is_news(self) -> bool:
        """Whether anything is stuck that was not before, or more is: in number or in CAD."""
        if self.before_on is None:
            return True
        before, stuck = self.trend[-2], self.tallies.stuck
        return self.tallies.new > 0 or stuck.count > before.stuck or stuck.amount > before.amount

    def ranked(self) -> list[str]:
        """Return the codes that were found, the worst first, then the larger amount."""
        found = self.tallies.by_diagnosis
        return sorted(found, key=lambda code: (DIAGNOSES[code].turn, -found[code].amount, code))


def scope_in_words(summary: Summary) -> str:
    """Return which invoices are looked at, as of when, and what the report is compared with."""
    of = dict(part.partition("=")[::2] for part in summary.scope.split(" "))
    if of["account"] == "*":
        whose = "All methods and accounts" if of["method"] == "*" else f"{of['method']}, all accounts"
    else:
        whose = f"{'All methods' if of['method'] == '*' else of['method']}, account {of['account']}"
    compared = (
        f"compared with the report of {_day(summary.before_on)}, {summary.before_on:%H:%M} UTC"
        if summary.before_on
        else "no earlier report to compare with"
    )
    return f"{whose}, as of {_day(summary.today)}; {compared}."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def census_table(summary: Summary) -> Table:
    """Show how many invoices are in APPROVED for long, by payment method."""
    rows = [(one.method, one.invoices, one.amount, one.oldest) for one in summary.census]
    title = f"In APPROVED for more than {summary.days} days"
    return Table(title, ("method", "invoices", "amount", "oldest"), rows, "methods")


def diagnosis_table(summary: Summary) -> Table:
    """Show how many invoices each diagnosis has, the worst first."""
    rows = []
    for code in summary.ranked():
        tally = summary.tallies.by_diagnosis[code]
        one = DIAGNOSES[code]
        rows.append(
            (code, one.title, tally.count, tally.amount, date.fromisoformat(tally.oldest), one.turn.words, one.action)
        )
    columns = ("diagnosis", "what it is", "invoices", "amount", "oldest", "whose turn", "next action")
    return Table("Diagnoses, the worst first", columns, rows, "diagnoses")


@dataclass(frozen=True)
class InvoiceTable(Table):
    """The invoices: a terminal gets the columns that fit and as many rows as it shows, --json gets everything."""

    full: Sequence[ReportRow] = ()

    def iter_records(self) -> Iterator[dict[str, object]]:
        """Return the rows as objects, one by one."""
        return (row._asdict() for row in self.full)

    def iter_json(self) -> Iterator[dict[str, object]]:
        """Return the rows as --json has them."""
        return self.iter_records()

    def records(self) -> list[dict[str, object]]:
        return list(self.iter_records())


def invoice_table(rows: Sequence[ReportRow]) -> InvoiceTable:
    """Show the invoices, the worst first; rows are taken from where they are kept as they are asked for."""
    return InvoiceTable("Invoices, the worst first", SHOWN, _ShownRows(rows), "invoices", rows, is_stored=True)


class _ShownRows(Sequence[tuple[object, ...]]):
    """Some columns of rows."""

    def __init__(self, rows: Sequence[ReportRow]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> tuple[object, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[object, ...]]: ...
    def __getitem__(self, index: int | slice) -> tuple[object, ...] | Sequence[tuple[object, ...]]:
        if isinstance(index, slice):
            return [_shown(row) for row in self._rows[index]]
        return _shown(self._rows[index])


def _shown(row: ReportRow) -> tuple[object, ...]:
    return tuple(Decimal(row.total) if name == "total" else getattr(row, name) for name in SHOWN)


def _stuck(count: int, amount: Decimal) -> str:
    invoices, are = ("invoice", "is") if count == 1 else ("invoices", "are")
    return f"{count:,} {invoices} totalling {amount:,.2f} CAD {are} stuck"


def _resolving(count: int) -> str:
    return "1 more will resolve on its own." if count == 1 else f"{count:,} more will resolve on their own."


def headline(summary: Summary) -> list[str]:
    """Return the sentences that open a mail and close a run."""
    tallies = summary.tallies
    lines = [
        f"{_stuck(tallies.stuck.count, tallies.stuck.amount)}"
        f"{f', the oldest since {tallies.stuck.oldest}' if tallies.stuck.oldest else ''}; "
        f"{_resolving(tallies.waiting.count)}"
    ]
    risk = tallies.by_turn[ActionOwner.MONEY.words]
    if risk.count:
        lines.append(f"Money is at risk in {risk.count:,} of them, {risk.amount:,.2f} CAD; they are listed first.")
    if summary.before_on is not None:
        lines.append(
            f"Since the report of {summary.before_on:%Y-%m-%d %H:%M} UTC: {tallies.new:,} new, "
            f"{summary.gone.count:,} gone, {tallies.stuck.count - tallies.new:,} still there."
        )
    return lines + [f"Weaker: {sentence}" for sentence in summary.weaker]
